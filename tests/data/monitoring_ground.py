"""The village of tests/data/village_ground.py with households that a case can be taken through, known by hand.

904 is an ordinary household with one who can work, books of three years, a file in which all is secure; 902 was lifted;
905 has nobody who can work; all are of VILLAGE.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, select

from data import model
from data.access.viewer import Viewer
from data.figures import cube
from data.monitoring.cases import Given, begin, step
from data.monitoring.votes import Votes
from data.store.engine import upsert, writing
from tests.data.small_county import COUNTY, TODAY
from tests.data.village_ground import VILLAGE, fill_village
from tests.moment import NOW

HOUSEHOLD, LIFTED, HELPLESS, MARGINAL = 904, 902, 905, 903
CADRE = Viewer("village", VILLAGE, person=14)
TOWN = Viewer("township", VILLAGE[:9], person=13)
CLERK = Viewer("county", COUNTY, person=12)
HELPER = Viewer("helper", VILLAGE, "D1", person=15)
PASSING = Votes(30, 24, 20, 3)
FAILING = Votes(30, 24, 9, 14)
FIGURES = {"outlay": 0, "claims": 0}
LINE_FEN = 800_000
WHO = {"village": CADRE, "township": TOWN, "county": CLERK, "helper": HELPER}
FIRST, LAST = cube.month_of(TODAY) - 35, cube.month_of(TODAY)


def member(code: str, household: int, name: str, skill: str | None, born: str = "1980-01-01") -> dict[str, object]:
    """One of a household, of whom all is known and good."""
    return {
        "code": code, "household_id": household, "name": name, "relation": "户主", "born": born, "skill": skill,
        "health": "健康", "medical_insured": 1, "sex": "男",
    }  # fmt: skip


def fill_monitoring(engine: Engine) -> None:
    """Fill an empty store; the cube is built for TODAY."""
    fill_village(engine)
    with writing(engine) as connection:
        home = {"code": "K905", "village": VILLAGE, "head": "郑九", "type": "一般户"}
        connection.execute(model.household.insert().values(id=HELPLESS, initials="zj", **home))
        safe = {"housing_safe": 1, "water_safe": 1}
        mine = model.household.c.id.in_([HOUSEHOLD, LIFTED, HELPLESS])
        connection.execute(model.household.update().where(mine).values(**safe))
        good = {"skill": "普通劳动力", "born": "1979-05-05", "medical_insured": 1}
        connection.execute(model.member.update().where(model.member.c.household_id == LIFTED).values(**good))
        people = [
            member("904a", HOUSEHOLD, "周四", "普通劳动力"),
            member("904b", HOUSEHOLD, "周母", "无劳动力", "1950-01-01"), member("905a", HELPLESS, "郑九", "丧失劳动力"),
        ]  # fmt: skip
        upsert(connection, model.member, list(people[0]), [tuple(one.values()) for one in people])
        books = [(id, month, 200_000) for id in (HOUSEHOLD, LIFTED, HELPLESS) for month in range(FIRST, LAST + 1)]
        upsert(connection, model.ledger, ["household_id", "month", "wage_work_fen"], books)
        paired = {"helper": "D1", "household_id": HOUSEHOLD, "started": "2025-01-01"}
        connection.execute(model.pairing.insert().values(**paired))
        connection.execute(model.monitoring_line.delete())
        line = {"province": "", "since": "2020-01-01", "amount_fen": LINE_FEN, "standing": "演示"}
        connection.execute(model.monitoring_line.insert().values(**line))
        cube.rebuild(connection, today=TODAY)


def opened(engine: Engine, household: int = HOUSEHOLD, day: date | None = None, viewer: Viewer = CADRE) -> int:
    """A case of a household."""
    return begin(engine, viewer, household, given=Given(day=day), now=NOW)


def row(engine: Engine, id: int) -> Mapping[str, object]:
    """The case's row as it stands."""
    with engine.connect() as connection:
        return row_on(connection, id)


def row_on(connection: Connection, id: int) -> Mapping[str, object]:
    """The same on a connection."""
    table = model.monitoring_case
    return dict(connection.execute(select(table).where(table.c.id == id)).mappings().one())


def do(
    engine: Engine,
    id: int,
    action: str,
    day: date | None = None,
    *,
    viewer: Viewer,
    now: datetime = NOW,
    **given: object,
) -> str:
    """One step; what it gives is ``Given``'s."""
    version = int(str(row(engine, id)["version"]))
    return step(engine, viewer, id, action, version=version, given=Given(day=day, **given), now=now)


ENTERING = (
    ("visit", HELPER, {}), ("compare", TOWN, {}),
    ("discuss", CADRE, {"votes": PASSING, "kind": "边缘易致贫户", "risks": ("因病",)}), ("publish", CADRE, {}),
    ("report", CADRE, {}), ("township", TOWN, {}), ("county", CLERK, {}), ("include", CLERK, {}),
)  # fmt: skip
"""The steps from a case to 纳入, each by whom and with what."""
REMOVING = (
    ("propose", CADRE, {"figures": FIGURES}), ("removal_visit", CADRE, {}),
    ("removal_discuss", CADRE, {"votes": PASSING}), ("removal_publish", CADRE, {}), ("removal_report", CADRE, {}),
    ("removal_township", TOWN, {}), ("removal_county", CLERK, {}), ("remove", CLERK, {}),
)  # fmt: skip
DAYS_IN = (2, 2, 3, 3, 9, 10, 11, 12)
"""How many days after the first a step is taken: a notice of the 4th hangs to the 9th."""


def through(
    engine: Engine,
    id: int,
    steps: tuple = ENTERING,
    first: date = date(2026, 1, 1),
    *,
    kind: str | None = None,
    until: str | None = None,
    helped: bool = True,
) -> str:
    """Take a case through steps on the days that the law allows at the earliest; ``until``: the last action;
    ``helped``: by who helps the household, else by its cadre."""
    state = ""
    for (action, viewer, given), after in zip(steps, DAYS_IN, strict=True):
        told = {**given, **({"kind": kind} if kind and "kind" in given else {})}
        by = CADRE if viewer is HELPER and not helped else viewer
        state = do(engine, id, action, first + timedelta(days=after), viewer=by, **told)
        if action == until:
            break
    return state


def measured(engine: Engine, household: int = HOUSEHOLD, started: str = "2026-02-01") -> None:
    """A measure that began on a day."""
    with writing(engine) as connection:
        line = {"code": f"cs{household}", "household_id": household, "category": "就业", "name": "介绍务工"}
        connection.execute(model.measure.insert().values(started=started, **line))
