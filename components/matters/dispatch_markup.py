"""月调度, drawn: counts by state beside the round before, sentences of a bulletin, what was said the month before."""

from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd

from components.drawing.markup import escape, link
from components.drawing.wording import percent
from data.duties.leaders import VACANT
from data.matters.round_figures import Counts, Debtor
from data.matters.round_reports import PICKS, Entry, Report
from data.matters.rounds import Round
from data.months import short_day
from data.terms import DISPATCH_REASONS, DISPATCH_STATES, LEVELS

_MARKS = {"on": "●", "slow": "■", "stuck": "▲", "done": "○"}
_STRIP = ("missing", "stuck", "slow", "on", "done")


def month_word(month: int) -> str:
    """``11月``: a round among those of a year."""
    return f"{month % 12 + 1}月"


def state_markup(state: str | None, *, again: bool = False) -> str:
    """A state with its mark; 未报 without one."""
    if state is None:
        return '<span class="dispatch-state missing">未报</span>'
    twice = '<em class="again">连续</em>' if again else ""
    return f'<span class="dispatch-state {state}">{_MARKS[state]} {escape(DISPATCH_STATES[state])}</span>{twice}'


def strip_markup(now: Counts, before: Counts | None, picked: str | None, url: Callable[[str | None], str]) -> str:
    """应报 and what became of it, each a way to those households; below it what it was in the round before."""
    whole = _cell("应报", now.due, before.due if before else None, f"已报 {now.reported}", url("all"), picked == "all")
    cells = [
        _cell(
            PICKS[pick][0],
            getattr(now, pick),
            getattr(before, pick) if before else None,
            f"其中{VACANT} {now.unnamed}" if pick == "missing" and now.unnamed else "",
            url(pick),
            picked == pick,
            alarm=pick in ("missing", "stuck") and getattr(now, pick) > 0,
        )
        for pick in _STRIP
    ]
    return f'<ol class="plan-states dispatch" aria-label="按进展看">{whole}{"".join(cells)}</ol>'


def _cell(name: str, number: int, before: int | None, told: str, url: str, chosen: bool, *, alarm: bool = False) -> str:
    below = " · ".join(filter(None, (told, "" if before is None else f"上次 {before}")))
    inner = (
        f"<span>{escape(name)}</span><b{' class=alarm' if alarm else ''}>{number:,}</b>"
        f"<small>{escape(below) or '&nbsp;'}</small>"
    )
    return f"<li>{link(inner, url, style='chosen' if chosen else '', data_stay='1')}</li>"


def sentences(
    region: str, month: int, now: Counts, below: pd.DataFrame, before: Counts | None, *, stands: str
) -> list[str]:
    """What a bulletin says of the round, of figures alone; ``below``: the regions next below as of ``by_region``,
    ``stands``: the day in words."""
    whys = "、".join(
        f"{why} {number} 户" for place, why in enumerate(DISPATCH_REASONS) if (number := getattr(now, f"why_{place}"))
    )
    several = "（一户可有几项）" if sum((now.why_0, now.why_1, now.why_2)) > now.due + now.left else ""
    told = [f"{region}{month_word(month)}应调度 {now.due} 户，名单中{whys}{several}。"]
    if now.left:
        told.append(f"另有 {now.left} 户在名单列出后迁走、注销或不再符合条件，不再要求报送。")
    behind = int((below["missing"] > 0).sum()) if len(below) else 0
    where = f"，涉及 {behind} 个{kind_of(below)}" if behind else ""
    nobody = f"，其中 {now.unnamed} 户{VACANT}" if now.unnamed else ""
    told.append(
        f"截至{stands}，已报 {now.reported} 户，占 {percent(now.share)}；未报 {now.missing} 户{where}{nobody}。"
    )
    if now.reported:
        parts = "、".join(f"{word} {getattr(now, state)} 户" for state, word in DISPATCH_STATES.items())
        again = f"，其中 {now.again} 户上次也存在困难" if now.again else ""
        told.append(f"已报户中，{parts}{again}。")
    if before and before.reported and now.reported:
        told.append(
            f"存在困难的占已报户 {percent(now.stuck / now.reported)}，"
            f"上次为 {percent(before.stuck / before.reported)}。"
        )
    return told


def kind_of(below: pd.DataFrame) -> str:
    """What regions of ``by_region`` are: 县, 乡镇, 村."""
    return LEVELS[len(below["code"].iloc[0])]


def sentences_markup(told: Sequence[str]) -> str:
    return f'<p class="dispatch-words">{escape("".join(told))}</p>'


def subtitle(region: str, one: Round, today: date, missing: int) -> str:
    """Of which region, until when it is due or since when it is late, since when it runs or that it is closed, why."""
    late = (today - date.fromisoformat(one.due)).days if missing and not one.closed else 0
    parts = [
        region,
        f"{short_day(one.due)}前报送{f'，已超期 {late} 天' if late > 0 else ''}",
        f"{short_day(one.opened[:10])}开始",
    ]
    if one.closed:
        parts.append(f"{short_day(one.closed[:10])}已结束{f'：{one.reason}' if one.reason else ''}")
    elif one.reason:
        parts.append(f"已重新打开：{one.reason}")
    return " · ".join(parts)


def who_markup(name: str | None, phone: str | None, unit: str | None = None) -> str:
    """Who is to report, with the number that calls him; 未明确责任人 where nobody is named."""
    if name is None:
        return f'<em class="vacant">{escape(VACANT)}</em>'
    call = f' <a class="call" href="tel:{escape(phone)}">{escape(phone)}</a>' if phone else ""
    of = f' <span class="unit">{escape(unit)}</span>' if unit else ""
    return f"{escape(name)}{of}{call}"


def debtor_row(one: Debtor) -> dict[str, object]:
    """A row of the table of those who have not reported."""
    return {"debtor": one, "place": one.place, "name": one.name or VACANT, "missing": one.missing, "due": one.due}


def said(entry: Entry | None) -> str:
    """What an entry says in one line: its state, the words behind it."""
    if entry is None or entry.state is None:
        return ""
    return "：".join(filter(None, (DISPATCH_STATES[entry.state], entry.words)))


def before_markup(one: Report) -> str:
    """What the round before says of the household."""
    if one.before is None or one.before_month is None:
        return (
            '<section class="dispatch-before"><h2>上次调度</h2>'
            '<p class="calm">上次没有调度这一户，或没有报。</p></section>'
        )
    target = f"<p><span>目标</span>{escape(one.before.target)}</p>" if one.before.target else ""
    words = f"<p><span>情况</span>{escape(one.before.words)}</p>" if one.before.words else ""
    return (
        f'<section class="dispatch-before"><h2>{escape(month_word(one.before_month))}调度</h2>'
        f"<p>{state_markup(one.before.state)}</p>{target}{words}</section>"
    )


def clash_markup(heads: Sequence[tuple[str, str, Entry, Entry]]) -> str:
    """Both texts of reports that two have written: (whose, by whom and when, what stands, what was typed)."""
    rows = "".join(
        f"<tr><td>{escape(head)}</td><td>{_whole(stands)}<small>{escape(who)}</small></td><td>{_whole(typed)}</td></tr>"
        for head, who, stands, typed in heads
    )
    return (
        '<div class="conflict" role="alert"><p>别人刚刚报过，您填的还没有写入：</p><table><thead><tr><th>户主</th>'
        f"<th>现在</th><th>您填的</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _whole(entry: Entry) -> str:
    target = f"（目标：{entry.target}）" if entry.target else ""
    return f"<b>{escape(said(entry) or '未填')}</b>{escape(target)}"
