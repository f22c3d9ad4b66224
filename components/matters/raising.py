"""A problem is registered; tasks are handed out: by hand, from a figure's list of names, for a problem."""

from collections.abc import Mapping
from datetime import date

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.matters.address import MatterChoice, matter_link, matters_link
from components.matters.people import owner_picker
from components.matters.preview import show_preview
from components.shell.asking import ask, ask_uncached
from components.shell.empty import nothing
from components.shell.errors import problem
from components.shell.page import go_to, show_markup
from components.shell.reading import Reading
from components.shell.said import say_refused
from components.shell.screen import Screen
from components.shell.site import FIGURE
from data.access.roles import MATTERS, PAPERS, WRITE
from data.archives.files import LARGEST
from data.calendars.workdays import Calendar, calendar
from data.errors import WarRoomError
from data.figures.indicators import INDICATORS
from data.matters.file import matter_file
from data.matters.listed import PER, places_behind
from data.matters.matter import Matter
from data.matters.papers import add
from data.matters.raising import Place, kinds, proposed, raise_problem, raise_tasks, sources
from data.matters.steps import MOST
from data.matters.subjects import SUBJECTS, subjects
from data.regions import tree as regions
from data.terms import LEVELS

_TURN = "matter_raise_turn"
_USUAL = 10  # working days
_DAYS = (3, 5, 10, 15, 20, 30)
_UPLOAD = 100  # MB


def may_raise(screen: Screen, record: str) -> bool:
    """Whether the viewer may raise one: a helper problems alone."""
    return screen.viewer.may(WRITE, MATTERS) and not (record == "task" and screen.viewer.sees_own_only)


def show_raise_problem(screen: Screen, parameters: Mapping[str, str]) -> None:
    """The form of a problem; its household or project may stand in the address."""
    _heading(screen, "problem", "登记问题", f"{screen.region.name} · 登记后由责任人整改，上一级核查销号")
    with screen.engine.connect() as connection:
        of_lists, days = (sources(connection), kinds(connection)), calendar(connection)
    place = _subject(screen, parameters)
    if place is None:
        return
    (offered,) = ask_uncached(screen, proposed, [place], screen.today)
    due = _deadline(screen, days)
    turn = st.session_state.setdefault(_TURN, 0)
    with st.form(f"matter_problem_{turn}", border=False, enter_to_submit=False):
        description = st.text_area(
            "问题是什么", max_chars=2000, height=110, placeholder="如：西屋漏雨，屋顶缺瓦", key=f"mp_words_{turn}"
        )
        left, right = st.columns(2)
        category = left.selectbox("类别", of_lists[1], index=None, placeholder="请选择", key=f"mp_kind_{turn}")
        source = right.selectbox("来源", of_lists[0], index=0, key=f"mp_source_{turn}")
        left, right = st.columns(2)
        found = left.date_input(
            "发现日期", screen.today, max_value=screen.today, format="YYYY-MM-DD", key=f"mp_found_{turn}"
        )
        deadline = right.date_input("整改期限", due, format="YYYY-MM-DD", key=f"mp_due_{turn}_{due}")
        owner = owner_picker(screen, place.region, key=f"mp_owner_{turn}_{place}", chosen=offered.owner, vacant=True)
        photos = (
            st.file_uploader(f"照片（可不加；每张不超过 {LARGEST >> 20} MB）", accept_multiple_files=True,
                             max_upload_size=_UPLOAD, key=f"mp_photos_{turn}")
            if screen.viewer.may(WRITE, PAPERS) else []
        )  # fmt: skip
        said = st.container()
        if not st.form_submit_button("登记问题", type="primary"):
            return
    typed = {
        "description": description,
        "category": category,
        "source": source,
        "found": _iso(found),
        "deadline": _iso(deadline),
    }
    try:
        with st.spinner("正在登记…"):
            code = raise_problem(screen.engine, screen.viewer, place, typed, owner=owner, now=screen.now)
            for photo in photos:
                add(
                    screen.engine,
                    screen.viewer,
                    "problem",
                    code,
                    photo.getvalue(),
                    kind="现场照片",
                    title="",
                    now=screen.now,
                )
    except WarRoomError as error:
        with said:
            say_refused(error)
        return
    st.session_state[_TURN] = turn + 1
    go_to(matter_link(screen, "problem", code, place.region))


def _subject(screen: Screen, parameters: Mapping[str, str]) -> Place | None:
    """What the problem is about: the region of the screen, or of it a household, project or fund."""
    own_only = screen.viewer.sees_own_only
    offered = [what for what in SUBJECTS if what != "household" or own_only or screen.region.is_village]
    asked = next((what for what in offered if what in parameters), None)
    choices = offered[:1] if own_only else ["", *offered]
    what = st.pills(
        "关于什么", choices, default=asked or choices[0], required=True, key=f"matter_about_{asked}",
        format_func=lambda one: SUBJECTS.get(one) or f"{screen.region.name}本身", label_visibility="collapsed",
    )  # fmt: skip
    if not what:
        return Place(screen.region.code)
    known = ask_uncached(screen, subjects, screen.region.code, what)
    given = parameters.get(what)
    if given and given not in known:
        problem(f"地址中的{SUBJECTS[what]}不在{screen.region.name}或不在您的查看范围内，请重新选择。")
    options = list(known)
    id = st.selectbox(
        f"选择{SUBJECTS[what]}", options, index=options.index(given) if given in known else None,
        format_func=lambda one: known[one][0], placeholder="输入名称查找", key=f"matter_of_{what}_{given}",
    )  # fmt: skip
    if id is None:
        show_markup('<p class="calm">先选定，再填写问题。</p>')
        return None
    region = known[id][1]
    if what == "household":
        return Place(region, int(id))
    return Place(region, project=id) if what == "project" else Place(region, fund=id)


def show_raise_tasks(screen: Screen, parameters: Mapping[str, str]) -> None:
    """The tasks' form: for the places of a list, of a problem, or those chosen here."""
    reading = Reading(parameters)
    id = reading.one_of("indicator", INDICATORS, "没有“{asked}”这个指标，请在下面选择派给谁。")
    for sentence in reading.problems:
        problem(sentence)
    about = _problem_of(screen, parameters.get("problem"))
    title = f"派发任务：{INDICATORS[id].label}名单" if id else f"派发任务：{about.title}" if about else "派发任务"
    _heading(screen, "task", title, f"{screen.region.name} · 一次最多 {MOST} 项，要么全部派发，要么一项不派")
    places = _listed(screen, id) if id else [_place_of(about)] if about else _chosen(screen)
    if not places:
        return
    with screen.engine.connect() as connection:
        days = calendar(connection)
    due = _deadline(screen, days)
    offered = ask_uncached(screen, proposed, places, screen.today)
    turn = st.session_state.setdefault(_TURN, 0)
    with st.form(f"matter_tasks_{turn}", border=False, enter_to_submit=False):
        usual = (f"核实处理：{INDICATORS[id].label}" if id else about.title if about else "")[:100]
        name = st.text_input("任务名称", usual, max_chars=100, placeholder="如：入户核查收入", key=f"mt_name_{turn}")
        target = st.text_area(
            "要达到什么",
            max_chars=2000,
            height=80,
            placeholder="如：逐户核实，有问题的当月整改",
            key=f"mt_target_{turn}",
        )
        wanted = show_preview(screen, offered, due, key=f"mt_lines_{turn}")
        said = st.container()
        if not st.form_submit_button(
            f"派发任务（{len(offered)} 项）" if len(offered) > 1 else "派发任务", type="primary"
        ):
            return
    typed = {"name": name, "target": target, "started": screen.today.isoformat(), "deadline": due.isoformat()}
    try:
        with st.spinner("正在派发…"):
            codes = raise_tasks(
                screen.engine, screen.viewer, wanted, typed, problem=about.code if about else None, now=screen.now
            )  # fmt: skip
    except WarRoomError as error:
        with said:
            say_refused(error)
        return
    st.session_state[_TURN] = turn + 1
    if len(codes) == 1:
        go_to(matter_link(screen, "task", codes[0]))
    else:
        go_to(matters_link(screen, MatterChoice("task"), title=name.strip(), sort="begun"))


def _listed(screen: Screen, id: str) -> list[Place]:
    """The places behind a figure, asked again here: no name of them stands in the address."""
    indicator = INDICATORS[id]
    month = screen.standing(indicator).month
    offered = [per for per in PER if per != "township" or len(screen.region.code) < 9]
    found = {per: ask(screen, places_behind, id, screen.region.code, month, per=per) for per in offered}
    found = {per: held for per, held in found.items() if held}
    back = link(f"{indicator.label}名单", screen.link(FIGURE, indicator=id), style="underlined")
    if not found:
        nothing("名单里没有可以派发的地方", "名单是空的，或其中没有落到村的记录。", "换一个区划、月份或指标")
        return []
    first = next((per for per in found if len(found[per]) <= MOST), list(found)[-1])
    per = st.pills(
        "一项任务派给", list(found), default=first, required=True, key=f"matter_per_{id}",
        format_func=lambda one: f"{PER[one]}（{len(found[one]):,}）",
    )  # fmt: skip
    places = found[per]
    more = f"，先派名单中最前的 {MOST} 项" if len(places) > MOST else ""
    told = f"依据 {back}（{escape(screen.stands(indicator))}）：共 {len(places):,} 处{more}。"
    show_markup(f'<p class="calm">{told}</p>')
    return places[:MOST]


def _chosen(screen: Screen) -> list[Place]:
    """Places chosen by hand: the region itself, those below it, of a village its households."""
    if screen.region.is_village:
        known = {id: (name, Place(place, int(id))) for id, (name, place) in
                 ask_uncached(screen, subjects, screen.region.code, "household").items()}  # fmt: skip
        noun = "户"
    else:
        below = ask_uncached(screen, regions.children, screen.region.code)
        known = {one.code: (one.name, Place(one.code)) for one in below if len(one.code) >= 6}
        noun = LEVELS[len(below[0].code)] if below else ""
    own = f"{screen.region.name}本级" if not screen.region.is_village else screen.region.name
    ways = {"own": own, **({"some": f"选{noun}", "all": f"全部 {len(known)} 个{noun}"} if known else {})}
    if len(known) > MOST:
        ways.pop("all", None)
    if len(screen.region.code) < 6:
        ways.pop("own")
    way = st.pills("派给", list(ways), default=next(iter(ways), None), required=True, format_func=ways.__getitem__,
                   key=f"matter_to_{screen.region.code}")  # fmt: skip
    if way == "own":
        return [Place(screen.region.code)]
    if way == "all":
        return [place for _, place in known.values()]
    picked = st.multiselect(
        f"派给哪些{noun}", list(known), format_func=lambda one: known[one][0], placeholder="可多选，输入名称查找",
        max_selections=MOST, key=f"matter_some_{screen.region.code}",
    )  # fmt: skip
    if not picked:
        show_markup(f'<p class="calm">先选定{noun}，再填写任务。</p>')
    return [known[one][1] for one in picked]


def _problem_of(screen: Screen, code: str | None) -> Matter | None:
    if not code:
        return None
    return ask_uncached(screen, matter_file, "problem", code, screen.today).matter


def _place_of(matter: Matter) -> Place:
    return Place(matter.region, matter.household_id)


def _deadline(screen: Screen, days: Calendar) -> date:
    """A deadline by working days from today."""
    number = st.pills(
        "期限（工作日）",
        _DAYS,
        default=_USUAL,
        required=True,
        format_func=lambda one: f"{one} 个工作日",
        key="matter_days",
    )
    due = days.add(screen.today, number)
    note = days.note(due)
    show_markup(
        f'<p class="calm">从今天起第 {number} 个工作日是 {due}{escape(f"（{note}）" if note else "")}；可再改。</p>'
    )
    return due


def _heading(screen: Screen, record: str, title: str, subtitle: str) -> None:
    back = link("返回清单", matters_link(screen, MatterChoice(record)), style="underlined")
    show_markup(heading(title, subtitle, level=1, more=f'<span class="more">{back}</span>'))


def _iso(day: object) -> str | None:
    return day.isoformat() if isinstance(day, date) else None
