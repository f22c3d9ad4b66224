"""月调度: the round of a month in a region; one household of it; a village's sheet; what the county does to it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, pager_markup, table_markup
from components.drawing.wording import percent
from components.matters.dispatch_markup import (
    debtor_row,
    kind_of,
    month_word,
    said,
    sentences,
    sentences_markup,
    state_markup,
    strip_markup,
    subtitle,
    who_markup,
)
from components.matters.dispatch_report import DONE, forget_begun, show_report
from components.matters.dispatch_round import show_actions, show_opening
from components.matters.dispatch_sheet import may_fill, show_sheet
from components.shell.asking import ask, ask_uncached
from components.shell.empty import nothing
from components.shell.errors import problem
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.reading import whole as whole_number
from components.shell.screen import Screen
from components.shell.site import DISPATCH
from components.shell.take_away import take_away
from data.duties.leaders import VACANT
from data.errors import NotFound
from data.figures.standing import Standing
from data.matters.round_figures import PAGE, Counts, by_region, counts, debtors
from data.matters.round_reports import PICKS, Report, reports, whole
from data.matters.rounds import Round, may_hold, rounds
from data.months import last_day, month_of, short_day, spoken
from data.paper.spreadsheet import ListColumn
from data.terms import DISPATCH_STATES
from data.text.official import official

_ALL = "all"
_BELOW = (
    TableColumn("name", "区划"),
    TableColumn("due", "应报", "integer"),
    TableColumn("reported", "已报", "integer"),
    TableColumn("share", "已报比例", "share"),
    TableColumn("missing", "未报", "integer"),
    TableColumn("stuck", "存在困难", "integer"),
)
_DEBTORS = (
    TableColumn("place", "村"),
    TableColumn("name", "责任人"),
    TableColumn("missing", "未报", "integer"),
    TableColumn("due", "应报", "integer"),
)
_LIST = (
    TableColumn("head", "户主"),
    TableColumn("place", "村"),
    TableColumn("why", "纳入原因"),
    TableColumn("who", "责任人"),
    TableColumn("before", "上次"),
    TableColumn("state", "本月进展"),
    TableColumn("words", "目标和情况"),
)
_TAKEN = (
    ListColumn("place", "村", width=22),
    ListColumn("head", "户主", width=10),
    ListColumn("why", "纳入原因", width=18),
    ListColumn("who", "责任人", width=14),
    ListColumn("phone", "电话", width=14),
    ListColumn("before", "上次", width=30),
    ListColumn("target", "本月目标", width=30),
    ListColumn("state", "本月进展", width=12),
    ListColumn("words", "情况说明", width=40),
    ListColumn("reported", "报送时间", width=17),
    ListColumn("by", "报送人", width=16),
    ListColumn("left", "名单变动", width=16),
)
_MANY = 12  # who have not reported, beside the regions below


def show_dispatch(screen: Screen) -> None:
    """Draw what the address asks for."""
    if sentence := st.session_state.pop(DONE, None):
        show_markup(f'<p class="saved" role="status">{escape(sentence)}</p>')
    if (asked := st.query_params.get("report")) is not None:
        number = whole_number(asked)
        try:
            if number is None:
                raise NotFound(f"没有“{asked[:20]}”这一户的调度，已显示名单。")
            show_report(screen, number)
            return
        except NotFound as error:
            problem(str(error))
    forget_begun()
    held = ask(screen, rounds, screen.region.code)
    month = _month(screen, held)
    here = [one for one in held if one.month == month]
    opens = may_hold(screen.viewer, screen.region.code)
    running = month_of(screen.today)
    if opens and screen.asked is None and all(one.month != running for one in held):
        show_opening(screen)
    if month is None or not here:
        _empty(screen, opens)
    elif "sheet" in st.query_params and screen.region.is_village and not here[0].closed:
        show_sheet(screen, month)
    else:
        _show_month(screen, month, here, held, opens)


def _month(screen: Screen, held: Sequence[Round]) -> int | None:
    """The month asked for, else that of the last round."""
    return screen.asked if screen.asked is not None else max((one.month for one in held), default=None)


def _empty(screen: Screen, opens: bool) -> None:
    when = "" if screen.asked is None else spoken(screen.asked)
    steps = ("选好报送期限，按上面的“开始调度”",) if opens and screen.asked is None else ("由县级干部在本县页面上开始",)
    nothing(f"{when}还没有月调度", "月调度每月一次，由县级开始；名单由系统列出，责任人逐户报送。", *steps)


def _show_month(screen: Screen, month: int, here: list[Round], held: list[Round], opens: bool) -> None:
    region = screen.region.code
    now = ask(screen, counts, region, month)
    earlier = max((one.month for one in held if one.month < month), default=None)
    before = None if earlier is None else ask(screen, counts, region, earlier)
    below = pd.DataFrame()
    if not screen.region.is_village and not screen.viewer.sees_own_only:
        below = ask(screen, by_region, region, month)
    show_markup(heading(_finding(month, now), _subtitle(screen, here, now), level=1, more=_others(screen, held, month)))
    if not now.due and not now.left:
        nothing(
            f"{screen.region.name}{month_word(month)}没有要调度的户",
            official("名单里没有这里的未脱贫户、监测对象和低于监测线的户，或都不由您帮扶。"),
            "名单有遗漏时，请县里按“补充名单”",
        )
        return
    picked = _picked(screen, now)
    show_markup(
        strip_markup(now, before, picked, lambda pick: screen.link(DISPATCH, **({"pick": pick} if pick else {})))
    )
    if not screen.viewer.sees_own_only:
        stands = short_day(here[0].closed[:10] if len(here) == 1 and here[0].closed else screen.status.built)
        show_markup(sentences_markup(sentences(screen.region.name, month, now, below, before, stands=stands)))
    if opens and len(here) == 1:
        show_actions(screen, here[0], now)
    if not below.empty:
        _who_is_behind(screen, month, now, below)
    _list(screen, month, now, picked)
    if screen.region.is_village and not screen.viewer.sees_own_only and now.missing:
        _debtors(screen, month, now)


def _finding(month: int, now: Counts) -> str:
    if not now.due:
        return f"{month_word(month)}调度：这里没有应报的户"
    if not now.missing:
        return f"{month_word(month)}调度 {now.due} 户已全部报送"
    return f"{month_word(month)}调度已报 {now.reported} 户（{percent(now.share)}），未报 {now.missing} 户"


def _subtitle(screen: Screen, here: list[Round], now: Counts) -> str:
    if len(here) == 1:
        return subtitle(screen.region.name, here[0], screen.today, now.missing)
    closed = sum(one.closed is not None for one in here)
    return f"{screen.region.name} · {len(here)} 个县已开始，{closed} 个已结束"


def _others(screen: Screen, held: list[Round], month: int) -> str:
    """Ways to the rounds of other months."""
    months = sorted({one.month for one in held if one.month != month}, reverse=True)[:3]
    links = "　".join(
        link(f"{escape(month_word(one))}调度", screen.link(DISPATCH, month=one), style="underlined") for one in months
    )
    return f'<span class="more">{links}</span>' if links else ""


def _picked(screen: Screen, now: Counts) -> str:
    """Which households are listed: those asked for; else where there are villages below those that are stuck."""
    asked = st.query_params.get("pick")
    if asked is not None and asked not in (*PICKS, _ALL):
        problem(f"没有“{asked[:20]}”这种名单，已显示默认名单。")
        asked = None
    above = not screen.region.is_village and not screen.viewer.sees_own_only
    return asked or ("stuck" if above and now.stuck else _ALL)


def _who_is_behind(screen: Screen, month: int, now: Counts, below: pd.DataFrame) -> None:
    left, right = st.columns([1, 1], gap="medium")
    with left:
        behind = int((below["missing"] > 0).sum())
        show_markup(
            heading(
                f"{behind} 个{kind_of(below)}还有未报" if behind else "各地都已报齐", "未报多的在前；点名称看下一级"
            )
            + table_markup(
                below,
                _BELOW,
                caption="各地报送情况",
                look=TableLook(opener="name", row_url=lambda row: screen.link(DISPATCH, region=row.code)),
            )
        )
    with right:
        if now.missing:
            _debtors(screen, month, now)


def _debtors(screen: Screen, month: int, now: Counts) -> None:
    owing = ask_uncached(screen, debtors, screen.region.code, month, limit=_MANY)
    list_shown(screen, "月调度未报责任人", count=len(owing), unit="人")
    nobody = f"，其中 {now.unnamed} 户{VACANT}" if now.unnamed else ""
    show_markup(
        heading(f"谁还没有报：未报 {now.missing} 户{nobody}", f"未报多的在前，列前 {len(owing)} 位；电话可以直接拨")
        + table_markup(
            pd.DataFrame([debtor_row(one) for one in owing]),
            _DEBTORS,
            caption="未报的责任人",
            look=TableLook(
                whole=True,
                drawn={"name": lambda row: who_markup(row.debtor.name, row.debtor.phone, row.debtor.unit)},
            ),
        )
    )


def _list(screen: Screen, month: int, now: Counts, picked: str) -> None:
    pick = None if picked == _ALL else picked
    total = {None: now.due + now.left, "left": now.left}.get(pick, getattr(now, pick or "due"))
    at = paged(st.query_params.get("page"), total, PAGE)
    rows = ask_uncached(screen, reports, screen.region.code, month, picked=pick, offset=at.offset)
    list_shown(screen, "月调度名单", count=len(rows), filters=PICKS[pick][0] if pick else "")
    words = PICKS[pick][0] if pick else "全部"
    extra = [
        ("again", f"连续两次存在困难 {now.again} 户", now.again),
        ("left", f"已不在名单范围 {now.left} 户", now.left),
    ]
    extra += [("unnamed", f"{VACANT} {now.unnamed} 户", now.unnamed)]
    ways = "　".join(
        link(escape(told), screen.link(DISPATCH, pick=name), style="underlined", data_stay="1")
        for name, told, number in extra
        if number and name != pick
    )
    show_markup(heading(f"{words} {total} 户", "", more=f'<span class="more">{ways}</span>' if ways else ""))
    if screen.region.is_village and may_fill(rows) and not screen.viewer.sees_own_only:
        show_markup(f'<p class="plan-new">{link("整村填报", screen.link(DISPATCH, sheet=1), style="button")}</p>')
    if not rows:
        show_markup('<p class="calm">没有这样的户。</p>')
        return
    show_markup(
        f'<div class="dispatch-list">{_table(screen, rows)}</div>' + _pager(screen, picked, at.page, at.pages, total)
    )
    _take(screen, month, pick, words)


def _table(screen: Screen, rows: list[Report]) -> str:
    frame = pd.DataFrame([{"one": one, "head": one.head, "place": one.place, "why": one.why} for one in rows])
    columns = [column for column in _LIST if column.id != "place" or not screen.region.is_village]
    return table_markup(
        frame,
        columns,
        caption="月调度名单",
        look=TableLook(
            opener="head",
            cards=True,
            whole=True,
            row_url=lambda row: screen.link(DISPATCH, report=row.one.id),
            drawn={
                "who": lambda row: _cell(who_markup(row.one.person_name, row.one.phone)),
                "before": lambda row: _cell(escape(said(row.one.before) or "—")),
                "state": lambda row: _cell(_state(row.one)),
                "words": lambda row: _cell(_words(row.one)),
            },
        ),
    )


def _cell(markup: str) -> str:
    """One thing, also where a card lays the parts of a cell beside each other."""
    return f"<div>{markup}</div>"


def _state(one: Report) -> str:
    stuck_before = one.before is not None and one.before.state == "stuck"
    if one.left and one.reported is None:
        return f'<span class="dispatch-state done">{escape(one.left)}</span>'
    if one.reported is None and stuck_before:
        return f'{state_markup(None)}<em class="again">上次存在困难</em>'
    return state_markup(one.entry.state, again=stuck_before and one.entry.state == "stuck")


def _words(one: Report) -> str:
    target = f"<small>目标：{escape(one.entry.target)}</small>" if one.entry.target else ""
    left = f"<small>{escape(one.left)}</small>" if one.left and one.reported else ""
    return f"{escape(one.entry.words or ('' if target else '—'))}{target}{left}"


def _pager(screen: Screen, picked: str, page: int, pages: int, total: int) -> str:
    return pager_markup(page, pages, f"共 {total} 户", lambda to: screen.link(DISPATCH, page=to, pick=picked))


def _take(screen: Screen, month: int, pick: str | None, words: str) -> None:
    def taken() -> pd.DataFrame:
        listed = ask_uncached(screen, whole, screen.region.code, month, picked=pick)
        return pd.DataFrame([_taken(one) for one in listed])

    take_away(
        screen,
        taken,
        _TAKEN,
        what="月调度名单",
        title=f"{screen.region.name}月调度名单",
        key="dispatch_excel",
        about=f"{spoken(month)}调度",
        filters=words if pick else "",
        standing=Standing(month, last_day(month), True),
        unit="户",
    )


def _taken(one: Report) -> dict[str, object]:
    return {
        "place": one.place,
        "head": one.head,
        "why": one.why,
        "who": one.person_name or VACANT,
        "phone": one.phone,
        "before": said(one.before),
        "target": one.entry.target,
        "state": DISPATCH_STATES[one.entry.state] if one.entry.state else "未报",
        "words": one.entry.words,
        "reported": (one.reported or "")[:16].replace("T", " "),
        "by": one.actor,
        "left": one.left,
    }
