"""Rows of histories that cannot be are refused with their row and the one that stands against them; the columns of
households and members say what the rows do."""

import json

import pytest
from sqlalchemy import select

from data import model
from data.households.edits import Edit
from data.intake import import_files
from data.store.engine import writing
from tests.data.intake.books import HOUSE, OTHER_HOUSE, OTHER_VILLAGE, VILLAGE, sound_book, write_folder
from tests.moment import NOW

THIRD_VILLAGE = "990181001003"


def event(day, kind, house=HOUSE):
    return {"户编号": house, "日期": day, "变动": kind}


def move(day, origin, village):
    return {"户编号": HOUSE, "日期": day, "原村代码": origin, "新村代码": village}


def belonging(day, kind, house=HOUSE, reason="其他"):
    return {"人编号": "R1", "日期": day, "变动": kind, "户编号": house, "原因": reason}


def episode(code, since, until="", **more):
    removal = {"消除日期": until, "消除方式": "帮扶消除"} if until else {}
    return (
        {"监测编号": code, "户编号": HOUSE, "类型": "脱贫不稳定户", "识别日期": since, "风险": "因病"} | removal | more
    )


@pytest.fixture
def store(engine, tmp_path):
    """Households and members without a history; 户 一 was identified in 2014 and lifted in 2018."""
    whole = sound_book()
    whole["家庭成员"] = [
        {k: v for k, v in row.items() if k not in ("加入日期", "加入原因")} for row in whole["家庭成员"]
    ]
    whole["行政区划"].append({"区划代码": THIRD_VILLAGE, "名称": "南村"})
    book = {name: whole[name] for name in ("行政区划", "户", "家庭成员")}
    assert import_files(engine, [write_folder(tmp_path / "first", book)], now=NOW, rebuild=False).refusals == []
    return engine


@pytest.fixture
def give(store, tmp_path):
    number = iter(range(100))

    def give(sheet, *rows, **options):
        path = write_folder(tmp_path / f"f{next(number)}", {sheet: list(rows)})
        return import_files(store, [path], now=NOW, rebuild=False, **options)

    return give


def held(engine, table, *names):
    with engine.connect() as connection:
        return [
            tuple(row) for row in connection.execute(select(*(table.c[n] for n in names)).order_by(*table.primary_key))
        ]


CASES = [
    ("户变动", [event("2018-01-01", "识别"), event("2016-01-01", "脱贫")], 2, "变动",
     "第 3 行 2016-01-01“脱贫”，之后不能是“识别”"),
    ("户变动", [event("2016-05-01", "返贫")], 2, "变动", "系统里 2014-12-01“识别”，之后不能是“返贫”"),
    ("户变动", [event("2020-05-01", "再脱贫")], 2, "变动", "系统里 2018-11-03“脱贫”，之后不能是“再脱贫”"),
    ("户变动", [event("2020-05-01", "注销"), event("2021-05-01", "返贫")], 3, "变动",
     "第 2 行 2020-05-01“注销”，之后不能再有“返贫”"),
    ("户变动", [event("2020-05-01", "返贫"), event("2020-05-01", "有序退出")], 3, "变动",
     "与“有序退出”在同一天，互相矛盾"),
    ("户迁移", [move("2020-01-01", OTHER_VILLAGE, THIRD_VILLAGE)], 2, "原村代码", f"系统里本户在 {VILLAGE}"),
    ("户迁移", [move("2020-01-01", OTHER_VILLAGE, THIRD_VILLAGE), move("2021-01-01", OTHER_VILLAGE, VILLAGE)], 3,
     "原村代码", f"第 2 行 2020-01-01 迁到 {THIRD_VILLAGE}"),
    ("户迁移", [move("2020-01-01", VILLAGE, VILLAGE)], 2, "新村代码", "与原村代码相同"),
    ("成员变动", [belonging("2015-01-01", "加入"), belonging("2017-01-01", "加入", OTHER_HOUSE)], 3, "变动",
     f"第 2 行 2015-01-01 已加入 {HOUSE}，还没有离开"),
    ("成员变动", [belonging("2015-01-01", "离开", OTHER_HOUSE)], 2, "户编号", f"加入的是 {HOUSE}"),
    ("成员变动", [belonging("2015-01-01", "加入"), belonging("2016-01-01", "离开"),
      belonging("2017-01-01", "离开", reason="死亡")],
     4, "变动", f"第 3 行 2016-01-01 已离开 {HOUSE}"),
    ("成员变动", [belonging("2015-01-01", "加入", reason="死亡")], 2, "原因", "应为：出生、婚入、迁入、其他"),
    ("监测", [episode("J1", "2021-01-01", "2022-06-01"), episode("J2", "2022-01-01")], 3, "识别日期",
     "第 2 行 J1（2021-01-01 至 2022-06-01）与 J2 的监测时段重叠"),
    ("监测", [episode("J1", "2021-01-01"), episode("J2", "2022-01-01")], 3, "识别日期", "至今未消除"),
    ("监测", [episode("J1", "2021-01-01", "2020-01-01")], 2, "消除日期", "早于识别日期（2021-01-01）"),
    ("监测", [episode("J1", "2021-01-01", 风险="其他")], 2, "风险备注", "须填写风险备注"),
    ("监测", [episode("J1", "2021-01-01", 风险="因病、因残、因学、缺劳动力、因自然灾害、因意外事故")], 2, "风险",
     "最多填 5 项"),
    ("监测", [episode("J1", "2021-01-01", "2022-01-01", 消除方式="自然消除")], 2, "自然消除原因", "须填写原因"),
    ("行政区划", [{"区划代码": VILLAGE, "名称": "东村", "启用日期": "2010-01-01", "撤销日期": "2009-01-01"}], 2,
     "撤销日期", "早于启用日期"),
    ("行政区划", [{"区划代码": VILLAGE, "名称": "东村", "撤销日期": "2009-01-01", "并入代码": "990181001099"}], 2,
     "并入代码", "没有 990181001099"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sheet", "rows", "row", "column", "reason"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)]
)
def test_what_cannot_be_is_refused_with_what_stands_against_it(give, sheet, rows, row, column, reason):
    result = give(sheet, *rows)
    assert [(issue.sheet, issue.row, issue.column) for issue in result.refusals] == [(sheet, row, column)]
    assert reason in result.refusals[0].reason and not result.wrote


def test_a_later_file_is_held_against_the_rows_that_stand(store, give):
    assert give("户变动", event("2018-11-03", "脱贫"), event("2020-01-01", "返贫")).refusals == []
    (issue,) = give("户变动", event("2021-01-01", "脱贫"), event("2020-06-01", "返贫")).refusals
    assert (issue.row, issue.reason) == (3, "系统里 2020-01-01“返贫”，之后不能是“返贫”")
    assert give("监测", episode("J1", "2021-01-01")).refusals == []
    (issue,) = give("监测", episode("J2", "2021-06-01")).refusals
    assert "系统里 J1（2021-01-01 至 至今未消除）" in issue.reason


def test_the_columns_of_a_household_become_first_rows_and_say_what_the_last_do(store, give):
    give("户变动", event("2020-01-01", "返贫"), event("2021-12-01", "再脱贫"))
    assert held(store, model.household_event, "day", "kind") == [
        ("2014-12-01", "识别"), ("2018-11-03", "脱贫"), ("2020-01-01", "返贫"), ("2021-12-01", "再脱贫"),
    ]  # fmt: skip
    names = ("type", "identified", "lifted", "relapsed", "risk_removed")
    assert held(store, model.household, *names)[0] == ("脱贫户", "2014-12-01", "2021-12-01", "2020-01-01", None)
    assert not give("户变动", event("2020-01-01", "返贫"), event("2021-12-01", "再脱贫")).wrote
    give("监测", episode("J1", "2022-03-01"))
    assert held(store, model.household, *names)[0][0] == "脱贫不稳定户"
    give("监测", episode("J1", "2022-03-01", "2023-05-01"))
    assert held(store, model.household, *names)[0] == ("脱贫户", "2014-12-01", "2021-12-01", "2020-01-01", "2023-05-01")
    give("户变动", event("2026-03-01", "返贫"))
    assert held(store, model.household, *names)[0][0] == "未脱贫户"


def test_who_is_watched_by_the_columns_has_an_episode_of_them(store, give):
    rows = {"监测编号": "J9", "户编号": OTHER_HOUSE, "类型": "边缘易致贫户", "识别日期": "2022-01-01", "风险": "因学",
            "消除日期": "2023-01-01", "消除方式": "帮扶消除"}  # fmt: skip
    assert give("监测", rows).refusals == []
    assert held(store, model.episode, "code", "identified", "removed") == [
        (f"{OTHER_HOUSE}-JC1", "2024-03-05", None), ("J9", "2022-01-01", "2023-01-01"),
    ]  # fmt: skip
    assert held(store, model.household, "type", "risk_removed")[1] == ("边缘易致贫户", None)


def test_rows_say_of_which_household_a_member_is(store, give):
    give(
        "成员变动", belonging("2020-01-01", "离开", reason="婚出"), belonging("2020-01-01", "加入", OTHER_HOUSE, "婚入")
    )
    names = ("household_id", "joined", "joined_reason", "gone")
    assert held(store, model.member, *names)[0] == (2, "2020-01-01", "婚入", None)
    give("成员变动", belonging("2024-05-06", "离开", OTHER_HOUSE, "死亡"))
    assert held(store, model.member, "household_id", "gone", "gone_reason")[0] == (2, "2024-05-06", "死亡")


def test_rows_say_of_which_village_a_household_is(store, give):
    give("户迁移", move("2019-01-01", OTHER_VILLAGE, VILLAGE))
    assert held(store, model.household, "village")[0] == (VILLAGE,)
    give("户迁移", move("2026-10-01", VILLAGE, THIRD_VILLAGE))
    assert held(store, model.household, "village")[0] == (THIRD_VILLAGE,)


def test_old_columns_are_compared_with_the_sheets_that_say_more(store, give, tmp_path):
    house = sound_book()["户"][0] | {"脱贫日期": "2017-01-01", "户类型": "未脱贫户"}
    book = {"户": [house], "户变动": [event("2018-11-03", "脱贫"), event("2020-01-01", "有序退出")]}
    result = import_files(store, [write_folder(tmp_path / "both", book)], now=NOW, rebuild=False)
    assert [(issue.row, issue.column, issue.value) for issue in result.warnings] == [
        (2, "脱贫日期", "2017-01-01"), (2, "户类型", "未脱贫户"),
    ]  # fmt: skip
    assert result.warnings[0].reason == "“户变动”里是“2018-11-03”，以“户变动”为准，没有采用本格"
    assert held(store, model.household, "type", "lifted")[0] == ("脱贫户", "2018-11-03")
    assert give("户", house).warnings and held(store, model.household, "type", "lifted")[0] == ("脱贫户", "2018-11-03")


def test_an_episode_says_nothing_of_the_base(store, tmp_path):
    house = sound_book()["户"][0] | {"脱贫日期": "2017-01-01", "户类型": "脱贫不稳定户"}
    book = {"户": [house], "监测": [episode("J1", "2021-01-01")]}
    result = import_files(store, [write_folder(tmp_path / "both", book)], now=NOW, rebuild=False)
    assert (result.refusals, result.warnings) == ([], [])
    assert held(store, model.household, "type", "lifted")[0] == ("脱贫不稳定户", "2017-01-01")


def test_a_new_household_may_come_with_its_whole_course(engine, tmp_path):
    whole = sound_book()
    book = {name: whole[name] for name in ("行政区划", "户", "家庭成员")}
    book["户变动"] = [event("2020-01-01", "返贫")]
    book["户迁移"] = [move("2021-01-01", VILLAGE, OTHER_VILLAGE)]
    book["成员状况"] = [
        {"人编号": "R1", "项目": item, "日期": "2021-01-01", "值": value}
        for item, value in (("健康状况", "健康"), ("与户主关系", "母亲"))
    ]
    result = import_files(engine, [write_folder(tmp_path / "new", book)], now=NOW, rebuild=False)
    assert result.refusals == []
    assert {(issue.sheet, issue.column) for issue in result.warnings} == {
        ("户", "户类型"), ("户", "村代码"), ("家庭成员", "健康状况"),
        ("家庭成员", "与户主关系"),
    }  # fmt: skip
    assert held(engine, model.household_event, "kind") == [("识别",), ("脱贫",), ("返贫",)]
    assert held(engine, model.household, "type", "village")[0] == ("未脱贫户", OTHER_VILLAGE)
    assert held(engine, model.member, "health", "relation")[0] == ("健康", "母亲")


def test_a_move_before_the_last_known_is_left_to_its_own_sheet(store, give):
    give("户迁移", move("2026-10-01", VILLAGE, THIRD_VILLAGE))
    house = {"户编号": HOUSE, "村代码": OTHER_VILLAGE, "户主姓名": "张三", "户类型": "脱贫户"}
    (issue,) = give("户", house | {"采集日期": "2026-05-01"}).refusals
    assert (issue.sheet, issue.row, issue.column) == ("户", 2, "村代码") and "2026-10-01" in issue.reason
    assert give("户", house).refusals == []
    give("成员变动", belonging("2026-10-01", "离开"), belonging("2026-10-01", "加入", OTHER_HOUSE))
    member = {"人编号": "R1", "户编号": HOUSE, "姓名": "张三", "与户主关系": "户主", "采集日期": "2026-05-01"}
    (issue,) = give("家庭成员", member).refusals
    assert (issue.sheet, issue.row, issue.column) == ("家庭成员", 2, "户编号") and "2026-10-01" in issue.reason


def test_a_file_of_before_a_merger_moves_nobody_back_into_the_village_that_is_no_more(store, give):
    give("户迁移", move("2026-10-01", VILLAGE, THIRD_VILLAGE))
    with writing(store) as connection:
        gone = {"closed": "2026-10-01", "merged_into": THIRD_VILLAGE}
        connection.execute(model.region.update().where(model.region.c.code == VILLAGE).values(gone))
    house = {"户编号": HOUSE, "村代码": VILLAGE, "户主姓名": "张三", "户类型": "脱贫户"}
    (issue,) = give("户", house).refusals
    assert (issue.sheet, issue.row, issue.column) == ("户", 2, "村代码") and "2026-10-01 撤销" in issue.reason
    (issue,) = give("户迁移", move("2026-11-01", THIRD_VILLAGE, VILLAGE)).refusals
    assert (issue.sheet, issue.row, issue.column) == ("户迁移", 2, "新村代码") and "2026-10-01 撤销" in issue.reason
    assert held(store, model.household, "village")[0] == (THIRD_VILLAGE,)
    assert give("户", house | {"村代码": THIRD_VILLAGE}).refusals == []


def test_good_rows_are_written_without_those_that_cannot_be(store, give):
    result = give("户变动", event("2020-01-01", "返贫"), event("2021-01-01", "返贫"), valid_rows=True)
    assert result.refused_rows == 1 and result.wrote
    assert held(store, model.household_event, "day", "kind")[-1] == ("2020-01-01", "返贫")


def test_the_end_of_a_sudden_hardship_leaves_its_kind(engine, tmp_path):
    whole = sound_book()
    house = whole["户"][1] | {"户类型": "突发严重困难户", "风险消除日期": "2025-06-01"}
    ended = episode("J1", "2024-03-05", "2025-06-01", 户编号=OTHER_HOUSE, 类型="突发严重困难户")
    book = {"行政区划": whole["行政区划"], "户": [house], "监测": [ended]}
    result = import_files(engine, [write_folder(tmp_path / "new", book)], now=NOW, rebuild=False)
    assert (result.refusals, result.warnings) == ([], [])
    assert held(engine, model.household, "type", "risk_removed") == [("突发严重困难户", "2025-06-01")]


def test_a_dated_value_that_was_entered_since_stands_and_is_told_without_the_illness(store, give):
    with writing(store) as connection:
        key = {"member": "R1", "item": "health", "day": "2026-11-20"}
        connection.execute(model.member_fact.insert().values(**key, value="大病"))
        edits = json.dumps([vars(Edit("member_fact", key, None, {"value": "大病"}))])
        change = {"household_id": 1, "at": "2026-11-22T08:00:00", "actor": "county:", "what": "改健康状况"}
        connection.execute(model.change.insert().values(**change, edits=edits))
    row = {"人编号": "R1", "项目": "健康状况", "日期": "2026-11-20", "值": "残疾"}
    (issue,) = give("成员状况", row, as_of="2026-11-21T00:00:00").conflicts
    assert issue.row == 2 and "大病" not in issue.reason and "残疾" not in issue.value
    assert held(store, model.member_fact, "value")[-1] == ("大病",)
