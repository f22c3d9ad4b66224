"""The small county with two projects whose returns are known to the fen, and a plan taken as far as a test wants."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from data import model
from data.access.viewer import Viewer
from data.dividends.content import Share, candidates, content_of, respread
from data.dividends.drafts import create, save
from data.dividends.steps import step
from data.figures import cube
from data.store.engine import upsert, writing
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES, fill

VILLAGE, NEIGHBOUR = VILLAGES[0], VILLAGES[1]
OTHER = VILLAGES[2]
CADRE, TOWN, COUNTY_CADRE = Viewer("village", VILLAGE), Viewer("township", TOWNSHIPS[0]), Viewer("county", COUNTY)
ALL = Viewer("admin", "")
FIRST = LAST - 4
"""July: the half-year that runs, in November."""
NOW = datetime(2026, 11, 22, 9, 30)
OWN, SHARED, FAR = "QA", "QB", "QC"
"""Projects: of VILLAGE (1,000.03 yuan a month), of its township (600.00 in July), of OTHER (700.01 in July)."""
OWN_FEN, SHARED_FEN, FAR_FEN = 100_003, 60_000, 70_001


def ready(engine: Engine) -> None:
    """Fill an empty store; no other project of the small county returns anything in the half-year."""
    fill(engine, build=False)
    with writing(engine) as connection:
        connection.execute(model.project_return.delete().where(model.project_return.c.month >= FIRST))
        projects = [
            {"code": code, "name": name, "kind": "种植", "region": place, "stage": "运营", "investment_fen": 10**8}
            for code, name, place in (
                (OWN, "食用菌大棚", VILLAGE),
                (SHARED, "冷链仓储", TOWNSHIPS[0]),
                (FAR, "苹果园", OTHER),
            )
        ]
        returns = [(OWN, month, OWN_FEN, OWN_FEN) for month in range(FIRST, LAST + 1)]
        returns += [(SHARED, FIRST, SHARED_FEN, SHARED_FEN), (FAR, FIRST, FAR_FEN, FAR_FEN)]
        behind = [*homes(connection, VILLAGE)[:3], *homes(connection, NEIGHBOUR)[:1]]
        takers = [(SHARED, id, 2025, "分红", 5_000) for id in behind]
        upsert(connection, model.project, list(projects[0]), [tuple(row.values()) for row in projects])
        upsert(connection, model.project_return, ["project", "month", "due_fen", "received_fen"], returns)
        upsert(connection, model.project_household, ["project", "household_id", "year", "mode", "amount_fen"], takers)
        cube.rebuild(connection, today=TODAY)


def homes(connection, village: str) -> list[int]:
    """Ids of the village's households, whether counted or not."""
    table = model.household
    return list(connection.execute(select(table.c.id).where(table.c.village == village).order_by(table.c.id)).scalars())


def counted(connection, village: str = VILLAGE) -> list[int]:
    """Ids of the village's households that are counted in the last month."""
    table = model.household_month
    here = (table.c.village == village) & (table.c.month == LAST)
    return list(connection.execute(select(table.c.household_id).where(here).order_by(table.c.household_id)).scalars())


def state_of(engine: Engine, plan: int) -> tuple[str, int]:
    """State and version."""
    with engine.connect() as connection:
        asked = select(model.dividend_plan.c.state, model.dividend_plan.c.version)
        return tuple(connection.execute(asked.where(model.dividend_plan.c.id == plan)).one())


WAY = (
    ("publish", CADRE, "published", 0),
    ("submit", CADRE, "submitted", 5),
    ("approve", TOWN, "approved", 6),
    ("file", COUNTY_CADRE, "filed", 8),
)


def proposed(engine: Engine, village: str = VILLAGE) -> int:
    """A draft that comes out even: a twentieth kept for the collective, one household in a public post."""
    viewer = Viewer("village", village)
    plan = create(engine, viewer, village, FIRST, LAST - 1, at=NOW - timedelta(days=20))
    with engine.connect() as connection:
        draft = content_of(connection, viewer, plan)
        among = candidates(connection, viewer, village)
    kept = {"fund": draft.received // 20, "posts": 1_001}
    posts = {(among[0].household.id, "post"): Share(20_002, True)}
    save(
        engine,
        viewer,
        plan,
        1,
        respread(replace(draft, kept=kept, shares={**draft.shares, **posts}), among),
        at=NOW - timedelta(days=20),
    )
    return plan


def taken_to(engine: Engine, plan: int, state: str, village: str = VILLAGE) -> int:
    """The plan after the steps up to a state, days apart; gives the plan."""
    mine = {"village": Viewer("village", village), "township": Viewer("township", village[:9]), "county": COUNTY_CADRE}
    order = ["draft", *(one[2] for one in WAY)]
    now, version = state_of(engine, plan)
    for action, viewer, _, days in WAY[order.index(now) : order.index(state)]:
        at = NOW - timedelta(days=19) + timedelta(days=days)
        step(engine, mine[viewer.role], plan, action, version=version, at=at)
        version += 1
    return plan


def whole(engine: Engine) -> dict:
    """All that a filing may write, to compare before and after."""
    tables = [
        model.dividend_plan,
        model.dividend_payment,
        model.dividend_step,
        model.ledger,
        model.project_household,
        model.change,
        model.household_month,
        cube.cube,
    ]
    with engine.connect() as connection:
        held = {table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in tables}
        held["version"] = connection.execute(select(func.max(model.data_version.c.version))).scalar_one()
    return held
