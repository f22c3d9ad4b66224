"""A change, an import and what takes them back ask the rules again at once, and come to what a run of all comes to."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, func, select, update

from data import model
from data.access.viewer import Viewer
from data.boundaries import import_boundaries
from data.figures import cube
from data.households.edits import Edit, commit, undo
from data.imports.boundary_undo import take_back
from data.intake import import_files
from data.matters.raising import Place, raise_problem, raise_tasks
from data.matters.steps import Given, step
from data.rules import marks, running
from data.rules.counting import counts
from data.rules.recheck import recheck
from data.store.engine import writing
from tests.data.boundaries.ground import geojson
from tests.data.intake.books import write_folder
from tests.data.rules.ground import AREA, found, store_of
from tests.data.rules.home import OTHER_VILLAGE, VILLAGE, Home, joined
from tests.moment import NOW

COUNTY = Viewer("county", "990181")
TOMORROW = NOW + timedelta(days=1)
CLERK = Viewer("county", "990181", person=77)
Give = Callable[..., int]


@pytest.fixture
def homes() -> list[Home]:
    return [Home("R101"), Home("R102"), Home("R103")]


@pytest.fixture
def store(engine: Engine, homes: list[Home], tmp_path: Path) -> Engine:
    return store_of(engine, homes, tmp_path / "first")


def ids(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return dict(connection.execute(select(model.household.c.code, model.household.c.id)).all())


def hits(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return found(connection)


def change(engine: Engine, home: Home, table: str, key: dict, before: object, after: object, name: str, now=NOW) -> int:
    edit = Edit(table, key, {name: before}, {name: after})
    return commit(engine, COUNTY, ids(engine)[home.code], [edit], what="改", now=now)


def phone(engine: Engine, home: Home, before: str, after: str, now=NOW) -> int:
    return change(engine, home, "household", {}, before, after, "phone", now)


def test_a_change_is_asked_in_its_own_transaction_and_so_is_what_takes_it_back(store: Engine, homes: list[Home]):
    assert hits(store) == {}
    done = phone(store, homes[0], str(homes[0].house["联系电话"]), "123")
    assert hits(store) == {"R110": [homes[0].code]}
    undo(store, COUNTY, done, now=NOW)
    assert hits(store) == {}


def test_a_telephone_that_becomes_anothers_is_found_in_both_households_and_gone_from_both(
    store: Engine, homes: list[Home]
):
    own, other = (str(home.house["联系电话"]) for home in homes[:2])
    phone(store, homes[0], own, other)
    assert hits(store) == {"R109": sorted(home.code for home in homes[:2])}
    phone(store, homes[0], other, own)
    assert hits(store) == {}


def test_an_id_number_that_becomes_anothers_is_found_in_both_households_and_gone_from_both(
    store: Engine, homes: list[Home]
):
    (own, other), key = (home.spouse["证件号码"] for home in homes[:2]), {"code": homes[0].spouse["人编号"]}
    change(store, homes[0], "member", key, own, other, "id_number")
    both = sorted(str(home.spouse["人编号"]) for home in homes[:2])
    assert hits(store) == {"R101": both, "R106": [homes[0].spouse["人编号"]]}
    change(store, homes[0], "member", key, other, own, "id_number")
    assert hits(store) == {}


def test_what_stood_keeps_its_day_and_each_day_says_what_came_and_went(store: Engine, homes: list[Home]):
    own = [str(home.house["联系电话"]) for home in homes]
    phone(store, homes[0], own[0], "123")
    phone(store, homes[1], own[1], "456", TOMORROW)
    with writing(store) as connection:
        running.run(connection, TOMORROW, actor="x")
        since = dict(connection.execute(select(model.quality_hit.c.key, model.quality_hit.c.since)).all())
    known = ids(store)
    assert since == {str(known[homes[0].code]): "2026-11-22", str(known[homes[1].code]): "2026-11-23"}
    later = NOW + timedelta(days=5)
    phone(store, homes[0], "123", own[0], later)
    with store.connect() as connection:
        tally = model.quality_tally.c
        rows = connection.execute(select(tally.day, tally.rule, tally.came, tally.went, tally.days)).all()
    assert sorted(map(tuple, rows)) == [
        ("2026-11-22", "R110", 1, 0, 0),
        ("2026-11-23", "R110", 1, 0, 0),
        ("2026-11-27", "R110", 0, 1, 5),
    ]


def test_a_household_that_moves_takes_what_is_said_of_it_along_with_its_day(store: Engine, homes: list[Home]):
    phone(store, homes[0], str(homes[0].house["联系电话"]), "123")
    with writing(store) as connection:
        moved = model.household.c.code == homes[0].code
        connection.execute(update(model.household).where(moved).values(village=OTHER_VILLAGE))
        cube.rebuild(connection, today=TOMORROW.date())
        running.run(connection, TOMORROW, actor="x")
        hit, tally = model.quality_hit.c, model.quality_tally.c
        stands = connection.execute(select(hit.village, hit.since).where(hit.rule == "R110")).all()
        rows = connection.execute(
            select(tally.village, tally.came, tally.went, tally.days).where(
                tally.day == "2026-11-23", tally.rule == "R110"
            )
        ).all()
    assert stands == [(OTHER_VILLAGE, "2026-11-22")]
    assert sorted(map(tuple, rows)) == [(VILLAGE, 0, 1, 0), (OTHER_VILLAGE, 1, 0, 0)]


def test_who_has_left_and_what_is_struck_off_is_spoken_of_no_more(store: Engine, homes: list[Home], tmp_path: Path):
    rows = [{**homes[0].spouse, "健康状况": "清空"}, {**homes[1].spouse, "健康状况": "清空"}]
    give(store, tmp_path / "a", {"家庭成员": rows})
    both = sorted(str(home.spouse["人编号"]) for home in homes[:2])
    assert hits(store) == {"R701": both}
    gone = {**homes[0].spouse, "离开日期": "2026-11-22", "离开原因": "迁出"}
    ended = {"户编号": homes[1].code, "日期": "2026-11-22", "变动": "注销"}
    give(store, tmp_path / "b", {"家庭成员": [gone], "户变动": [ended]})
    assert hits(store) == {}


def give(engine: Engine, folder: Path, book: dict) -> None:
    result = import_files(engine, [write_folder(folder, book)], now=NOW, overwrite=True)
    assert result.refusals == [] and result.wrote


def test_after_any_change_the_few_that_are_asked_come_to_what_all_come_to(engine: Engine, tmp_path: Path):
    """Households with a fault each, one after the other put right by a file."""
    from tests.data.rules.workbook_cases import CASES

    chosen = [case for case in CASES if case.rule in ("R101", "R102", "R109", "R202", "R405", "R501", "R902", "R1003")]
    wrong, right = [Home(case.rule) for case in chosen], [Home(case.rule) for case in chosen]
    for case, bad, good in zip(chosen, wrong, right, strict=True):
        case.wrong(bad)
        case.right(good)
    store_of(engine, wrong, tmp_path / "wrong")
    for number, home in enumerate(right):
        book = {name: rows for name, rows in joined([home]).items() if name not in ("行政区划", "监测线")}
        import_files(engine, [write_folder(tmp_path / f"r{number}", book)], now=NOW, overwrite=True)
        few = hits(engine)
        with writing(engine) as connection:
            running.run(connection, NOW, actor="x")
        assert hits(engine) == few


def test_no_digits_of_a_number_stand_in_what_is_kept_of_it(store: Engine, homes: list[Home]):
    with store.connect() as connection:
        rows = connection.execute(select(model.member_mark)).mappings().all()
        phones = connection.execute(select(model.phone_mark)).mappings().all()
    assert len(rows) == 6 and len(phones) == 3
    assert len({row["same"] for row in rows}) == 6
    for home in homes:
        kept = json.dumps([dict(row) | {"member": ""} for row in rows]) + json.dumps(list(map(dict, phones)))
        assert str(home.head["证件号码"])[:6] not in kept and str(home.head["证件号码"])[12:] not in kept
        assert str(home.house["联系电话"]) not in kept


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("990181196503080015", (18, 1, 1, None, "1965-03-08", "男")),
        ("990181196503080016", (18, 1, 0, None, "1965-03-08", "男")),
        ("99018119650308001543", (20, 1, 1, "43", "1965-03-08", "男")),
        ("9901811965030800154301", (22, 1, 1, "43", "1965-03-08", "男")),
        ("99018119650230001X", (18, 1, 1, None, None, "男")),
        ("99018119650308001", (17, 0, 0, None, None, None)),
        ("99018119650308OO15", (18, 0, 0, None, None, None)),
        ("9901811965030800151", (19, 0, 0, None, None, None)),
    ],
)
def test_what_is_kept_of_an_id_number(number: str, told: tuple):
    (row,) = marks.member_marks(lambda text: f"<{text}>", [("M", number)])
    own = number[:18] if told[1] else number
    right = told[2] if number != "99018119650230001X" else row[5]
    assert row == ("M", f"<{number}>", f"<{own}>", told[0], told[1], right, *told[3:])


def test_the_mark_of_a_number_without_its_suffix_is_that_of_the_card(store: Engine):
    with writing(store) as connection:
        card, certificate = connection.execute(select(model.member.c.code).limit(2)).scalars()
        for code, number in ((card, "990181196503080015"), (certificate, "99018119650308001543")):
            there = model.member.c.code == code
            connection.execute(update(model.member).where(there).values(id_number=number))
        households = connection.execute(select(model.household.c.id)).scalars().all()
        assert marks.make(connection, households)
        mark = model.member_mark.c
        same = connection.execute(select(mark.same).where(mark.member.in_([card, certificate]))).scalars().all()
        assert same[0] == same[1]
        assert not marks.make(connection, households)


def test_a_run_of_all_makes_the_marks_of_numbers_that_changed_unseen(store: Engine, homes: list[Home]):
    with writing(store) as connection:
        there = model.household.c.code == homes[0].code
        connection.execute(update(model.household).where(there).values(phone="123"))
        assert running.run(connection, NOW, actor="x").hits["R110"] == 1
        connection.execute(update(model.household).where(there).values(phone=None))
        assert running.run(connection, NOW, actor="x").hits["R110"] == 0
        assert connection.execute(select(func.count()).select_from(model.phone_mark)).scalar_one() == 2


def test_a_waived_hit_is_counted_apart_until_its_day_has_passed(store: Engine, homes: list[Home]):
    phone(store, homes[0], str(homes[0].house["联系电话"]), "123")
    phone(store, homes[1], str(homes[1].house["联系电话"]), "123")
    waiver = {"rule": "R110", "record": "household", "key": str(ids(store)[homes[0].code]), "village": VILLAGE}
    with writing(store) as connection:
        connection.execute(
            model.quality_waiver.insert().values(**waiver, until="2026-11-30", state="agreed", version=1)
        )
        asked = {
            day: counts(connection, COUNTY, "990181", today=day)["R110"]
            for day in ("2026-11-22", "2026-11-30", "2026-12-01")
        }
        elsewhere = counts(connection, COUNTY, OTHER_VILLAGE, today="2026-11-22")["R110"]
    assert [(one.hits, one.waived) for one in asked.values()] == [(1, 1), (1, 1), (2, 0)]
    assert (elsewhere.hits, elsewhere.waived) == (0, 0)


def test_where_the_rules_were_never_run_a_change_asks_none(store: Engine, homes: list[Home]):
    with writing(store) as connection:
        connection.execute(model.quality_run.delete())
        recheck(connection, set(ids(store).values()), NOW)
    phone(store, homes[0], str(homes[0].house["联系电话"]), "123")
    with store.connect() as connection:
        assert connection.execute(select(func.count()).select_from(model.quality_hit)).scalar_one() == 0


TASK = {"name": "入户排查", "target": "逐户排查", "started": "2026-11-02", "deadline": "2026-11-30"}
PROBLEM = {"source": "排查", "category": "住房安全", "description": "屋顶漏雨", "found": "2026-11-02",
           "deadline": "2026-11-30"}  # fmt: skip


def test_a_problem_and_a_task_are_asked_as_they_are_raised_and_as_they_get_somebody(store: Engine, homes: list[Home]):
    with writing(store) as connection:
        person = {"id": CLERK.person, "name": "县干部", "made": "2026-01-01", "actor": "system"}
        connection.execute(model.person.insert().values(person))
    at_home, village = Place(VILLAGE, ids(store)[homes[0].code]), Place(VILLAGE)
    tasks = raise_tasks(
        store, CLERK, [(village, None, None), (at_home, None, None), (village, CLERK.person, None)], TASK, now=NOW
    )
    problem = raise_problem(store, CLERK, village, PROBLEM, owner=None, now=NOW)
    assert hits(store) == {"R1004": [problem], "R1005": sorted(tasks[:2])}
    own = Given(owner=CLERK.person)
    for record, code in (("task", tasks[0]), ("task", tasks[1]), ("problem", problem)):
        step(store, CLERK, record, code, "assign", version=1, given=own, now=NOW)
    assert hits(store) == {}


def test_who_lies_in_a_village_is_asked_again_as_its_outline_comes_and_goes(
    store: Engine, homes: list[Home], tmp_path: Path
):
    elsewhere = shapely.transform(AREA, lambda points: points + np.array([5, 0]))
    moved = geojson(tmp_path / "a.geojson", [({"code": VILLAGE, "name": "东村"}, elsewhere)])
    done = import_boundaries(store, [moved], now=NOW)
    assert done.run is not None and hits(store) == {"R951": sorted(home.code for home in homes)}
    with writing(store) as connection:
        take_back(connection, done.run, now=NOW)
    assert hits(store) == {}


def test_a_task_that_a_file_brings_is_asked_with_it(store: Engine, tmp_path: Path):
    row = {"任务编号": "RW1", "村代码": VILLAGE, "任务": "修路", "目标": "通到组", "责任人": "村“两委”",
           "开始日期": "2026-11-01", "期限": "2026-12-01", "进度": "0"}  # fmt: skip
    give(store, tmp_path / "a", {"作战任务": [row]})
    assert hits(store) == {"R1005": ["RW1"]}
