"""户档案 without a household: the search. What is typed stays in the session, the address holds filters and page."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.tables import Row, TableColumn, TableLook, pager_markup, table_markup
from components.drawing.theme import state_marks
from components.households.rows import COLUMNS, drawn
from components.shell.asking import ask, ask_uncached
from components.shell.errors import problem, show_problems
from components.shell.header import write_address
from components.shell.logged import list_shown, looked_once
from components.shell.page import show_markup
from components.shell.reading import UNKNOWN_FILTER, Reading, numbered, page_of
from components.shell.screen import Change, Screen
from components.shell.site import HOUSEHOLD
from data.audit.taken import BY_NAME, detail
from data.errors import Refused
from data.households.search import SearchResult, search
from data.households.village import NO_FILTERS, Filters, states_there
from data.terms import CAUSES, HOUSEHOLD_ATTRIBUTES, STATE_NAMES, UNPUBLISHED_ATTRIBUTES

_TYPED, _FIELD = "searched_words", "search_field"
_FLAGS = {"below": ("below_line", "低于监测线"), "unvisited": ("unvisited", "本月未走访")}
_LISTS = {
    "cause": ("causes", CAUSES, "全部致贫原因"),
    "attribute": ("attributes", HOUSEHOLD_ATTRIBUTES, "全部户属性"),
}
_SHOWN = (
    COLUMNS[0],
    TableColumn("place", "村"),
    *(column for column in COLUMNS[1:] if column.id not in ("attribute", "visits")),
)
_HINTS = (
    ("姓名", "户主、家庭成员，全名、前几个字或只写名字：王建国、王建、建国"),
    ("拼音首字母", "wjg"),
    ("户编号", "全部或前几位"),
    ("证件尾号", "证件号码后六位：080015、01004X"),
    ("村、乡镇", "村名加姓名：青石 王"),
    ("帮扶责任人", "责任人姓名，找他结对的户"),
)
_ASKED = "姓名、户编号、村名、帮扶责任人、证件后六位、拼音首字母"
_ASKED_OF_A_WALL = "姓氏、村名、帮扶责任人"
_HINTS_OF_A_WALL = (
    ("姓氏", "户主的姓，一个字：王"),
    *(hint for hint in _HINTS if hint[0] in ("村、乡镇", "帮扶责任人")),
)
_FOCUS = """<script>(() => {
  if (!matchMedia("(pointer: fine)").matches) return;  // on a phone the keyboard would cover the page
  const focus = (tries) => {
    const field = document.querySelector(".st-key-search_box input");
    if (field && document.activeElement === document.body) field.focus();
    else if (!field && tries) setTimeout(() => focus(tries - 1), 100);
  };
  focus(20);
})()</script>"""


def show_search(screen: Screen) -> None:
    """The field, the filters, and what they find."""
    filters, problems = read_filters(st.query_params)
    show_problems(problems)
    scope = "本人结对的户" if screen.viewer.sees_own_only else screen.region.name
    show_markup(heading("查找户档案", f"{scope} · {screen.month_text}的情况 · {screen.homes_text}", level=1))
    typed = _field(screen.viewer.sees_identity)
    _filters(screen, filters)
    asked = bool(typed) or filters != NO_FILTERS
    if not asked and not (screen.region.is_village or screen.viewer.sees_own_only):
        _hints(screen)
        return
    try:
        found = ask_uncached(
            screen,
            search,
            typed,
            filters,
            region=screen.region.code,
            month=screen.month,
            page=page_of(st.query_params.get("page"))[0],
        )
    except Refused as error:
        problem(str(error))
        return
    if asked:
        told = detail(
            "查找户", place=screen.region.code, filters=BY_NAME if typed else "", count=found.total, unit="户"
        )
        looked_once(screen, "search", (typed, filters, screen.region.code), told)
    else:
        list_shown(screen, "户名单", count=found.total)
    if found.total:
        show_problems(page_of(st.query_params.get("page"), found.pages)[1])
    _results(screen, found, filters)
    if not asked:
        _hints(screen)  # below the households of a village or of a helper, who has only these to choose from


def _field(by_identity: bool) -> str:
    """What is to be found. It stands in no address: what is typed names people."""
    st.session_state.setdefault(_FIELD, st.session_state.get(_TYPED, ""))

    def typed() -> None:
        st.session_state[_TYPED] = st.session_state[_FIELD]
        if "page" in st.query_params:
            write_address()  # it was page 3 of other words

    with st.container(key="search_box"):
        st.text_input(
            "查找",
            key=_FIELD,
            on_change=typed,
            placeholder=_ASKED if by_identity else _ASKED_OF_A_WALL,
            label_visibility="collapsed",
        )
    st.html(_FOCUS, unsafe_allow_javascript=True)
    text: str = st.session_state.get(_TYPED, "")
    return text.strip()


def read_filters(parameters: Mapping[str, str]) -> tuple[Filters, list[str]]:
    """The filters of an address, and sentences about what in it means nothing and is left out."""
    reading = Reading(parameters)
    states = reading.several("state", {str(state): state for state in STATE_NAMES}, UNKNOWN_FILTER)
    lists: dict[str, Change] = {
        field: reading.several(name, numbered(listed), UNKNOWN_FILTER)[:1]
        for name, (field, listed, _) in _LISTS.items()
    }
    flags: dict[str, Change] = {field: reading.flag(name) for name, (field, _) in _FLAGS.items()}
    return Filters(states=states, **lists, **flags), reading.problems


def _parameters(filters: Filters) -> dict[str, str]:
    given = {"state": "-".join(map(str, filters.states))}
    given |= {name: "1" if getattr(filters, field) else "" for name, (field, _) in _FLAGS.items()}
    for name, (field, listed, _) in _LISTS.items():
        given[name] = "-".join(str(listed.index(word) + 1) for word in getattr(filters, field))
    return {name: value for name, value in given.items() if value}


def _filters(screen: Screen, filters: Filters) -> None:
    marks = state_marks(screen.dark)
    there = ask(screen, states_there, screen.region.code, screen.month)
    states = [
        _chip(
            screen,
            filters,
            f'<b style="color: {marks[name][1]}">{marks[name][0]}</b> {escape(name)}',
            state in filters.states,
            states=_turned(filters.states, state),
        )
        for state, name in STATE_NAMES.items()
        if state in there or state in filters.states
    ]
    flags = [
        _chip(screen, filters, escape(words), getattr(filters, field), **{field: not getattr(filters, field)})
        for field, words in _FLAGS.values()
    ]
    clear = "" if filters == NO_FILTERS else link("清除筛选", screen.link(HOUSEHOLD), style="underlined", data_stay="1")
    chips = "".join([*states, *flags]) + clear
    with st.container(key="search_filters", horizontal=True, vertical_alignment="center", gap="small"):
        show_markup(f'<div class="chips" role="group" aria-label="按户类型和情况筛选">{chips}</div>', width="content")
        for name, (field, listed, every) in _LISTS.items():
            if field == "causes" and not screen.viewer.sees_health:
                continue
            public = screen.viewer.sees_identity or field != "attributes"
            _choice(
                name,
                listed if public else tuple(word for word in listed if word not in UNPUBLISHED_ATTRIBUTES),
                every,
                getattr(filters, field),
            )


def _chip(screen: Screen, filters: Filters, inner: str, on: bool, **changes: Change) -> str:
    url = screen.link(HOUSEHOLD, **_parameters(replace(filters, **changes)))
    current = {"aria_current": "true"} if on else {}
    return link(inner, url, style="chip", data_stay="1", title="取消这一筛选" if on else "只看这些户", **current)


def _choice(name: str, listed: tuple[str, ...], every: str, chosen: tuple[str, ...]) -> None:
    key = f"search_{name}"
    st.session_state[key] = chosen[0] if chosen else ""

    def choose() -> None:
        picked = st.session_state[key]
        write_address(**{name: str(listed.index(picked) + 1) if picked else None})

    st.selectbox(
        every.removeprefix("全部"),
        ["", *listed],
        format_func=lambda word: word or every,
        key=key,
        on_change=choose,
        label_visibility="collapsed",
        width=170,
    )


def _turned(chosen: tuple[int, ...], one: int) -> tuple[int, ...]:
    return tuple(other for other in chosen if other != one) if one in chosen else (*chosen, one)


def _hints(screen: Screen) -> None:
    hints = _HINTS if screen.viewer.sees_identity else _HINTS_OF_A_WALL
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(words)}</dd></div>" for name, words in hints)
    show_markup(
        f'<section class="search-hints"><h2>可以这样找</h2><dl>{rows}</dl>'
        "<p>写好按回车。几个词之间用空格隔开，表示同时符合；只点上面的筛选，列出全部符合的户。</p></section>"
    )


def _results(screen: Screen, found: SearchResult, filters: Filters) -> None:
    if not found.total:
        _nothing(screen, found)
        return
    if found.more:
        show_markup(
            '<p class="problem" role="status">符合的太多了，只在前面的户里找：'
            "请再写几个字，或在上方选小一点的区划。</p>"
        )
    frame = found.rows.assign(
        place=[" ".join(filter(None, names)) for names in found.rows[["township_name", "village_name"]].to_numpy()]
    )
    said = f"前 {found.total:,} 户，可能还有" if found.more else f"共 {found.total:,} 户"
    show_markup(
        f'<p class="calm" role="status">{escape(said)}，点一行打开户档案</p>'
        + table_markup(
            frame,
            _SHOWN,
            caption="查找结果",
            look=TableLook(
                row_url=lambda row: screen.link(HOUSEHOLD, region=row.village, household=int(row.id)),
                opener="head",
                drawn={**drawn(state_marks(screen.dark)), "head": _head},
                whole=True,
                cards=True,
            ),
        )
        + pager_markup(
            found.page,
            found.pages,
            said,
            lambda page: screen.link(HOUSEHOLD, page=page, **_parameters(filters)),
        )
    )


def _head(row: Row) -> str:
    return escape(row.head) + (f"<small>{escape(row.match)}</small>" if row.match else "")


def _nothing(screen: Screen, found: SearchResult) -> None:
    why = "前面的户里没有符合的。请再写几个字。" if found.more else "没有找到符合的户。"
    ways = ["检查姓名用字，或改用拼音首字母、证件后六位、户编号", "去掉一个词或一项筛选"]
    if screen.viewer.sees_own_only:
        ways.append("只能找到本人结对的户")
    elif screen.region.code != screen.viewer.region:
        ways.append(f"现在只在{screen.region.name}内找：可在上方换成更大的区划")
    show_markup(
        f'<section class="nothing" role="status"><h2>{escape(why)}</h2>'
        f"<ul>{''.join(f'<li>{escape(way)}</li>' for way in ways)}</ul></section>"
    )
