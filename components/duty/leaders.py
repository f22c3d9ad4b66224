"""区划负责人: who leads this region and those below; a vacant post is named as one."""

import pandas as pd

from components.drawing.markup import escape, phone_link
from components.drawing.panels import heading
from components.drawing.tables import TableColumn, TableLook, table_markup
from components.duty.address import DutyChoice, duty_link, person_link
from components.duty.appointing import show_appointing, show_changes
from components.duty.markup import alarm_count, named
from components.shell.asking import ask
from components.shell.errors import reporting_failures
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.take_away import take_away
from data.access.roles import DUTIES, EXPORT
from data.duties.leaders import VACANT, Leader, Vacancy, leaders, vacancies
from data.duties.posts import Held, posts_below
from data.paper.spreadsheet import ListColumn
from data.terms import LEVELS

_LEADERS = (
    TableColumn("post", "职务"), TableColumn("name", "姓名"), TableColumn("unit", "单位"),
    TableColumn("phone", "电话"), TableColumn("started", "任职自"), TableColumn("ended", "至"),
)  # fmt: skip
_BELOW = (
    TableColumn("place", "区划"), TableColumn("post", "职务"), TableColumn("name", "第一责任人"),
    TableColumn("unit", "单位"), TableColumn("phone", "电话"), TableColumn("started", "任职自"),
    TableColumn("others", "其他负责人"), TableColumn("vacant", "空缺岗位", "integer"),
)  # fmt: skip

MOST_VACANT = 100
_VACANT = (
    TableColumn("place", "区划"), TableColumn("post", "岗位"), TableColumn("since", "空缺自"),
    TableColumn("days", "空缺（天）", "integer"),
)  # fmt: skip
_FIRST = ("post", "name", "unit", "phone", "person", "started")


def show_leaders(screen: Screen, choice: DutyChoice) -> None:
    """Draw the view."""
    day = screen.day or screen.status.built
    own = ask(screen, leaders, screen.region.code, day)
    below = ask(screen, posts_below, screen.region.code, day)
    _own(screen, own)
    with reporting_failures():
        show_appointing(screen, own)
    if below:
        _below(screen, below)
    _vacant(screen, ask(screen, vacancies, screen.region.code, day))
    show_changes(screen)


def _own(screen: Screen, own: tuple[Leader, ...]) -> None:
    title = f"{screen.region.name}负责人 {len(own)} 人" if own else f"{screen.region.name}：{VACANT}"
    drawn = f'<p class="calm"><b class="alarm">{VACANT}</b>，请登记或在数据模板的“区划负责人”表中填报后导入。</p>'
    if own:
        frame = pd.DataFrame([vars(one) for one in own], dtype=object)
        drawn = table_markup(
            frame,
            _LEADERS,
            caption=title,
            look=TableLook(
                drawn={
                    "name": lambda row: named(row.name, _url(screen, row.person)),
                    "phone": lambda row: phone_link(row.phone),
                    "ended": lambda row: escape(row.ended or "现任"),
                },
                whole=True,
                cards=True,
            ),
        )
    show_markup(heading(title, "排在前面的先负责 · 点姓名看他负责的户、问题和任务") + drawn)


def _below(screen: Screen, below: list[Held]) -> None:
    noun = LEVELS[len(below[0].code)]
    without = sum(not one.leaders for one in below)
    frame = pd.DataFrame([_row(one) for one in below], dtype=object)
    title = f"{without} 个{noun}{VACANT}" if without else f"{len(below)} 个{noun}都有负责人"
    told = f"共 {len(below)} 个{noun} · 空缺岗位含下级"
    drawn = table_markup(
        frame,
        _BELOW,
        caption=title,
        look=TableLook(
            row_url=lambda row: duty_link(screen, DutyChoice(), region=row.code),
            opener="place",
            drawn={
                "name": lambda row: named(row.name, _url(screen, row.person), VACANT),
                "phone": lambda row: phone_link(row.phone),
                "others": lambda row: escape(row.others),
                "vacant": lambda row: alarm_count(row.vacant),
            },
            cards=True,
            whole=True,
        ),
    )
    show_markup(heading(title, told) + drawn)
    if screen.viewer.may(EXPORT, DUTIES):
        take_away(
            screen,
            frame.assign(name=frame["name"].where(frame["name"].notna(), VACANT)),
            [ListColumn(one.id, one.heading, "integer" if one.form == "integer" else "text") for one in _BELOW],
            what="区划负责人",
            title=f"{screen.region.name}各{noun}负责人",
            unit=f"个{noun}",
            sheet="区划负责人",
            key="export_leaders",
        )


def _vacant(screen: Screen, found: list[Vacancy]) -> None:
    """Posts that must be filled and are vacant, the longest first."""
    if not found:
        return
    day = screen.day or screen.status.built
    rows = [
        {
            "place": one.place,
            "post": one.post,
            "days": one.days(day),
            "since": one.since or "从未登记",
            "code": one.region,
        }
        for one in found[:MOST_VACANT]
    ]
    more = f" · 先列空缺最久的 {MOST_VACANT} 个" if len(found) > MOST_VACANT else ""
    show_markup(
        heading(f"{len(found):,} 个岗位{VACANT}", f"{screen.region.name}及下级必须有人的岗位{more}")
        + table_markup(
            pd.DataFrame(rows, dtype=object),
            _VACANT,
            caption=f"{VACANT}的岗位",
            look=TableLook(
                row_url=lambda row: duty_link(screen, DutyChoice(), region=row.code), opener="place", cards=True
            ),
        )
    )


def _row(one: Held) -> dict[str, object]:
    first = one.leaders[0] if one.leaders else None
    told = {
        name: getattr(first, name) if first else None for name in ("post", "name", "unit", "phone", "person", "started")
    }
    others = "、".join(other.told for other in one.leaders[1:4]) + ("等" if len(one.leaders) > 4 else "")
    return {"code": one.code, "place": one.name, **told, "others": others, "vacant": one.vacant}


def _url(screen: Screen, person: object) -> str | None:
    return None if person is None or pd.isna(person) else person_link(screen, int(str(person)))
