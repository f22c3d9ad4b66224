"""Kinds of measure of the first edition in a file: each is read as the kind that it is today, by who was at school."""

import pytest
from sqlalchemy import select, update

from data import model
from data.access.viewer import Viewer
from data.households.edits import Edit, commit
from data.intake import import_files
from data.store.engine import writing
from data.terms import FORMER_MEASURES, MEASURE_CATEGORIES
from tests.data.intake.books import HOUSE, OTHER_HOUSE, sound_book, write_folder
from tests.moment import NOW

ADMIN = Viewer("admin", "")
CHILD = {
    "人编号": "R9",
    "户编号": HOUSE,
    "姓名": "张小",
    "与户主关系": "之子",
    "出生日期": "2012-09-01",
    "在校状况": "小学",
}


def measure(code, kind, started="2025-09-01", house=HOUSE):
    return {"措施编号": code, "户编号": house, "类别": kind, "名称": "某事", "开始日期": started}


def book(*measures, **more):
    whole = sound_book()
    whole["家庭成员"].append({**CHILD, **more})
    return {name: whole[name] for name in ("行政区划", "户", "家庭成员")} | {"帮扶措施": list(measures)}


def take(engine, sheets, path, **options):
    return import_files(engine, [write_folder(path, sheets)], **{"now": NOW, "rebuild": False, **options})


@pytest.fixture
def store_of_before(engine, tmp_path):
    """A store in which somebody entered a measure under a kind of the first edition."""
    take(engine, book(), tmp_path / "before", rebuild=True)
    with engine.connect() as connection:
        id = connection.execute(select(model.household.c.id).where(model.household.c.code == HOUSE)).scalar_one()
    written = {"category": "教育", "name": "某事", "started": "2025-09-01"}
    commit(engine, ADMIN, id, [Edit("measure", {"code": "S-old"}, None, written)], what="加措施", now=NOW)
    return engine


def kinds(engine):
    with engine.connect() as connection:
        return dict(connection.execute(select(model.measure.c.code, model.measure.c.category)).all())


def test_every_word_old_and_new_is_read_and_reading_it_again_changes_nothing(engine, tmp_path):
    measures = [measure(word, word) for word in (*MEASURE_CATEGORIES, *FORMER_MEASURES)]
    whole = book(*measures)
    assert take(engine, whole, tmp_path / "a").refusals == []
    assert kinds(engine) == {kind: kind for kind in MEASURE_CATEGORIES} | {
        "教育": "义务教育保障",
        "住房": "住房安全保障",
        "饮水": "饮水安全保障",
        "兜底": "综合保障",
    }
    assert not take(engine, whole, tmp_path / "b").wrote
    refused = take(engine, book(measure("s", "扶智")), tmp_path / "c").refusals
    assert [issue.column for issue in refused] == ["类别"] and "义务教育保障" in refused[0].reason
    assert "教育、" not in refused[0].reason.replace("其他教育、", "")


@pytest.mark.parametrize(
    ("started", "more", "kind"),
    [
        ("2018-09-01", {}, "义务教育保障"),  # 满6 on the day
        ("2018-08-31", {}, "其他教育"),
        ("2026-11-01", {"出生日期": "2010-11-01"}, "其他教育"),  # 满16
        ("2026-11-01", {"出生日期": "2010-11-02"}, "义务教育保障"),
        ("2025-09-01", {"在校状况": "辍学"}, "其他教育"),
        ("2025-09-01", {"在校状况": ""}, "其他教育"),
        ("2025-09-01", {"离开日期": "2025-09-01", "离开原因": "死亡"}, "其他教育"),
        ("2025-09-01", {"户编号": OTHER_HOUSE}, "其他教育"),
    ],
)
def test_education_is_of_the_compulsory_years_where_a_child_of_the_household_was_at_school(
    engine, tmp_path, started, more, kind
):
    take(engine, book(**more), tmp_path / "without")
    take(engine, book(measure("new", "教育", started), **more), tmp_path / "new")
    assert kinds(engine) == {"new": kind}


def test_what_was_known_of_the_day_says_it(engine, tmp_path):
    said = [{"人编号": "R9", "项目": "在校状况", "日期": day, "值": value} for day, value in
            (("2024-09-01", "小学"), ("2026-03-01", "辍学"))]  # fmt: skip
    take(
        engine,
        book(measure("a", "教育", "2025-09-01"), measure("b", "教育", "2026-03-02")) | {"成员状况": said},
        tmp_path / "said",
    )
    assert kinds(engine) == {"a": "义务教育保障", "b": "其他教育"}


def test_a_row_that_stands_keeps_the_one_of_the_two_and_another_gets_it(engine, tmp_path):
    take(engine, book(measure("a", "教育"), measure("b", "产业")), tmp_path / "first")
    with writing(engine) as connection:
        connection.execute(update(model.measure).where(model.measure.c.code == "a").values(category="其他教育"))
    assert take(engine, book(measure("a", "教育"), measure("b", "教育")), tmp_path / "again").changed == 1
    assert kinds(engine) == {"a": "其他教育", "b": "义务教育保障"}
    with engine.connect() as connection:
        noted = connection.execute(select(model.import_cell.c.before, model.import_cell.c.after)).all()
    assert noted == [("产业", "义务教育保障")]


def test_what_somebody_entered_under_an_old_kind_is_kept_against_an_older_file(store_of_before, tmp_path):
    engine, file = store_of_before, book(measure("S-old", "产业"))
    assert take(engine, file, tmp_path / "kept", as_of="2026-11-20").conflicts[0].column == "类别"
    assert kinds(engine) == {"S-old": "义务教育保障"}
    assert not take(engine, book(measure("S-old", "教育")), tmp_path / "same", as_of="2026-11-20").conflicts
    take(engine, file, tmp_path / "taken", as_of="2026-11-20", overwrite=True)
    assert kinds(engine) == {"S-old": "产业"}
