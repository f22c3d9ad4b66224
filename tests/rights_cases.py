"""One call for each right over each thing of the table, on the county of ``tests/data/village_ground.py``.

Each aims at something of VILLAGE: who may see that village is inside, who may see another one alone is outside. A case
that is the same wherever somebody sits (a setting) has no outside. ``CASES`` is data: the tests of the queries, and
those of routes and pages, go through it; what it leaves out of the table fails.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from data import model
from data.access.rights import require_right
from data.access.roles import (
    ADMINISTER,
    APPROVE,
    BACKUPS,
    BOUNDARIES,
    CODES,
    DAYS,
    DUTIES,
    EXPORT,
    FIGURES,
    HEALTH,
    HOUSEHOLDS,
    IDENTITY,
    IMPORT,
    LOG,
    MATTERS,
    MONITORING,
    PAPERS,
    PEOPLE,
    PLANS,
    PRINT,
    PROJECTS,
    QUALITY,
    READ,
    RECORDS,
    SETTINGS,
    UNMASK,
    WRITE,
)
from data.access.sessions import sessions_of
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.search import Wanted, every
from data.backups.runs import state as backup_state
from data.cards.card import card, income_year, villages_households
from data.codes import labels, pins
from data.days.entries import Told
from data.days.entries import write as write_day
from data.days.region import records
from data.dividends.filing import write_back
from data.dividends.notice import notice
from data.dividends.region import plans
from data.dividends.steps import step as plan_step
from data.duties.leaders import leaders
from data.errors import NoRight, Refused
from data.figures import lists, read
from data.households import archives
from data.households.edit_rules import check_approval
from data.households.entries import add_measure
from data.households.file import household
from data.households.unmask import unmask
from data.households.village import Filters, in_village
from data.matters.raising import Place, raise_problem
from data.matters.region import Filters as MatterFilters
from data.matters.region import page as matters
from data.matters.steps import Given, step
from data.monitoring.cases import begin, case, step_within
from data.people.devices import add_device, devices
from data.projects import archives as project_archives
from data.projects.region import page as projects_page
from data.projects.troubles import mark
from data.quality.board import by_rule_and_region
from data.quality.listing import exported
from data.quality.waivers import Mark, agree
from data.quality.waivers import ask as ask_waiver
from data.rules.registry import RULES
from data.settings import changes, decide
from data.store.engine import writing
from data.villages.leaders import appoint
from data.workbook.exporting import export_workbook
from tests.data.archives.ground import photo
from tests.data.small_county import FIRST_PLAN, LAST, TODAY, VILLAGES
from tests.data.village_ground import VILLAGE
from tests.moment import NOW

HOUSEHOLD, MEMBER, PROJECT, PLAN = 901, "901a", "P901", FIRST_PLAN + 1
INSIDE = {
    "admin": Viewer("admin", "", person=1), "county": Viewer("county", VILLAGE[:6], person=2),
    "township": Viewer("township", VILLAGE[:9], person=3), "village": Viewer("village", VILLAGE, person=4),
    "helper": Viewer("helper", VILLAGE, "D1", person=5), "display": Viewer("display", VILLAGE[:6]),
    "borrower": Viewer("borrower", VILLAGE, person=6, households=frozenset({HOUSEHOLD})),
    "household": Viewer("household", VILLAGE, households=frozenset({HOUSEHOLD})),
    "stranger": Viewer("stranger", VILLAGE), "nobody": Viewer("nobody", ""),
}  # fmt: skip
"""Role → somebody whose scope holds VILLAGE and HOUSEHOLD; ``nobody`` is a role that no table knows."""
OUTSIDE = {
    role: Viewer(role, VILLAGES[2], "D1" if role == "helper" else None, one.person, one.households and frozenset({950}))
    for role, one in INSIDE.items()
}
"""The same roles in a village of another township."""


@dataclass(frozen=True)
class Case:
    """``call(engine, viewer, folder)`` asks for it; ``scoped``: what it aims at lies in VILLAGE."""

    call: Callable[[Engine, Viewer, Path], object]
    scoped: bool = True


def asked(query: Callable[[Connection, Viewer], object]) -> Callable[[Engine, Viewer, Path], object]:
    """A question or a write in a transaction of its own."""

    def call(engine: Engine, viewer: Viewer, _: Path) -> object:
        with writing(engine) as connection:
            return query(connection, viewer)

    return call


def written(act: Callable[[Engine, Viewer], object]) -> Callable[[Engine, Viewer, Path], object]:
    """A write that makes its own transaction."""
    return lambda engine, viewer, _: act(engine, viewer)


def only_asked(right: str, thing: str) -> Case:
    """What no query of ``data`` does by itself; pages and the command line ask for the right."""
    return Case(lambda engine, viewer, _: require_right(viewer, right, thing), scoped=False)


def _approved(_: Connection, viewer: Viewer) -> None:
    try:
        check_approval(viewer, "household", {}, {"type": "一般户"}, {"type": "脱贫户"})
    except Refused as error:  # said as a rule of the form: who may not approve still writes the rest
        raise NoRight("审核", str(error)) from error


def _filed(connection: Connection, viewer: Viewer) -> None:
    held = connection.execute(select(model.dividend_plan).where(model.dividend_plan.c.id == PLAN)).mappings().one()
    write_back(connection, viewer, held, LAST, NOW)


def _measured(engine: Engine, viewer: Viewer) -> object:
    typed = {"category": "产业", "name": "养羊", "started": "2026-11-01", "ended": "", "amount_fen": "", "unit": ""}
    return add_measure(engine, viewer, HOUSEHOLD, typed, now=NOW)


_PROBLEM = {"source": "排查", "category": "住房安全", "description": "漏雨", "found": "2026-11-01",
            "deadline": "2026-12-01"}  # fmt: skip


def _raised(engine: Engine, viewer: Viewer) -> str:
    return raise_problem(engine, viewer, Place(VILLAGE, HOUSEHOLD), _PROBLEM, owner=None, now=NOW)


def _closed(engine: Engine, viewer: Viewer) -> None:
    """A problem of the village, put right by its cadre, is checked by the viewer."""
    code = _raised(engine, INSIDE["village"])
    step(engine, INSIDE["village"], "problem", code, "rectify", version=1, given=Given("已换瓦"), now=NOW)
    step(engine, viewer, "problem", code, "close", version=2, now=NOW)


def _kept(engine: Engine, viewer: Viewer) -> int:
    shade = 20 + (viewer.person or 0)
    return archives.add(engine, viewer, HOUSEHOLD, photo(shade=shade), kind="其他", title="", now=NOW)


def _project_kept(engine: Engine, viewer: Viewer) -> int:
    shade = 120 + (viewer.person or 0)
    return project_archives.add(engine, viewer, PROJECT, photo(shade=shade), kind="项目照片", title="", now=NOW)


def _marked(engine: Engine, viewer: Viewer) -> int:
    return mark(engine, viewer, project=PROJECT, since=TODAY.isoformat(), reason="停产", now=NOW)


def _appointed(engine: Engine, viewer: Viewer) -> int:
    typed = {"post": "网格员", "name": f"赵{viewer.role}", "started": "2026-11-01"}
    return appoint(engine, viewer, VILLAGE, typed, now=NOW)


_RULE = next(rule.id for rule in RULES.values() if rule.record == "household")


def _waiver_asked(engine: Engine, viewer: Viewer) -> int:
    """Of a hit of its own for each, since nobody asks for one twice."""
    key = f"{HOUSEHOLD}{viewer.role}"
    hit = {"rule": _RULE, "record": "household", "key": key, "household_id": HOUSEHOLD, "village": VILLAGE}
    with writing(engine) as connection:
        if not connection.execute(select(model.quality_hit.c.key).where(model.quality_hit.c.key == key)).all():
            connection.execute(model.quality_hit.insert().values(**hit, since=TODAY.isoformat()))
    until = TODAY + timedelta(days=30)
    return ask_waiver(engine, viewer, Mark(_RULE, "household", key), until=until, reason="已入户核实", now=NOW)


def _waiver_agreed(engine: Engine, viewer: Viewer) -> str:
    """What the village's cadre asked for is agreed to by the viewer, and then ended, so that it can be asked again."""
    id = _waiver_asked(engine, INSIDE["village"])
    try:
        return agree(engine, viewer, id, version=1, now=NOW)
    finally:
        with writing(engine) as connection:
            connection.execute(
                model.quality_waiver.update().where(model.quality_waiver.c.id == id).values(state="ended")
            )


def _told(engine: Engine, viewer: Viewer) -> int:
    number = f"00000000-0000-4000-80{viewer.person or 0:02}-{int(viewer.region or 0):012}"
    return write_day(engine, viewer, Told(number, "done", VILLAGE, HOUSEHOLD, None, "修路", ""), now=NOW)


def _causes(connection: Connection, viewer: Viewer) -> object:
    return in_village(connection, viewer, VILLAGE, LAST, filters=Filters(causes=("因病",)))


def _unmasked(member: str | None, field: str) -> Callable[[Connection, Viewer], object]:
    return lambda connection, viewer: unmask(connection, viewer, HOUSEHOLD, member, field, now=NOW, address="")


def _card(connection: Connection, viewer: Viewer) -> object:
    return card(connection, viewer, HOUSEHOLD, income_year(connection, 2026))


def _labels(connection: Connection, viewer: Viewer) -> object:
    return labels.households(connection, viewer, [HOUSEHOLD], 2026)


def _device(connection: Connection, viewer: Viewer) -> str:
    return add_device(connection, viewer, VILLAGE, "村部", address="", now=NOW)


def _export(engine: Engine, viewer: Viewer, folder: Path) -> object:
    with engine.connect() as connection:
        return export_workbook(connection, viewer, folder / f"{viewer.role}.xlsx", now=NOW)


def _opened(connection: Connection) -> int:
    """A case of the household, opened by its village's cadre unless one stands."""
    held = select(model.monitoring_case.c.id).where(model.monitoring_case.c.household_id == HOUSEHOLD)
    return connection.execute(held).scalar() or begin(connection, INSIDE["village"], HOUSEHOLD, now=NOW)


def _stepped(connection: Connection, viewer: Viewer, action: str) -> None:
    id = _opened(connection)
    version = select(model.monitoring_case.c.version).where(model.monitoring_case.c.id == id)
    step_within(connection, viewer, id, action, version=connection.execute(version).scalar_one(), now=NOW)


CASES: Mapping[tuple[str, str], Case] = {
    (READ, FIGURES): Case(asked(lambda c, v: read.figures(c, v, VILLAGE, LAST, ("households",)))),
    (READ, HOUSEHOLDS): Case(asked(lambda c, v: household(c, v, HOUSEHOLD, LAST))),
    (READ, IDENTITY): Case(asked(_card)),
    (READ, HEALTH): Case(asked(_causes)),
    (READ, PAPERS): Case(written(lambda e, v: archives.opened(e, v, 1)), scoped=False),
    (READ, PROJECTS): Case(asked(lambda c, v: projects_page(c, v, VILLAGE, LAST))),
    (READ, MATTERS): Case(asked(lambda c, v: matters(c, v, "problem", VILLAGE, filters=MatterFilters(), today=TODAY))),
    (READ, PLANS): Case(asked(lambda c, v: plans(c, v, VILLAGE, TODAY.isoformat()))),
    (READ, CODES): Case(asked(lambda c, v: audit.of_household(c, v, HOUSEHOLD))),
    (READ, DAYS): Case(asked(lambda c, v: records(c, v, VILLAGE, TODAY, TODAY))),
    (READ, DUTIES): Case(asked(lambda c, v: leaders(c, v, VILLAGE, TODAY.isoformat()))),
    (READ, SETTINGS): Case(asked(changes), scoped=False),
    (READ, PEOPLE): Case(asked(lambda c, v: devices(c, v, sessions_of(c.engine))), scoped=False),
    (READ, LOG): Case(asked(lambda c, v: audit.patterns(c, v, (NOW - timedelta(days=9)).isoformat())), scoped=False),
    (UNMASK, IDENTITY): Case(asked(_unmasked(None, "phone"))),
    (UNMASK, HEALTH): Case(asked(_unmasked(MEMBER, "health"))),
    (WRITE, HOUSEHOLDS): Case(written(_measured)),
    (WRITE, MATTERS): Case(written(_raised)),
    (WRITE, PAPERS): Case(written(_kept)),
    (WRITE, CODES): Case(asked(lambda c, v: pins.hand_out(c, v, HOUSEHOLD, now=NOW))),
    (WRITE, PROJECTS): Case(written(_project_kept)),
    (WRITE, DAYS): Case(written(_told)),
    (WRITE, PLANS): Case(written(lambda e, v: plan_step(e, v, PLAN, "publish", version=1, at=NOW))),
    (APPROVE, HOUSEHOLDS): Case(asked(_approved), scoped=False),
    (APPROVE, PROJECTS): Case(written(_marked)),
    (APPROVE, MATTERS): Case(written(_closed)),
    (APPROVE, PLANS): Case(asked(_filed), scoped=False),
    (APPROVE, DUTIES): Case(written(_appointed)),
    (EXPORT, FIGURES): only_asked(EXPORT, FIGURES),
    (EXPORT, HOUSEHOLDS): Case(asked(lambda c, v: lists.whole(c, v, "households", VILLAGE, LAST))),
    (EXPORT, PROJECTS): only_asked(EXPORT, PROJECTS),
    (EXPORT, MATTERS): only_asked(EXPORT, MATTERS),
    (EXPORT, RECORDS): Case(_export, scoped=False),
    (EXPORT, LOG): Case(asked(lambda c, v: list(every(c, v, Wanted()))), scoped=False),
    (EXPORT, DUTIES): only_asked(EXPORT, DUTIES),
    (PRINT, FIGURES): only_asked(PRINT, FIGURES),
    (PRINT, MATTERS): only_asked(PRINT, MATTERS),
    (PRINT, HOUSEHOLDS): Case(asked(lambda c, v: villages_households(c, v, VILLAGE))),
    (PRINT, CODES): Case(asked(_labels)),
    (PRINT, PLANS): Case(asked(lambda c, v: notice(c, v, PLAN, TODAY.isoformat()))),
    (READ, MONITORING): Case(asked(lambda c, v: case(c, v, _opened(c), TODAY))),
    (WRITE, MONITORING): Case(asked(lambda c, v: _stepped(c, v, "visit"))),
    (APPROVE, MONITORING): Case(asked(lambda c, v: _stepped(c, v, "compare"))),
    (EXPORT, MONITORING): only_asked(EXPORT, MONITORING),
    (PRINT, MONITORING): only_asked(PRINT, MONITORING),
    (READ, QUALITY): Case(asked(lambda c, v: by_rule_and_region(c, v, VILLAGE, TODAY))),
    (WRITE, QUALITY): Case(written(_waiver_asked)),
    (APPROVE, QUALITY): Case(written(_waiver_agreed)),
    (EXPORT, QUALITY): Case(asked(lambda c, v: exported(c, v, _RULE, VILLAGE, TODAY, group="open", most=9))),
    (IMPORT, RECORDS): only_asked(IMPORT, RECORDS),
    (IMPORT, BOUNDARIES): only_asked(IMPORT, BOUNDARIES),
    (READ, BACKUPS): Case(asked(lambda c, v: backup_state(c, v, NOW)), scoped=False),
    (ADMINISTER, BACKUPS): Case(asked(lambda c, v: decide(c, v, "backup_hour", "3", now=NOW)), scoped=False),
    (ADMINISTER, SETTINGS): Case(asked(lambda c, v: decide(c, v, "hotline", "12317", now=NOW)), scoped=False),
    (ADMINISTER, PEOPLE): Case(asked(_device)),
    (ADMINISTER, LOG): only_asked(ADMINISTER, LOG),
}
"""(right, thing) → its case."""
