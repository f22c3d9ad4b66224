"""An end is the last day on which a thing holds: the fragments themselves, and that every page takes them."""

import re

import pytest
from sqlalchemy import Engine, select, text, update

from data import model
from data.access.viewer import Viewer
from data.cards.card import card, years
from data.codes.labels import households as labels
from data.codes.phone_card import stranger_card
from data.duties.village_board import village_board
from data.figures import cube
from data.figures.lists import whole
from data.households.door import door
from data.households.file import household
from data.households.search import search
from data.income.evidence import JobEnded, evidence
from data.model.running import lasting, lasts_to, open_on, running, runs_on
from data.store.engine import writing
from tests.conftest import ROOT
from tests.data.small_county import LAST, TODAY
from tests.data.village_ground import VILLAGE, fill_village

CADRE = Viewer("village", VILLAGE)
DAY, DAY_BEFORE, DAY_AFTER = "2026-11-22", "2026-11-21", "2026-11-23"


@pytest.mark.parametrize(
    ("started", "ended", "runs"),
    [
        (DAY_BEFORE, None, True),
        (DAY, None, True),
        (DAY_AFTER, None, False),
        (DAY_BEFORE, DAY_BEFORE, False),
        (DAY_BEFORE, DAY, True),
        (DAY, DAY, True),
        (DAY_BEFORE, DAY_AFTER, True),
        (DAY_AFTER, DAY_AFTER, False),
    ],
)
def test_a_thing_runs_from_its_first_day_to_its_last(engine: Engine, started: str, ended: str | None, runs: bool):
    row = {"helper": "D1", "household_id": 1, "started": started, "ended": ended}
    with engine.begin() as connection:
        connection.execute(model.region.insert().values(code=VILLAGE, name="东村", parent=VILLAGE[:9]))
        connection.execute(model.household.insert().values(id=1, code="K", village=VILLAGE, head="钱一", type="脱贫户"))
        connection.execute(model.helper.insert().values(code="D1", name="郑六", unit="局", team="教师"))
        connection.execute(model.pairing.insert().values(row))
        by_text = {
            condition: connection.execute(
                text(f"SELECT COUNT(*) FROM pairing s WHERE {condition}"), {"day": DAY}
            ).scalar()
            for condition in (runs_on("s", ":day"), lasts_to("s", ":day"))
        }
        by_clause = [
            len(connection.execute(select(model.pairing).where(clause)).all())
            for clause in (running(model.pairing, DAY), lasting(model.pairing, DAY))
        ]
    assert list(by_text.values()) == by_clause == [runs, ended is None or ended >= DAY]


@pytest.mark.parametrize(("done", "is_open"), [(None, True), (DAY_BEFORE, False), (DAY, False), (DAY_AFTER, True)])
def test_what_is_done_on_a_day_is_not_open_at_its_end(engine: Engine, done: str | None, is_open: bool):
    with engine.connect() as connection:
        condition = open_on("CAST(:done AS TEXT)", ":day")
        found = connection.execute(text(f"SELECT 1 WHERE {condition}"), {"done": done, "day": DAY}).scalar()
    assert bool(found) == is_open


def who_helps(engine: Engine) -> dict[str, bool]:
    """Whether 王七 helps 902 today, by each page that says who does."""
    name, mine = "王七", Viewer("helper", VILLAGE, "D2")
    with engine.connect() as connection:
        settings = {"stranger_facts": "helper"}
        told = {
            "file": list(household(connection, CADRE, 902, LAST).helpers["name"]),
            "board": list(village_board(connection, CADRE, VILLAGE, LAST).helpers["name"]),
            "list": [
                whole(connection, CADRE, "households", VILLAGE, LAST).set_index("household_id").loc[902, "helper"]
            ],
            "search": list(search(connection, CADRE, name, region=VILLAGE, month=LAST).rows["match"]),
            "card": [one.name for one in card(connection, CADRE, 902, years(connection)[0]).helpers],
            "label": [one.helper for one in labels(connection, CADRE, [902], 2026)],
            "door": [one.name for one in door(connection, CADRE, 902).helpers if one.own],
            "stranger": [str(stranger_card(connection, 902, settings))],
        }
        scope = [str(id) for id in whole(connection, mine, "households", VILLAGE, LAST)["household_id"]]
        paired = connection.execute(
            select(model.household_month.c.paired).where(
                model.household_month.c.household_id == 902, model.household_month.c.month == LAST
            )
        ).scalar()
    helped = {page: any(name in str(one) for one in names) for page, names in told.items()}
    return helped | {"scope": scope == ["902"], "figure": bool(paired)}


@pytest.mark.parametrize(("ended", "helps"), [(DAY, True), (DAY_BEFORE, False)])
def test_a_pairing_holds_on_its_last_day_on_every_page(engine: Engine, ended: str, helps: bool):
    fill_village(engine)
    with writing(engine) as connection:
        connection.execute(update(model.pairing).where(model.pairing.c.household_id == 902).values(ended=ended))
        cube.rebuild(connection, today=TODAY)
    told = who_helps(engine)
    assert told == dict.fromkeys(told, helps)


@pytest.mark.parametrize(("ended", "running"), [(DAY, True), (DAY_BEFORE, False)])
def test_a_measure_runs_on_its_last_day_on_every_page(engine: Engine, ended: str, running: bool):
    fill_village(engine)
    job = {"code": "s9", "household_id": 901, "category": "就业", "name": "公益岗位", "started": "2025-12-01"}
    with writing(engine) as connection:
        connection.execute(model.measure.insert().values(**job, ended=ended))
        cube.rebuild(connection, today=TODAY)
    with engine.connect() as connection:
        rows = household(connection, CADRE, 901, LAST).measures
        told = {
            "file": bool(rows.set_index("code").loc["s9", "running"]),
            "board": "就业" in set(village_board(connection, CADRE, VILLAGE, LAST).measures["category"]),
            "stranger": "就业" in str(stranger_card(connection, 901, {"stranger_facts": "help"})),
            "door": "s9" in [row["code"] for row in door(connection, CADRE, 901).measures],
            "ended": JobEnded("公益岗位", ended) not in evidence(connection, CADRE, [901], LAST).get(901, ()),
        }
    assert told == dict.fromkeys(told, running)


def test_no_other_module_says_for_itself_what_runs_on_a_day():
    by_hand = re.compile(r"(ended|closed|rectified) IS NULL OR|\.ended\.is_\(None\),? *\|")
    said = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "data").rglob("*.py")
        if path.name != "running.py" and by_hand.search(path.read_text())
    ]
    assert said == []
