"""A wall hangs in public: no page and no list tells illness, cause, code, number or phone of a household."""

import re
from collections.abc import Iterator
from functools import lru_cache

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from data.access.roles import MONITORING
from data.access.viewer import Viewer
from data.duties.overdue import most_overdue
from data.duties.village_board import FEWEST, village_board
from data.errors import NoRight, WarRoomError
from data.figures import lists
from data.figures.indicators import INDICATORS
from data.households import village
from data.households.file import household
from data.households.search import search
from data.households.village import EVERY, Filters
from data.projects.file import takers
from data.regions import tree as regions
from data.store.engine import open_engine
from data.terms import CAUSES, DISABILITY, HEALTH
from tests.components.shell.ground import BIGGEST_VILLAGE, COUNTY, FUND, PROJECT, Ground

WALL = Viewer("display", COUNTY)
HOME = f"SELECT MIN(id) FROM household WHERE village = ({BIGGEST_VILLAGE})"
ILL = f"SELECT MIN(household_id) FROM member WHERE health NOT IN ('{HEALTH[0]}')"
PAGES = [
    ("overview", COUNTY, {}), ("overview", BIGGEST_VILLAGE, {}), ("battle_map", COUNTY, {}),
    ("battle_map", BIGGEST_VILLAGE, {}), ("figure", COUNTY, {"indicator": "households"}),
    ("figure", COUNTY, {"indicator": "problems_overdue"}), ("figure", COUNTY, {"indicator": "tasks_overdue"}),
    ("figure", COUNTY, {"indicator": "uninsured_persons"}), ("figure", BIGGEST_VILLAGE, {"indicator": "visits"}),
    ("figure", COUNTY, {"indicator": "newly_identified_households"}), ("income", COUNTY, {"view": "spread"}),
    ("income", BIGGEST_VILLAGE, {"view": "sinking"}), ("projects", COUNTY, {}),
    ("project", COUNTY, {"project": PROJECT}),
    ("projects", COUNTY, {"view": "risk", "found": PROJECT}), ("funds", COUNTY, {}), ("funds", COUNTY, {"fund": FUND}),
    ("household", BIGGEST_VILLAGE, {}), ("household", BIGGEST_VILLAGE, {"household": HOME}),
    ("household", BIGGEST_VILLAGE, {"household": ILL}),
]  # fmt: skip
TELLING = [*(cause for cause in CAUSES if cause != "其他"), *HEALTH[1:], DISABILITY, "●●"]
OF_MANY = re.compile(r"<p><em>主要致贫原因</em>(.*?)</p>", re.S)
"""The village board's causes, which a test of its own holds to those that enough households share."""


@pytest.fixture
def ground(shared_county_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    engine = open_engine(shared_county_url)
    yield Ground(engine, monkeypatch, viewer=WALL)
    engine.dispose()


@lru_cache(maxsize=50)  # it is asked for each of hundreds of lists, and nobody writes
def stored(engine: Engine, sql: str) -> frozenset[str]:
    with engine.connect() as connection:
        return frozenset(str(value) for value in connection.execute(text(sql)).scalars() if value)


def told(engine: Engine, shown: str) -> list[str]:
    """What of a page or list a wall may not say."""
    digits = set(re.findall(r"\d{11,22}", shown))
    codes = digits & stored(engine, "SELECT code FROM household")
    numbers = digits & stored(engine, "SELECT id_number FROM member")
    phones = digits & stored(engine, "SELECT phone FROM household UNION SELECT phone FROM helper")
    return [*codes, *numbers, *phones, *(word for word in TELLING if word in shown)]


@pytest.mark.parametrize("walked", PAGES, ids=str)
def test_no_page_of_a_wall_tells_of_a_household_and_none_lets_anything_leave(ground: Ground, walked):
    page, region, parameters = walked
    known = {name: ground.known(value) for name, value in parameters.items()}
    app = ground.run(page, ground.known(region), **known)
    kinds = ("markdown", "plotly_chart", "component_instance", "selectbox", "text_input", "button_group")
    shown = b"".join(one.proto.SerializeToString() for kind in kinds for one in app.get(kind)).decode("utf-8", "ignore")
    plain = "".join(one.proto.body for one in app.get("html"))
    assert len(plain) > 500
    assert told(ground.engine, OF_MANY.sub("", plain)) == []
    assert not re.findall(r"户编号|健康状况|证件号码", OF_MANY.sub("", plain))
    assert told(ground.engine, shown) == []
    assert not any(word.encode("unicode_escape").decode() in shown for word in TELLING)
    assert ground.buttons == [] and "data-take=" not in plain and "打印" not in plain.replace("打印发放", "")


def frames(engine: Engine) -> Iterator[tuple[str, pd.DataFrame]]:
    (place,) = stored(engine, BIGGEST_VILLAGE)
    with engine.connect() as connection:
        month = regions.status(connection).last_month
        for id in INDICATORS:
            try:
                yield id, lists.page(connection, WALL, id, COUNTY, month, limit=5000)
            except NoRight:
                kind = lists.list_kind(id)
                assert kind.id in ("dividends", "patients", "days") or kind.thing == MONITORING
        yield "village", village.in_village(connection, WALL, place, month, filters=EVERY, limit=5000)
        yield "points", village.points(connection, WALL, place, month, filters=EVERY)
        yield "facets", village.facets(connection, WALL, place, month)
        yield "search", search(connection, WALL, "", EVERY, region=place, month=month).rows
        yield "overdue", most_overdue(connection, WALL, COUNTY, month, limit=500)
        yield "takers", takers(connection, WALL, next(iter(stored(engine, PROJECT))), month, limit=None)
        for id in stored(engine, f"SELECT id FROM household WHERE village = '{place}'"):
            file = household(connection, WALL, int(id), month)
            parts = ("members", "helpers", "visits", "measures", "projects", "problems", "tasks")
            yield from ((f"{name} of {id}", getattr(file, name)) for name in parts)
            facts = {name: value for name, value in file.facts.items() if name not in ("id", "village")}
            yield f"facts of {id}", pd.DataFrame([facts])
        board = village_board(connection, WALL, place, month)
        yield from ((name, getattr(board, name)) for name in ("visits", "problems", "tasks", "days"))


def test_no_list_of_a_wall_tells_of_a_household(ground: Ground):
    found = {name: told(ground.engine, frame.to_csv(index=False)) for name, frame in frames(ground.engine)}
    assert {name: words for name, words in found.items() if words} == {}
    assert len(found) > 200


def test_what_a_wall_says_of_causes_and_of_help_for_the_ill_many_households_share(ground: Ground):
    with ground.engine.connect() as connection:
        month = regions.status(connection).last_month
        for place in stored(ground.engine, "SELECT DISTINCT village FROM household"):
            board = village_board(connection, WALL, place, month)
            assert (board.causes["households"] >= FEWEST).all() and (board.measures["households"] >= FEWEST).all()


def test_a_wall_picks_nobody_out_by_cause_code_or_number(ground: Ground):
    place = next(iter(stored(ground.engine, BIGGEST_VILLAGE)))
    code = min(stored(ground.engine, "SELECT code FROM household"))
    by_cause = Filters(causes=("因病",))
    with ground.engine.connect() as connection:
        month = regions.status(connection).last_month
        for ask in (village.in_village, village.count, village.points):
            with pytest.raises(NoRight):
                ask(connection, WALL, place, month, filters=by_cause)
        with pytest.raises(NoRight):
            search(connection, WALL, "", by_cause, region=place, month=month)
        for typed in (code, code[:6], "080015", "wjg"):
            with pytest.raises(WarRoomError, match="不能按"):
                search(connection, WALL, typed, region=place, month=month)
