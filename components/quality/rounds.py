"""清理轮次: beginning one, what each brought, one of them by rule and by place."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.quality.address import QualityChoice, quality_link, rule_link
from components.shell.asking import ask
from components.shell.errors import problem
from components.shell.page import show_markup
from components.shell.said import keep_said, show_said
from components.shell.screen import Screen
from components.shell.take_away import take_away
from data.access.roles import APPROVE, QUALITY
from data.errors import WarRoomError
from data.paper.spreadsheet import ListColumn
from data.quality import board, rounds
from data.quality.rounds import LONGEST, LONGEST_NAME, Brought, Round
from data.regions import tree as regions
from data.rules.registry import RULES

_USUAL = timedelta(days=30)
_NUMBERS = (
    TableColumn("before", "开始时", "integer"), TableColumn("came", "新增", "integer"),
    TableColumn("went", "改好", "integer"), TableColumn("after", "现在或结束时", "integer"),
)  # fmt: skip
_ROUNDS = (
    TableColumn("name", "轮次"), TableColumn("place", "范围"), TableColumn("rules", "规则"),
    TableColumn("days", "时间"),
    *_NUMBERS, TableColumn("state", "状态"),
)  # fmt: skip
_EXPORTED = (
    ListColumn("label", "规则"), ListColumn("place", "区划"), ListColumn("before", "开始时", "integer"),
    ListColumn("came", "新增", "integer"), ListColumn("went", "改好", "integer"),
    ListColumn("after", "现在或结束时", "integer"),
)  # fmt: skip


def show_rounds(screen: Screen, choice: QualityChoice) -> None:
    """The round that the address names, and all of them."""
    show_said("round")
    held = ask(screen, rounds.rounds, screen.region.code)
    chosen = next((one for one in held if one.id == choice.round), None)
    if choice.round is not None and chosen is None:
        problem("没有这一轮清理，或它不在您的查看范围内，已列出全部轮次。")
    if screen.viewer.may(APPROVE, QUALITY) and st.button("开始一轮清理", key="quality_round_begin"):
        _begin(screen)
    if not held:
        show_markup(
            '<p class="calm">还没有开始过清理轮次。把一段时间里要集中清理的规则定成一轮，'
            "这里会算出这一轮改好多少、新增多少。</p>"
        )
        return
    if chosen is not None:
        _show_one(screen, choice, chosen)
    show_markup(_all(screen, choice, held))


def _whole(screen: Screen, one: Round) -> Brought:
    return rounds.summed(ask(screen, rounds.brought, one.id, screen.region.code, screen.today))


def _all(screen: Screen, choice: QualityChoice, held: list[Round]) -> str:
    names = ask(screen, regions.names_of, tuple(sorted({one.region for one in held})))
    told = [_whole(screen, one) for one in held]
    rows = pd.DataFrame(
        [
            {
                "id": one.id, "name": one.name, "place": names.get(one.region, "上级"), "rules": _rules(one),
                "days": f"{one.began} 至 {one.ended or one.until}",
                "state": "已结束" if one.over(screen.today) else "进行中", **vars(sums),
            }
            for one, sums in zip(held, told, strict=True)
        ]
    )  # fmt: skip
    return _latest(screen, choice, held[0], told[0]) + table_markup(
        rows,
        _ROUNDS,
        caption="清理轮次",
        look=TableLook(
            row_url=lambda row: quality_link(screen, choice, round=row.id),
            opener="name",
            whole=True,
            cards=True,
            chosen=lambda row: row.id == choice.round,
        ),
    )


def _latest(screen: Screen, choice: QualityChoice, one: Round, sums: Brought) -> str:
    """What the latest brought, where none is looked at."""
    if choice.round is not None:
        return ""
    ends = f"已于 {one.last(screen.today)} 结束" if one.over(screen.today) else f"正在进行，到 {one.until} 截止"
    return heading(_finding(one, sums), f"{ends} · 点一轮看各规则、各区划的成效")


def _rules(one: Round) -> str:
    return f"{len(one.rules)} 条规则" if one.rules else "全部规则"


def _show_one(screen: Screen, choice: QualityChoice, one: Round) -> None:
    rows = ask(screen, rounds.brought, one.id, screen.region.code, screen.today)
    sums = rounds.summed(rows)
    close = link("收起", quality_link(screen, choice, round=None), style="underlined", data_stay="1")
    told = f"{one.began} 至 {one.last(screen.today)} · {_rules(one)} · {screen.region.name}"
    show_markup(heading(_finding(one, sums), told, more=f'<span class="more">{close}</span>'))
    if not one.over(screen.today) and _may_end(screen, one):
        st.button("结束这一轮", key="quality_round_end", on_click=_end, args=(screen, one))
    if rows.empty:
        show_markup('<p class="calm">这一轮里没有过问题。</p>')
        return
    places = {place.code: place.name for place in ask(screen, board.places, screen.region.code)}
    left, right = st.columns(2, gap="medium")
    with left:
        show_markup(_by(screen, rows, "rule", "规则", {rule: RULES[rule].label for rule in RULES}))
    with right:
        show_markup(_by(screen, rows, "code", "区划", places | {screen.region.code: f"{screen.region.name}本级"}))
    take_away(
        screen, rows.assign(label=rows["rule"].map(lambda rule: RULES[rule].label), place=rows["code"].map(places)),
        _EXPORTED, what="数据清理轮次成效", title=f"{screen.region.name}{one.name}", about=told, unit="行",
        sheet="成效", words="导出成效（Excel）", key="export_round",
    )  # fmt: skip


def _finding(one: Round, sums: Brought) -> str:
    share = f"，比开始时少 {100 * (sums.before - sums.after) / sums.before:.0f}%" if sums.after < sums.before else ""
    return f"{one.name}：改好 {sums.went:,} 条，新增 {sums.came:,} 条{share}"


def _by(screen: Screen, rows: pd.DataFrame, column: str, noun: str, names: dict[str, str]) -> str:
    summed = rows.groupby(column, sort=False)[["before", "came", "went", "after"]].sum().reset_index()
    summed = summed[summed[column].isin(list(names))].sort_values("after", ascending=False, kind="stable")
    summed["name"] = summed[column].map(names)
    url = (
        (lambda row: rule_link(screen, row.rule))
        if column == "rule"
        else (lambda row: quality_link(screen, QualityChoice("rounds"), region=row.code))
    )
    return table_markup(
        summed,
        (TableColumn("name", noun), *_NUMBERS),
        caption=f"这一轮按{noun}",
        look=TableLook(row_url=url, opener="name", whole=True, cards=True),
    )


def _may_end(screen: Screen, one: Round) -> bool:
    return screen.viewer.may(APPROVE, QUALITY) and screen.viewer.may_see(one.region)


def _end(screen: Screen, one: Round) -> None:
    try:
        rounds.end(screen.engine, screen.viewer, one.id, now=screen.now)
        keep_said("round", f"已结束“{one.name}”。")
    except WarRoomError as error:
        keep_said("round", str(error), wrong=True)


@st.dialog("开始一轮清理", width="medium")
def _begin(screen: Screen) -> None:
    show_markup(
        f'<p class="calm">{escape(screen.region.name)} · 从今天算起，到截止日期或提前结束为止，'
        "改好和新增的都算在这一轮里。</p>"
    )
    with st.form("quality_round", border=False, enter_to_submit=False):
        name = st.text_input(
            "轮次名称",
            max_chars=LONGEST_NAME,
            placeholder=f"如：{screen.today.year}年第一轮清理",
            key="quality_round_name",
        )
        picked = st.multiselect(
            "清理哪些规则（不选为全部）", list(RULES), format_func=lambda id: f"{id} {RULES[id].label}",
            placeholder="可多选，输入名称查找", key="quality_round_rules",
        )  # fmt: skip
        until = st.date_input(
            "截止日期", screen.today + _USUAL, min_value=screen.today, max_value=screen.today + LONGEST,
            format="YYYY-MM-DD", key="quality_round_until",
        )  # fmt: skip
        pressed = st.form_submit_button("开始", type="primary", width="stretch")
    if not pressed:
        return
    try:
        rounds.begin(
            screen.engine, screen.viewer, screen.region.code, name=name, rules=picked, until=until, now=screen.now
        )
    except WarRoomError as error:
        problem(str(error))
        return
    keep_said("round", f"已开始“{name.strip()}”。")
    st.rerun()
