"""What is of a village and goes over to another with it: its households, its matters, who is bound to it."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import ADMINISTER, PEOPLE, READ, ROLES, SETTINGS
from data.access.viewer import Viewer
from data.figures.courses import ENDS
from data.model.running import holds_on, open_on, runs_on
from data.terms import STATE_NAMES, UNCOUNTED

MATTERS = {
    "project": "region", "fund": "region", "problem": "region", "task": "village", "dividend_plan": "village",
    "clue": "village",
}  # fmt: skip
"""Records of a region and of no household → the column that says whose. What they were before stays in the past."""
BOUND = {"account": "region", "device": "region", "trouble": "region"}
"""What is bound to a region now, and has no past: who looks, which displays show it, what was said there."""
_TODAY = "(SELECT built FROM data_version)"
_ENDED = f"EXISTS (SELECT 1 FROM household_event e WHERE e.household_id = h.id AND e.kind IN {ENDS})"
_HERE = f"h.village = :village AND NOT {_ENDED}"
_STATES = f"""SELECT COALESCE(s.state, {UNCOUNTED}), COUNT(*) FROM household h LEFT JOIN state_spell s
    ON s.household_id = h.id AND {holds_on("s", _TODAY)} WHERE {_HERE} GROUP BY 1"""
_OF_HOUSEHOLDS = {
    "已注销的户": ("户", f"SELECT COUNT(*) FROM household h WHERE h.village = :village AND {_ENDED}"),
    "家庭成员": ("人", "SELECT COUNT(*) FROM member p JOIN household h ON h.id = p.household_id"
                       " WHERE {here} AND p.gone IS NULL"),
    "公益岗位": ("个", "SELECT COALESCE(SUM(COALESCE(x.persons, 1)), 0) FROM project_household x"
                       " JOIN household h ON h.id = x.household_id WHERE {here} AND x.mode = '公益岗位'"
                       " AND x.year = CAST(substr({today}, 1, 4) AS INTEGER)"),
    "在结对": ("对", "SELECT COUNT(*) FROM pairing x JOIN household h ON h.id = x.household_id"
                     " WHERE {here} AND {runs}"),
    "户码": ("个", "SELECT COUNT(*) FROM qr_code x JOIN household h ON h.id = x.household_id"
                   " WHERE {here} AND x.withdrawn IS NULL"),
}  # fmt: skip
_OF_MATTERS = {
    "项目": ("个", "SELECT COUNT(*), 0 FROM project WHERE region = :village"),
    "资金": ("笔", "SELECT COUNT(*), 0 FROM fund WHERE region = :village"),
    "收益分配方案": ("个", "SELECT COUNT(*), SUM(CASE WHEN state NOT IN ('filed', 'void') THEN 1 ELSE 0 END)"
                          " FROM dividend_plan WHERE village = :village"),
    "作战任务": ("项", f"SELECT COUNT(*), SUM(CASE WHEN {open_on('finished', _TODAY)} THEN 1 ELSE 0 END)"
                       " FROM task WHERE village = :village"),
    "问题": ("个", f"SELECT COUNT(*), SUM(CASE WHEN {open_on('closed', _TODAY)} THEN 1 ELSE 0 END)"
                   " FROM problem WHERE region = :village"),
    "没有对应到户的线索": ("条", "SELECT COUNT(*), SUM(CASE WHEN state IN ('held', 'open') THEN 1 ELSE 0 END)"
                                 " FROM clue WHERE village = :village AND household_id IS NULL"),
}  # fmt: skip
OPEN = {"收益分配方案": "在办", "作战任务": "未完成", "问题": "未销号", "没有对应到户的线索": "待答复"}


@dataclass(frozen=True)
class Line:
    """One kind of what moves: how many of it, and what is to be said of these."""

    what: str
    number: int
    unit: str
    told: str = ""


@dataclass(frozen=True)
class Moving:
    """What moves with a village: ``homes`` that go on, each kind of its records, and who is ``bound`` to it."""

    homes: int
    lines: tuple[Line, ...]
    bound: tuple[Line, ...]
    outline: bool

    @property
    def open(self) -> tuple[Line, ...]:
        """What stands against an end without a successor: all that would be of nobody."""
        return tuple(
            one
            for one in self.lines
            if one.number and (one.what in ("户", "项目", "资金") or (one.told and one.what in OPEN))
        )


@needs(ADMINISTER, SETTINGS)
def moving(connection: Connection, viewer: Viewer, village: str) -> Moving:
    """What is of a village today. Raises OutOfScope where it is not the viewer's."""
    bound = {"village": viewer.narrowed(village)}
    states: dict[int, int] = dict(connection.execute(text(_STATES), bound).all())
    told = "、".join(f"{name} {states[number]}" for number, name in STATE_NAMES.items() if states.get(number))
    homes = sum(states.values())
    lines = [Line("户", homes, "户", told)]
    for what, (unit, asked) in _OF_HOUSEHOLDS.items():
        statement = asked.format(here=_HERE, today=_TODAY, runs=runs_on("x", _TODAY))
        lines.append(Line(what, int(connection.execute(text(statement), bound).scalar_one()), unit))
    for what, (unit, asked) in _OF_MATTERS.items():
        number, still = connection.execute(text(asked), bound).one()
        lines.append(Line(what, int(number), unit, f"{OPEN[what]} {still}" if still else ""))
    return Moving(homes, tuple(lines), _bound_to(connection, viewer, village), _outline(connection, village))


def _bound_to(connection: Connection, viewer: Viewer, village: str) -> tuple[Line, ...]:
    """Accounts and displays; by name for who may know of people."""
    people = connection.execute(
        text("SELECT p.name, a.role FROM account a JOIN person p ON p.id = a.person_id WHERE a.region = :village"),
        {"village": village},
    ).all()
    screens = connection.execute(
        text("SELECT purpose FROM device WHERE region = :village AND withdrawn IS NULL"), {"village": village}
    ).scalars()
    shown = viewer.may(READ, PEOPLE)
    names = "、".join(f"{name}（{ROLES[role]}）" for name, role in people) if shown else ""
    purposes = list(screens)
    return (
        Line("账号", len(people), "个", names),
        Line("大屏设备", len(purposes), "台", "、".join(purposes) if shown else ""),
    )


def _outline(connection: Connection, village: str) -> bool:
    held = connection.execute(text("SELECT 1 FROM boundary WHERE region = :village"), {"village": village}).first()
    return held is not None
