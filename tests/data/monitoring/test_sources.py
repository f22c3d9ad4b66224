"""What the system finds by itself: each finding once, whoever asks; nobody who is watched already."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Engine, insert, select, text, update

from data import model
from data.access.viewer import Viewer
from data.figures import cube
from data.figures.books import closed_months
from data.monitoring import clues
from data.monitoring.sources import Found, found, raise_all, raise_found, withdraw
from data.store.engine import open_engine, writing
from data.terms import Record
from tests.data.households.ground import assert_as_rebuilt
from tests.data.small_county import COUNTY, TODAY
from tests.data.village_ground import HERE, VILLAGE, fill_village
from tests.moment import NOW

CADRE = Viewer("village", VILLAGE, person=11)
HOME, WATCHED = HERE[3], HERE[2]
"""An ordinary household; one that is watched."""


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    engine: Engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        episode = {"code": "E1", "household_id": WATCHED, "kind": "边缘易致贫户", "identified": "2026-01-01"}
        connection.execute(model.episode.insert().values(episode))
    return engine


def of(engine: Engine, home: int, today: date = TODAY) -> list[Found]:
    with engine.connect() as connection:
        return [one for one in found(connection, today) if one.household == home]


def marks(engine: Engine, home: int, today: date = TODAY) -> list[str]:
    return [one.mark for one in of(engine, home, today)]


def put(engine: Engine, table: str, **values: object) -> None:
    with writing(engine) as connection:
        connection.execute(insert(model.metadata.tables[table]).values(values))


def job(engine: Engine, code: str, home: int, ended: str | None, category: str = "公益岗位") -> None:
    put(engine, "measure", code=code, household_id=home, category=category, name="保洁员", started="2025-01-01",
        ended=ended)  # fmt: skip


@pytest.mark.parametrize(
    ("ended", "category", "comes"),
    (("2026-11-01", "公益岗位", True), ("2026-11-01", "就业", True), ("2026-11-01", "健康", False),
     ("2026-11-22", "公益岗位", False), (None, "公益岗位", False), ("2026-08-24", "公益岗位", True),
     ("2026-08-23", "公益岗位", False)),
)  # fmt: skip
def test_a_job_that_ended_lately_comes_once(county: Engine, ended: str | None, category: str, comes: bool):
    job(county, "J1", HOME, ended, category)
    assert marks(county, HOME) == ([f"job:{HOME}:J1"] if comes else [])


def test_a_job_that_another_one_follows_is_none(county: Engine):
    job(county, "J1", HOME, "2026-11-01")
    job(county, "J2", HOME, None, "就业")
    assert marks(county, HOME) == []


def test_who_is_watched_looked_into_unlifted_or_gone_is_not_found(county: Engine):
    for at, home in enumerate((HOME, WATCHED, HERE[0])):
        job(county, f"J{at}", home, "2026-11-01")
    assert marks(county, HOME) and not marks(county, WATCHED) and not marks(county, HERE[0]), "901 is unlifted"
    put(county, "monitoring_case", code="M1", household_id=HOME, village=VILLAGE, began="2026-11-10",
        state="refused", since="2026-11-12", version=2)  # fmt: skip
    assert marks(county, HOME), "what was refused is looked into no more"
    with writing(county) as connection:
        connection.execute(update(model.monitoring_case).values(state="checking"))
    assert not marks(county, HOME)
    with writing(county) as connection:
        connection.execute(model.monitoring_case.delete())
    put(county, "household_event", household_id=HOME, day="2026-11-20", kind="注销")
    assert not marks(county, HOME)


def test_who_lives_by_a_project_in_trouble_is_found_while_it_is(county: Engine):
    with county.connect() as connection:
        project = connection.execute(
            select(model.project).where(model.project.c.region.like(f"{VILLAGE[:9]}%"))
        ).first()
    assert project is not None
    put(county, "project_household", project=project.code, household_id=HOME, year=2026, mode="分红")
    assert not marks(county, HOME)
    put(county, "trouble", id=5, project=project.code, region=project.region, since="2026-10-01", reason="停工",
        at="2026-10-01T08:00:00", actor="county")  # fmt: skip
    assert marks(county, HOME) == [f"trouble:{HOME}:5:{project.code}"]
    assert of(county, HOME)[0].risk == "因产业项目失败" and "停工" not in of(county, HOME)[0].words
    with writing(county) as connection:
        connection.execute(update(model.trouble).values(ended="2026-11-01T08:00:00"))
    assert not marks(county, HOME)


def test_a_hit_of_a_hard_rule_that_somebody_should_be_watched_is_found_and_a_waived_one_is_not(county: Engine):
    hit = {"record": "household", "key": str(HOME), "household_id": HOME, "village": VILLAGE, "since": "2026-11-03"}
    put(county, "quality_hit", rule="R301", field="housing_safe", **hit)
    put(county, "quality_hit", rule="R303", field="type", **hit)
    (one,) = of(county, HOME)
    assert (one.mark, one.source, one.risk) == (f"quality:R301:{HOME}:2026-11-03", "quality", "因安全住房")
    put(county, "quality_waiver", rule="R301", record="household", key=str(HOME), household_id=HOME, village=VILLAGE,
        until=TODAY.isoformat(), state="agreed", since="2026-11-04", version=2)  # fmt: skip
    assert of(county, HOME) == []
    assert marks(county, HOME, date(2026, 11, 23)) == [one.mark], "the waiver has run out"


@pytest.fixture
def month(county: Engine) -> int:
    with county.connect() as connection:
        return closed_months(connection, [COUNTY])[COUNTY]


def books(engine: Engine, home: int, month: int, wage_fen: int, record: Record = Record.WHOLE) -> None:
    row = {"household_id": home, "month": month, "village": VILLAGE, "record": int(record), "wage_fen": wage_fen,
           "persons": 2, "below_line": 0}  # fmt: skip
    with writing(engine) as connection:
        h = model.household_month.c
        here = (h.household_id == home, h.month == month)
        if connection.execute(select(h.household_id).where(*here)).first():
            kinds = {f"{kind}_fen": 0 for kind in ("business", "property", "transfer", "expense")}
            connection.execute(update(model.household_month).where(*here).values({**row, **kinds}))


def test_income_that_fell_silent_is_found_in_the_closed_month(county: Engine, month: int):
    assert not any(mark.startswith("silent") for mark in marks(county, HOME))
    with county.connect() as connection:
        some = connection.execute(
            text("SELECT h.id FROM household h JOIN household_month hm ON hm.household_id = h.id AND hm.month = :month"
                 " WHERE h.type <> '未脱贫户' AND h.id < 900 AND hm.record <> 4"
                 " AND NOT EXISTS (SELECT 1 FROM household_event v WHERE v.household_id = h.id) ORDER BY h.id LIMIT 1"),
            {"month": month},
        ).scalar_one()  # fmt: skip
    books(county, some, month, 0, Record.SILENT)
    assert [mark for mark in marks(county, some) if mark.startswith("silent")]


@pytest.mark.parametrize("by_themselves", (30, 0), ids=("few villages", "many villages"))
def test_what_is_found_is_raised_once_and_waits_in_its_village(
    county: Engine, by_themselves: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cube, "_FEW", by_themselves)
    job(county, "J1", HOME, "2026-11-01")
    with writing(county) as connection:
        cube.rebuild(connection, today=TODAY)
    made = raise_all(county, NOW)
    assert_as_rebuilt(county)
    with county.connect() as connection:
        listed = clues.clues(connection, CADRE, VILLAGE, filters=clues.Filters(), today=TODAY)
        whole = clues.whole(connection, CADRE, next(one.id for one in listed if one.household == HOME), today=TODAY)
    assert made >= 1 and raise_all(county, NOW) == 0
    assert (whole.clue.source_word, whole.clue.found, whole.clue.due) == ("系统预警", True, "2026-11-25")
    assert [(one.who, one.action) for one in whole.steps] == [("系统", "登记线索")]
    clues.dismiss(county, CADRE, whole.clue.id, version=1, reason="换了新岗位，还没有登记", now=NOW)
    assert raise_all(county, NOW) == 0, "what was answered does not come again"


def test_two_at_once_raise_nothing_twice(county: Engine):
    job(county, "J1", HOME, "2026-11-01")
    url = county.url.render_as_string(hide_password=False)
    start, made = threading.Barrier(2), []

    def ask() -> None:
        engine = open_engine(url)
        start.wait()
        made.append(raise_all(engine, NOW))
        engine.dispose()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with county.connect() as connection:
        held = connection.execute(select(model.clue.c.mark)).scalars().all()
    assert sorted(made)[0] == 0 and sorted(made)[1] == len(held) == len(set(held)) > 0


def test_what_an_import_that_is_taken_back_brought_up_goes_unless_somebody_touched_it(county: Engine):
    job(county, "J1", HOME, "2026-11-01")
    job(county, "J2", HERE[1], "2026-11-01")
    raise_all(county, NOW)

    def held() -> set[int]:
        with county.connect() as connection:
            return set(connection.execute(select(model.clue.c.household_id)).scalars()) & {HOME, HERE[1]}

    with county.connect() as connection:
        touched = (
            connection.execute(select(model.clue.c.id).where(model.clue.c.household_id == HERE[1])).scalars().all()
        )
    for id in touched:
        clues.dismiss(county, CADRE, id, version=1, reason="已有新岗位", now=NOW)
    with writing(county) as connection:
        cube.hold(connection)
        withdraw(connection, f"SELECT id FROM household WHERE id IN ({HOME}, {HERE[1]})", NOW)
    assert held() == {HERE[1]}
    with writing(county) as connection:
        cube.hold(connection)
        assert raise_found(connection, NOW) >= 1
    assert held() == {HOME, HERE[1]}
