"""Problems and tasks come into being: written at a door or a desk, for many places at once, from a problem, split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, RowMapping, select, text

from data.access.households import require
from data.access.rights import needs
from data.access.roles import MATTERS, READ, WRITE
from data.access.viewer import Viewer
from data.duties.leaders import VACANT, Leader, leading
from data.duties.persons import person_of_helper
from data.errors import NotFound, Refused
from data.figures import cube
from data.households.fields import LONG, Unfit, read_field, read_text
from data.matters.file import row_of
from data.matters.levels import note_levels
from data.matters.states import PROBLEMS, TASKS
from data.matters.steps import MOST, Given, begin, new_code, owner_values, step_within
from data.model import fund, household, project, region
from data.model.running import runs_on
from data.rules.recheck import recheck_matters
from data.settings import listed
from data.store.engine import writing
from data.terms import PROBLEM_SOURCES, TEAMS

AHEAD = timedelta(days=30)
"""What a problem is usually given."""
_PROBLEM = ("found", "deadline", "description")
_TASK = ("name", "target", "started", "deadline")


@dataclass(frozen=True)
class Place:
    """What a problem or task is about: a region, or a household of it, a project or fund."""

    region: str
    household: int | None = None
    project: str | None = None
    fund: str | None = None


@dataclass(frozen=True)
class Proposal:
    """Whom a task or problem of a place would go to: a person's id and name, None where nobody is named there; and why:
    第一责任人 by his post or team."""

    place: Place
    name: str
    owner: int | None
    called: str | None
    why: str


def sources(connection: Connection) -> tuple[str, ...]:
    """来源 of a problem: the workbook's, and what the county has added."""
    return tuple(dict.fromkeys((*PROBLEM_SOURCES, *listed(connection, "problem_sources"))))


def kinds(connection: Connection) -> tuple[str, ...]:
    """类别 of a problem, as the county lists them."""
    return listed(connection, "problem_kinds")


@needs(WRITE, MATTERS)
def raise_problem(
    engine: Engine, viewer: Viewer, place: Place, typed: Mapping[str, str | None], *, owner: int | None, now: datetime
) -> str:
    """A problem; its code. ``typed``: source, category (of the county's lists), description, found, deadline, as typed.
    ``owner``: a person's id, None: nobody is named yet. Raises Unfit for a field, NotFound and OutOfScope for a place
    that is not the viewer's, Refused."""
    with writing(engine) as connection:
        cube.hold(connection)
        code = raise_within(connection, viewer, place, typed, owner=owner, now=now)
        cube.refresh(connection, place.region, now, households=False, of="problems")
    return code


@needs(WRITE, MATTERS)
def raise_within(
    connection: Connection,
    viewer: Viewer,
    place: Place,
    typed: Mapping[str, str | None],
    *,
    owner: int | None,
    now: datetime,
) -> str:
    """The same in a transaction of the caller's, who has the figures made."""
    values = _problem(connection, typed, now.date())
    return _add_problem(connection, viewer, place, values, owner, now)


def _problem(connection: Connection, typed: Mapping[str, str | None], today: date) -> dict[str, object]:
    values = {name: read_field("problem", name, typed.get(name), today=today) for name in _PROBLEM}
    for heading, name, known in (("来源", "source", sources(connection)), ("类别", "category", kinds(connection))):
        values[name] = _of_list(heading, typed.get(name), known)
    if str(values["deadline"]) < str(values["found"]):
        raise Unfit("整改期限", "早于发现日期")
    return values


def _of_list(heading: str, typed: str | None, known: Sequence[str]) -> str:
    if typed is None or typed not in known:
        raise Unfit(heading, f"请从名单中选择：{'、'.join(known)}")
    return typed


def _add_problem(
    connection: Connection, viewer: Viewer, place: Place, values: Mapping[str, object], owner: int | None, now: datetime
) -> str:
    place = _placed(connection, viewer, place)
    whose = _owner(connection, owner)
    row = {
        "code": new_code("P", now), "region": place.region, "household_id": place.household, "project": place.project,
        "fund": place.fund, **values, **whose,
    }  # fmt: skip
    also = {"owner_id": whose["owner_id"], "deadline": values["deadline"]}
    day = date.fromisoformat(str(values["found"]))
    code = PROBLEMS.add(connection, viewer, "raise", row, at=now, day=day, also=also)
    note_levels(connection, "problem", [code], now.date())
    recheck_matters(connection, [code], now)
    return code


@needs(WRITE, MATTERS)
def raise_tasks(
    engine: Engine,
    viewer: Viewer,
    wanted: Sequence[tuple[Place, int | None, str | None]],
    typed: Mapping[str, str | None],
    *,
    problem: str | None = None,
    now: datetime,
) -> list[str]:
    """A task for each place, with its owner (a person's id) and its deadline where that is another than ``typed`` has
    (name, target, started, deadline); all or none, at most MOST; their codes. ``problem``: that they are made for.
    Raises as :func:`raise_problem`."""
    if not wanted:
        raise Refused("请至少选择一个村、乡镇或一户。")
    if len(wanted) > MOST:
        raise Refused(f"一次最多派发 {MOST} 项，现在选了 {len(wanted)} 项。")
    with writing(engine) as connection:
        cube.hold(connection)
        if problem is not None:
            begin(connection, "problem", row_of(connection, viewer, "problem", problem), now)
        codes = [
            add_task(connection, viewer, place, owner, {**typed, "deadline": deadline or typed.get("deadline")}, now,
                      {"problem": problem})
            for place, owner, deadline in wanted
        ]  # fmt: skip
        for code in sorted({place.region for place, _, _ in wanted}):
            cube.refresh(connection, code, now, households=False, of="tasks")
    return codes


@needs(WRITE, MATTERS)
def add_task(
    connection: Connection,
    viewer: Viewer,
    place: Place,
    owner: int | None,
    typed: Mapping[str, str | None],
    now: datetime,
    beside: Mapping[str, object],
    *,
    code: str | None = None,
) -> str:
    """A task in a transaction of the caller's, who has the figures made; its code. ``beside``: more of its columns;
    ``code``: where it has to have a certain one. Raises as :func:`raise_tasks`."""
    values = {name: read_field("task", name, typed.get(name), today=now.date()) for name in _TASK}
    if str(values["deadline"]) < str(values["started"]):
        raise Unfit("期限", "早于开始日期")
    place = _placed(connection, viewer, place)
    whose = _owner(connection, owner)
    row = {
        "code": code or new_code("T", now), "village": place.region, "household_id": place.household, "progress_bp": 0,
        **values, **whose, **beside,
    }  # fmt: skip
    also = {"owner_id": whose["owner_id"], "deadline": values["deadline"]}
    day = min(date.fromisoformat(str(values["started"])), now.date())
    code = TASKS.add(connection, viewer, "raise", row, at=now, day=day, also=also)
    note_levels(connection, "task", [code], now.date())
    recheck_matters(connection, [code], now)
    return code


@needs(WRITE, MATTERS)
def split_task(
    engine: Engine,
    viewer: Viewer,
    code: str,
    parts: Sequence[tuple[str, int | None, str | None]],
    *,
    version: int,
    now: datetime,
) -> list[str]:
    """Split a task into parts: what each is to reach, whose it is, by when (None: as the whole); their codes. The whole
    goes on, and its owner answers for it. Raises as :func:`raise_problem`, Changed."""
    if not 2 <= len(parts) <= MOST:
        raise Refused(f"请分解成 2 至 {MOST} 项。")
    with writing(engine) as connection:
        cube.hold(connection)
        held = row_of(connection, viewer, "task", code)
        if held["parent"] is not None:
            raise Refused("分解出来的任务不能再分解。")
        given = Given(reason=f"分解为 {len(parts)} 项")
        step_within(connection, viewer, "task", code, "split", version=version, given=given, now=now, shown=False)
        place = Place(held["village"], held["household_id"])
        made = []
        for target, owner, deadline in parts:
            if deadline and deadline > held["deadline"]:
                raise Unfit("期限", f"分解出来的不能晚于原任务的期限（{held['deadline']}）")
            said = read_text("目标", target, most=LONG, required=True)
            typed = {"name": held["name"], "target": said, "started": held["started"],
                     "deadline": deadline or held["deadline"]}  # fmt: skip
            made.append(add_task(connection, viewer, place, owner, typed, now, {"parent": code}))
        cube.refresh(connection, held["village"], now, households=False, of="tasks")
    return made


def _owner(connection: Connection, owner: int | None) -> dict[str, object]:
    """Nobody named yet is said so, and stands on the list of what is vacant."""
    return {"owner_id": None, "owner": VACANT} if owner is None else owner_values(connection, owner)


def _placed(connection: Connection, viewer: Viewer, place: Place) -> Place:
    """The place as it stands. Raises NotFound for a household, project or fund that is not there or not his, OutOfScope
    for a region that is not his."""
    if place.household is not None:
        require(connection, viewer, [place.household])
        village = connection.execute(select(household.c.village).where(household.c.id == place.household)).scalar_one()
        return replace(place, region=village)
    viewer.narrowed(place.region)
    if (
        connection.execute(
            select(region.c.code).where(region.c.code == place.region, region.c.closed.is_(None))
        ).first()
        is None
    ):
        raise NotFound("没有这个区划，或已经撤销。")
    for table, key in ((project, place.project), (fund, place.fund)):
        if key is not None:
            found = connection.execute(select(table.c.region).where(table.c.code == key)).scalar()
            if found is None or not viewer.may_see(found):
                raise NotFound("没有这个项目或资金，或它不在您的查看范围内。")
    return place


@needs(READ, MATTERS)
def proposed(connection: Connection, viewer: Viewer, places: Sequence[Place], today: date) -> list[Proposal]:
    """Whom a task of each place would go to: of a household its helper by the order of teams, else who answers first
    for its region. Raises as :func:`raise_problem`."""
    placed = [_placed(connection, viewer, place) for place in places]
    heads = leading(connection, [place.region for place in placed], today.isoformat())
    rows = connection.execute(select(region.c.code, region.c.name).where(region.c.code.in_([p.region for p in placed])))
    names: dict[str, str] = dict(rows.all())
    return [_proposal(connection, place, names[place.region], heads.get(place.region, ()), today) for place in placed]


def _proposal(connection: Connection, place: Place, name: str, heads: Sequence[Leader], today: date) -> Proposal:
    if place.household is not None:
        head = connection.execute(select(household.c.head).where(household.c.id == place.household)).scalar_one()
        if (helper := _helper_of(connection, place.household, today)) is not None:
            return Proposal(place, head, person_of_helper(connection, helper["code"]), helper["name"], helper["team"])
        name = head
    for first in heads:
        return Proposal(place, name, first.person, first.name, first.post)
    return Proposal(place, name, None, None, "")


def _helper_of(connection: Connection, id: int, today: date) -> RowMapping | None:
    sql = f"""SELECT a.code, a.name, a.team FROM pairing x JOIN helper a ON a.code = x.helper
        WHERE x.household_id = :household AND x.member = '' AND {runs_on("x", ":this_day")} ORDER BY a.code"""
    rows = connection.execute(text(sql), {"household": id, "this_day": today.isoformat()}).mappings().all()
    return min(rows, key=lambda row: TEAMS.index(row["team"]) if row["team"] in TEAMS else len(TEAMS), default=None)


@needs(READ, MATTERS)
def owners(connection: Connection, viewer: Viewer, place: str, household: int | None, today: date) -> dict[int, str]:
    """Who may be asked to see to something of a region: person → ``张三 · 包村干部``: who leads it or the regions above
    it up to the county, and who helps there; of a household its own helpers first."""
    viewer.narrowed(place)
    above = [place[:length] for length in (12, 9, 6) if length <= len(place)]
    heads = leading(connection, above, today.isoformat())
    named = [(one.person, f"{one.name} · {one.post}") for code in above for one in heads.get(code, ())]
    sql = text(f"""
        SELECT p.id, a.name, a.team, a.unit, MAX(CASE WHEN x.household_id = :household THEN 1 ELSE 0 END) AS own
        FROM pairing x JOIN household h ON h.id = x.household_id JOIN helper a ON a.code = x.helper
        JOIN person p ON p.helper = a.code WHERE h.village = :village AND {runs_on("x", ":this_day")}
        GROUP BY p.id, a.name, a.team, a.unit ORDER BY own DESC, a.name, p.id""")
    rows = connection.execute(sql, {"household": household, "village": place, "this_day": today.isoformat()}).all()
    helpers = [(row.id, f"{row.name} · {row.team}（{row.unit}）") for row in rows]
    first = [one for one, row in zip(helpers, rows, strict=True) if row.own]
    found: dict[int, str] = {}
    for id, told in (*first, *named, *helpers):
        if id is not None:
            found.setdefault(id, told)
    return found
