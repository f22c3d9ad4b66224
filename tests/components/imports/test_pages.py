"""导入数据 as each role sees it: the list, one import with its rows, what is offered, what an address asks in vain."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from components.imports import acts
from data.access.viewer import Viewer
from data.intake.demonstration import REPLACE
from data.store.engine import open_engine
from tests.components.imports import ground
from tests.components.imports.ground import CADRES, drawn, handed_in, handed_in_files, labels, order, state, words
from tests.data.intake.books import HOUSE, OTHER_HOUSE, VILLAGE, sound_book
from tests.stores import copied

NOT_THERE = "没有这次导入，或它不在您的查看范围内"


@pytest.fixture(scope="module")
def county(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ground.store(migrated_sqlite, tmp_path_factory.mktemp("imports"))


@pytest.fixture
def store(county: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    engine = open_engine(f"sqlite:///{copied(county, tmp_path / 'county.db')}")
    request.addfinalizer(engine.dispose)
    return engine


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Jobs for which a process would have been started."""
    asked: list[int] = []
    monkeypatch.setattr(acts, "start", lambda engine, job: asked.append(job))
    return asked


def homes(*rows: dict[str, object]) -> dict[str, list[dict[str, object]]]:
    """A workbook of households alone, as they stand but for what the rows say."""
    known = {str(row["户编号"]): row for row in sound_book()["户"]}
    return {"户": [known.get(str(row["户编号"]), {}) | row for row in rows]}


def test_rows_are_told_old_and_new_and_counted_by_sheet_and_village(store: Engine, tmp_path: Path):
    job = handed_in(store, tmp_path, homes({"户编号": HOUSE, "住址": "一组 3 号"}, {"户编号": OTHER_HOUSE}))
    app = drawn(store, job=job)
    said = words(app)
    assert "全部 2 行" in said and "住址 未填 → 一组 3 号" in said and "张三" in said
    assert "写入 1 条" in labels(app) and "待核对" in said and "东村" in said
    assert "李" not in words(drawn(store, job=job, group="changed")).split("变化的行")[1]


def test_what_cannot_be_written_says_why_and_the_way_on(store: Engine, tmp_path: Path, started: list[int]):
    job = handed_in(
        store, tmp_path, homes({"户编号": HOUSE, "户类型": "特困"}, {"户编号": OTHER_HOUSE, "住址": "二组"})
    )
    app = drawn(store, job=job)
    assert "“特困”" in words(app) and "有 1 行不能写入：下载标注副本改好后重新递交" in words(app)
    assert {"只写入正确的行", "重新校验", "作废"} <= labels(app) and "写入 1 条" not in labels(app)
    assert "下载标注副本" in str(app.get("download_button"))
    order(store, CADRES["township"], job, "answer", answers={"valid_rows": "1"})
    app = drawn(store, job=job)
    assert "写入 1 条" in labels(app) and "改为全部正确才写入" in labels(app)


def test_a_row_that_is_ticked_off_is_not_written(store: Engine, tmp_path: Path):
    book = homes({"户编号": HOUSE, "住址": "一组 3 号"}, {"户编号": OTHER_HOUSE, "住址": "二组 4 号"})
    job = handed_in(store, tmp_path, book)
    app = drawn(store, job=job)
    app.checkbox[1].uncheck().run()
    assert "写入 1 条" in labels(app) and "不写入" in words(app)
    order(store, CADRES["township"], job, "write")
    said = words(drawn(store, job=job))
    assert state(store, job) == "written" and "已写入（导入批次 2）：改动 1 处；1 行按您的选择没有写入" in said
    again = handed_in(store, tmp_path, book)
    assert "全部 2 行" in words(drawn(store, job=again)) and "写入 1 条" in labels(drawn(store, job=again))


def test_all_listed_rows_are_left_out_at_once_and_then_there_is_nothing_to_write(store: Engine, tmp_path: Path):
    job = handed_in(store, tmp_path, homes({"户编号": HOUSE, "住址": "一组"}, {"户编号": OTHER_HOUSE, "住址": "二组"}))
    app = drawn(store, job=job, group="changed")
    next(button for button in app.button if button.label == "都不写入").click().run()
    assert "2 条：都不写入" in words(app) and "写入 0 条" not in labels(app) and "没有要写入的" in words(app)


def test_a_village_hands_in_for_its_township_which_gives_it_back_with_a_reason(store: Engine, tmp_path: Path):
    village, township = CADRES["village"], CADRES["township"]
    assert "乡镇看过后写入" in words(drawn(store, village)) and "乡镇看过" not in words(drawn(store, township))
    job = handed_in(store, tmp_path, homes({"户编号": HOUSE, "住址": "一组"}), village, "东村.xlsx")
    app = drawn(store, village, job=job)
    assert "报乡镇审核" in labels(app) and not any(label.startswith("写入") for label in labels(app))
    assert "待您审核" not in words(drawn(store, township))
    order(store, village, job, "submit")
    assert labels(drawn(store, village, job=job)) == set()
    assert "1 批村里报来的数据待您审核" in words(drawn(store, township))
    assert {"写入 1 条", "退回修改"} <= labels(drawn(store, township, job=job))
    order(store, township, job, "return", reason="缺两户")
    assert "乡镇退回修改：缺两户" in words(drawn(store, village, job=job))


@pytest.mark.parametrize("asked", ["abc", "0", "-1", "999", "１", "9" * 30, "1 OR 1=1", "<b>"])
def test_an_import_that_is_none_is_said_to_be_none(store: Engine, asked: str):
    said = words(drawn(store, job=asked))
    assert NOT_THERE in said and "导入记录" in said


def test_another_regions_import_is_as_one_that_is_not_there(store: Engine, tmp_path: Path):
    job = handed_in(store, tmp_path, homes({"户编号": HOUSE}), CADRES["county"])
    assert NOT_THERE in words(drawn(store, CADRES["township"], job=job))
    assert NOT_THERE not in words(drawn(store, CADRES["county"], job=job))


def test_a_file_that_is_no_workbook_ends_in_a_sentence(store: Engine):
    job = handed_in_files(store, [("<b>表</b>.xlsx", b"nothing of the kind")])
    app = drawn(store, job=job)
    assert "不能写入" in words(app) and "<b>表" not in ground.markup(app)
    assert "作废" in labels(app)


def test_the_step_of_a_page_that_was_overtaken_is_refused_and_said(store: Engine, tmp_path: Path, started: list[int]):
    job = handed_in(store, tmp_path, homes({"户编号": HOUSE, "住址": "一组"}))
    app = drawn(store, job=job)
    order(store, CADRES["township"], job, "answer", answers={})
    app.checkbox[0].uncheck().run()
    assert "刚刚又有人办理" in words(app)


def test_the_list_is_searched_by_file_and_paged_and_leads_to_each(store: Engine, tmp_path: Path):
    for number in range(3):
        handed_in(store, tmp_path, homes({"户编号": HOUSE}), name=f"{VILLAGE}第{number}次.xlsx")
    app = drawn(store)
    assert "共 3 次" in words(app) and "第2次.xlsx" in words(app)
    app.text_input[0].input("第1次").run()
    assert "共 1 次" in words(app) and "第2次.xlsx" not in words(app)
    assert "没有符合条件的导入" in words(drawn(store, state="written"))


def test_real_regions_over_the_demonstration_are_asked_about_in_large_words(store: Engine, tmp_path: Path):
    county = Viewer("county", "", person=1)
    real = {"行政区划": [{"区划代码": "210881", "名称": "某市"}]}
    job = handed_in(store, tmp_path, real, county)
    app = drawn(store, county, job=job)
    assert "import-question is-whole" in ground.markup(app) and "清空全部演示数据" in words(app)
    assert not any(label.startswith("写入") for label in labels(app))
    order(store, county, job, "answer", answers=dict(REPLACE))
    app = drawn(store, county, job=job)
    next(button for button in app.button if button.label.startswith("写入")).click().run()
    assert "全部演示数据同时清空，不能恢复" in words(app)
