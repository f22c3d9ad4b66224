"""What a cadre types at the door: taken by the workbook's rules, refused with the field and what to do."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, func, select

from data import model
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope, Refused
from data.figures import cube
from data.households.door import door, ledger_stands
from data.households.edits import Conflict, undo
from data.households.entries import (
    add_ledger_line,
    add_measure,
    correct_household,
    correct_measure,
    correct_member,
    end_measure,
    record_visit,
)
from data.households.fields import Unfit
from data.months import label
from data.store.engine import writing
from tests.data.households.ground import assert_as_rebuilt, assure, household_with_members, one
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, fill
from tests.moment import NOW

CADRE = Viewer("county", COUNTY)
ODD = [
    "<script>alert(1)</script>",
    "**x** [y](http://z) `$x`",
    "'; DROP TABLE visit; --",
    "{{7*7}}",
    "=1+1",
    "䶮㛃\n第二行",
]
VISIT = {"visited": "2026-11-20", "occasion": "日常走访", "done": "送米", "found": "屋顶漏雨"}
MEASURE = {
    "category": "产业",
    "name": "养羊",
    "started": "2026-01-01",
    "ended": "",
    "amount_fen": "1,200.50",
    "unit": None,
}


def _with_two_helpers(engine: Engine) -> None:
    fill(engine, build=False)
    with writing(engine) as connection:
        connection.execute(model.pairing.delete().where(model.pairing.c.household_id == 3))
        connection.execute(model.pairing.insert().values(helper="B2", household_id=3, started="2021-01-01"))
        cube.rebuild(connection, today=TODAY)


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(_with_two_helpers, own=True)


def visit(engine: Engine, viewer: Viewer = CADRE, id: int = 3, **changed):
    return record_visit(engine, viewer, id, now=NOW, **(VISIT | {"helper": "B2"} | changed))


def line(
    engine: Engine,
    amount: str,
    *,
    subject: str = "务工工资",
    month: str = label(LAST),
    adding: bool = True,
    stands: int | None = None,
):
    return add_ledger_line(
        engine, CADRE, 3, month=month, subject=subject, amount=amount, stands=stands, adding=adding, now=NOW
    )


def test_a_visit_keeps_what_was_done_and_found_and_can_be_taken_back(county: Engine):
    saved = visit(county)
    row = one(county, model.visit, code=saved.code)
    assert (row["household_id"], row["helper"], row["content"]) == (3, "B2", "送米\n发现：屋顶漏雨")
    assert saved.code.startswith("V20261122-") and len(saved.code) == 18
    assert_as_rebuilt(county)
    undo(county, CADRE, saved.change, now=NOW)
    assert one(county, model.visit, code=saved.code) is None
    without = visit(county, found="  ")
    assert one(county, model.visit, code=without.code)["content"] == "送米"


BAD_VISITS = (
    ({"visited": "2026-11-23"}, "日期"),
    ({"visited": ""}, "日期"),
    ({"visited": "2026-02-30"}, "日期"),
    ({"visited": "2013-12-31"}, "日期"),
    ({"occasion": "串门"}, "事由"),
    ({"done": " \n "}, "做了什么"),
    ({"done": "字" * 1001}, "做了什么"),
    ({"done": "\u200b\x00 \u3164\ud800"}, "做了什么"),
    ({"helper": "nobody"}, "走访人"),
    ({"helper": None}, "走访人"),
)


def test_a_visit_that_cannot_be_is_refused_with_its_field(county: Engine):
    with writing(county) as connection:
        connection.execute(model.household.update().where(model.household.c.id == 3).values(identified="2014-06-01"))
    for changed, field in BAD_VISITS:
        with pytest.raises(Unfit) as refused:
            visit(county, **changed)
        assert refused.value.field == field and str(refused.value).startswith(f"{field}：")
        assert one(county, model.change) is None


def test_a_helper_records_his_own_visits_only(county: Engine):
    helper = Viewer("helper", COUNTY, "B2")
    with county.connect() as connection:
        assert [one.code for one in door(connection, helper, 3).helpers] == ["B2"]
        others = door(connection, CADRE, 3).helpers
    assert others[0].code == "B2" and others[0].own and not others[-1].own
    visit(county, helper)
    with pytest.raises(Unfit):
        visit(county, helper, helper=others[-1].code)
    with pytest.raises(NotFound):
        visit(county, Viewer("helper", COUNTY, "B9"))


def test_an_amount_is_added_to_what_stands_or_takes_its_place(county: Engine):
    with writing(county) as connection:
        connection.execute(model.ledger.delete().where(model.ledger.c.household_id == 3, model.ledger.c.month == LAST))
    line(county, "1,000.5")
    line(county, "200", stands=100_050)
    with county.connect() as connection:
        assert ledger_stands(connection, CADRE, 3, LAST)["务工工资"] == 120_050
    line(county, "3", stands=120_050, adding=False)
    assert one(county, model.ledger, household_id=3, month=LAST)["wage_work_fen"] == 300
    with pytest.raises(Conflict) as told:
        line(county, "50", stands=120_050)
    assert told.value.rebased[0].before == {"wage_work_fen": 300}
    line(county, "-20", subject="养殖业")
    assert one(county, model.ledger, household_id=3, month=LAST)["business_stock_fen"] == -2000
    assert_as_rebuilt(county)


NO_AMOUNTS = (
    "",
    "nan",
    "Infinity",
    "1e309",
    "1e400",
    "-1",
    "1.005",
    "十元",
    "1 000",
    "1,00",
    "9" * 30,
)


def test_an_amount_that_is_none_is_refused(county: Engine):
    for amount in NO_AMOUNTS:
        with pytest.raises(Unfit) as refused:
            line(county, amount)
        assert refused.value.field == "金额"
        assert one(county, model.change) is None


NO_LINES = (
    ("2026-12", "务工工资"),
    ("2026-13", "务工工资"),
    (label(LAST), "彩票"),
)


def test_a_line_of_no_month_or_no_subject_is_refused(county: Engine):
    for month, subject in NO_LINES:
        with pytest.raises(Unfit):
            line(county, "1", month=month, subject=subject)


def test_a_measure_begins_and_ends(county: Engine):
    saved = add_measure(county, CADRE, 3, MEASURE, now=NOW)
    row = one(county, model.measure, code=saved.code)
    assert (row["household_id"], row["amount_fen"], row["ended"], row["unit"]) == (3, 120_050, None, None)
    with county.connect() as connection:
        assert saved.code in {one["code"] for one in door(connection, CADRE, 3).measures}
    with pytest.raises(Unfit, match="早于开始日期"):
        end_measure(county, CADRE, 3, saved.code, "2025-12-31", now=NOW)
    end_measure(county, CADRE, 3, saved.code, "2027-06-30", now=NOW)  # planned, and then it ends before
    end_measure(county, CADRE, 3, saved.code, "2026-11-01", now=NOW)
    assert one(county, model.measure, code=saved.code)["ended"] == "2026-11-01"
    with pytest.raises(Unfit, match="办结"):
        end_measure(county, CADRE, 3, saved.code, "2026-11-02", now=NOW)
    with pytest.raises(Unfit, match="办结"):
        end_measure(county, CADRE, 4, saved.code, "2026-11-02", now=NOW)
    assert_as_rebuilt(county)


def test_a_measure_that_was_entered_wrong_is_put_right_also_when_it_has_ended(county: Engine):
    saved = add_measure(county, CADRE, 3, MEASURE, now=NOW)
    end_measure(county, CADRE, 3, saved.code, "2026-11-01", now=NOW)
    before = dict(one(county, model.measure, code=saved.code))
    typed = {name: None if (value := before[name]) is None else str(value) for name in ("category", "name", "unit")}
    typed |= {"amount_fen": "1200.5", "started": "2026-02-01", "ended": "2026-11-01"}
    put_right = correct_measure(county, CADRE, 3, saved.code, before, typed, now=NOW)
    assert put_right.what == f"改措施：{before['name']} 开始日期"
    assert one(county, model.measure, code=saved.code) == before | {"started": "2026-02-01"}
    with pytest.raises(Unfit, match="没有改动"):
        correct_measure(county, CADRE, 3, saved.code, before | {"started": "2026-02-01"}, typed, now=NOW)
    with pytest.raises(Unfit, match="早于开始日期"):
        correct_measure(county, CADRE, 3, saved.code, before, typed | {"started": "2026-11-02"}, now=NOW)
    with pytest.raises(Unfit, match="不在本户"):
        correct_measure(county, CADRE, 4, saved.code, before, typed, now=NOW)
    with pytest.raises(Conflict):
        correct_measure(county, CADRE, 3, saved.code, before, typed | {"started": "2026-03-01"}, now=NOW)
    undo(county, CADRE, put_right.change, now=NOW)
    assert one(county, model.measure, code=saved.code) == before
    assert_as_rebuilt(county)


BAD_MEASURES = (
    ({"category": "养羊"}, "类别"),
    ({"category": None}, "类别"),
    ({"name": ""}, "名称"),
    ({"started": ""}, "开始日期"),
    ({"ended": "2025-01-01"}, "结束日期"),
    ({"amount_fen": "-5"}, "金额"),
    ({"unit": "字" * 101}, "责任单位"),
    ({"name": "\x00"}, "名称"),
)


def test_a_measure_that_cannot_be_is_refused_with_its_field(county: Engine):
    for changed, field in BAD_MEASURES:
        with pytest.raises(Unfit) as refused:
            add_measure(county, CADRE, 3, MEASURE | changed, now=NOW)
        assert refused.value.field == field


def facts(engine: Engine, id: int = 3) -> dict:
    return dict(one(engine, model.household, id=id))


def test_only_the_facts_that_differ_are_written(county: Engine):
    before = facts(county)
    typed = {
        "head": "张某某",
        "phone": " 139 ",
        "address": None,
        "cause": "因病",
        "other_causes": "因残、缺劳力",
        "lon": "",
    }
    saved = correct_household(county, CADRE, 3, before, typed, now=NOW)
    assert saved.what == "改信息：联系电话、主要致贫原因、其他致贫原因"
    assert facts(county) == before | {"phone": "139", "cause": "因病", "other_causes": "因残、缺劳力"}
    with pytest.raises(Unfit, match="没有改动"):
        correct_household(county, CADRE, 3, facts(county), typed, now=NOW)
    undo(county, CADRE, saved.change, now=NOW)
    assert facts(county) == before


BAD_FACTS = (
    ({"head": ""}, "户主姓名"),
    ({"type": "富户"}, "户类型"),
    ({"type": ""}, "户类型"),
    ({"cause": "懒"}, "主要致贫原因"),
    ({"other_causes": "因病、懒"}, "其他致贫原因"),
    ({"lon": "12"}, "经度"),
    ({"lat": "nan"}, "纬度"),
    ({"identified": "2027-01-01"}, "识别日期"),
    ({"phone": "1" * 101}, "联系电话"),
)


def test_a_fact_that_cannot_be_is_refused_with_its_field(county: Engine):
    for typed, field in BAD_FACTS:
        with pytest.raises(Unfit) as refused:
            correct_household(county, CADRE, 3, facts(county), typed, now=NOW)
        assert refused.value.field == field


def test_what_a_household_is_changes_by_who_approves_it_alone(county: Engine):
    village = facts(county)["village"]
    now = facts(county)["type"]
    other = "突发严重困难户" if now != "突发严重困难户" else "未脱贫户"
    for viewer in (Viewer("village", village), Viewer("helper", COUNTY, "B2")):
        with pytest.raises(Refused, match="审批"):
            correct_household(county, viewer, 3, facts(county), {"type": other}, now=NOW)
        correct_household(county, viewer, 3, facts(county), {"phone": viewer.role}, now=NOW)
    township = next(code for code in TOWNSHIPS if village.startswith(code))
    done = correct_household(county, Viewer("township", township), 3, facts(county), {"type": other}, now=NOW)
    with pytest.raises(Refused, match="审批"):
        undo(county, Viewer("village", village), done.change, now=NOW)
    assert facts(county)["type"] == other
    assert_as_rebuilt(county)


def test_a_corrected_member_keeps_an_odd_id_number_and_says_so(county: Engine):
    id = household_with_members(county)
    member = dict(one(county, model.member, household_id=id))
    typed = {"name": member["name"], "id_number": "990181196503080016", "health": "大病", "work_months": "6"}
    saved = correct_member(county, CADRE, id, member["code"], member, typed, now=NOW)
    assert saved.doubts == ("证件号码校验位不对，请核对",)
    now = one(county, model.member, code=member["code"])
    assert (now["id_number"], now["id_tail"], now["work_months"]) == ("990181196503080016", "080016", 6)
    with pytest.raises(Unfit, match="务工月数"):
        correct_member(county, CADRE, id, member["code"], dict(now), {"work_months": "13"}, now=NOW)
    with pytest.raises(NotFound):
        correct_member(county, CADRE, 1 if id != 1 else 2, member["code"], dict(now), {"name": "王"}, now=NOW)


def test_the_name_of_the_head_is_corrected_in_both_places(county: Engine):
    id = household_with_members(county)
    with writing(county) as connection:
        connection.execute(model.household.update().where(model.household.c.id == id).values(head="李某"))
        connection.execute(model.member.update().where(model.member.c.household_id == id).values(relation="子女"))
        head = connection.execute(
            select(func.min(model.member.c.code)).where(model.member.c.household_id == id)
        ).scalar_one()
        connection.execute(model.member.update().where(model.member.c.code == head).values(relation="户主"))
    member = dict(one(county, model.member, code=head))
    correct_member(county, CADRE, id, head, member, {"name": "李明"}, now=NOW)
    assert (facts(county, id)["head"], facts(county, id)["initials"]) == ("李明", "lm")
    correct_household(county, CADRE, id, facts(county, id), {"head": "李朗"}, now=NOW)
    assert one(county, model.member, code=head)["name"] == "李朗"


def test_a_check_of_housing_is_the_households_own_fact_unless_an_older_one(county: Engine):
    def check(day: str, verdict: bool, item: str = "housing"):
        return assure(county, CADRE, 3, item=item, verdict=int(verdict), evidence="看了房", checked=day, now=NOW)

    before = facts(county)["housing_safe"]
    check("2026-11-10", False)
    assert facts(county)["housing_safe"] == 0
    assert_as_rebuilt(county)
    check("2026-10-01", True)
    assert facts(county)["housing_safe"] == 0
    saved = check("2026-11-10", True)
    assert facts(county)["housing_safe"] == 1
    undo(county, CADRE, saved.change, now=NOW)
    assert facts(county)["housing_safe"] == 0 != before or before == 0
    check("2026-11-10", False, "food")
    with county.connect() as connection:
        held = door(connection, CADRE, 3).assurances
    assert {item: (row["checked"], row["secure"]) for item, row in held.items()} == {
        "housing": ("2026-11-10", 0),
        "food": ("2026-11-10", 0),
    }


BAD_CHECKS = (
    ({"item": "transport"}, "项目"),
    ({"verdict": None}, "结论"),
    ({"evidence": ""}, "依据"),
    ({"checked": ""}, "日期"),
    ({"checked": "2026-11-23"}, "日期"),
    ({"evidence": "\u200b\x00"}, "依据"),
)


def test_a_check_that_says_nothing_is_refused_with_its_field(county: Engine):
    for changed, field in BAD_CHECKS:
        given = {"item": "water", "verdict": True, "evidence": "自来水入户", "checked": "2026-11-20"} | changed
        with pytest.raises(Unfit) as refused:
            assure(county, CADRE, 3, now=NOW, **given)
        assert refused.value.field == field


def test_script_and_markup_in_any_text_field_stay_the_text_they_are(county: Engine):
    id = household_with_members(county)
    with writing(county) as connection:
        connection.execute(model.pairing.delete().where(model.pairing.c.household_id == id))
        connection.execute(model.pairing.insert().values(helper="B2", household_id=id, started="2021-01-01"))
    for number, text in enumerate(ODD, start=1):
        enter_everywhere(county, id, text, f"2026-11-0{number}")


def enter_everywhere(county: Engine, id: int, text: str, day: str) -> None:
    member = dict(one(county, model.member, household_id=id))
    code = visit(county, id=id, done=text, found="").code
    assert one(county, model.visit, code=code)["content"] == text
    code = add_measure(county, CADRE, id, MEASURE | {"name": text, "unit": text}, now=NOW).code
    assert one(county, model.measure, code=code)["unit"] == text
    assure(county, CADRE, id, item="food", verdict=True, evidence=text, checked=day, now=NOW)
    assert one(county, model.assurance, household_id=id, checked=day)["evidence"] == text
    names = ("head", "phone", "address", "remark")
    correct_household(county, CADRE, id, facts(county, id), dict.fromkeys(names, text), now=NOW)
    assert {facts(county, id)[name] for name in names} == {text}
    correct_member(
        county,
        CADRE,
        id,
        member["code"],
        member | dict(one(county, model.member, code=member["code"])),
        {"name": text + "一", "education": text},
        now=NOW,
    )
    assert one(county, model.member, code=member["code"])["education"] == text


def test_who_may_not_write_gets_no_form(county: Engine):
    for viewer, refusal in ((Viewer("display", COUNTY), OutOfScope), (Viewer("village", "990181101299"), NotFound)):
        with county.connect() as connection, pytest.raises(refusal):
            door(connection, viewer, 3)
        with county.connect() as connection, pytest.raises(refusal):
            ledger_stands(connection, viewer, 3, LAST)
        for write in (
            lambda viewer=viewer: visit(county, viewer),
            lambda viewer=viewer: add_measure(county, viewer, 3, MEASURE, now=NOW),
            lambda viewer=viewer: correct_household(county, viewer, 3, facts(county), {"phone": "1"}, now=NOW),
            lambda viewer=viewer: assure(
                county, viewer, 3, item="food", verdict=True, evidence="x", checked="2026-11-01", now=NOW
            ),
        ):
            with pytest.raises(refusal):
                write()
    assert one(county, model.change) is None


def test_without_a_day_given_it_is_the_day_of_the_server(county: Engine):
    with pytest.raises(Refused):
        record_visit(county, CADRE, 3, **(VISIT | {"helper": "B2", "visited": f"{NOW.year + 1}-01-01"}), now=NOW)
