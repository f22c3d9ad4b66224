"""The six lights: evidence makes them green, the worse of check and record counts, days to come do not."""

from datetime import date, datetime, time

import pandas as pd
import pytest
from sqlalchemy import Engine, text

from data import model
from data.access.viewer import Viewer
from data.households.edits import undo
from data.households.file import HouseholdFile, household
from data.households.income import Income
from data.households.lights import AT_RISK, DOUBTFUL, SECURE, UNCHECKED, Check, Light, age, judged, lights
from data.terms import ASSURANCES, Record
from tests.data.households.ground import assure
from tests.data.small_county import LAST
from tests.data.village_ground import COUNTY, VILLAGE, fill_village
from tests.moment import NOW

AS_OF = "2026-11-22"
CHILD, BABY, ADULT = "2016-05-01", "2021-05-01", "1980-05-01"


def file(members=(), measures=(), *, housing=None, water=None, per_head=None) -> HouseholdFile:
    """Only what the lights read; members: name, born, schooling, health, insured; measures: category, name, running."""
    columns = ["name", "born", "schooling", "health", "medical_insured"]
    people = pd.DataFrame(members, columns=columns, dtype=object).assign(as_of=AS_OF)
    none = pd.DataFrame()
    income = Income(
        months=none,
        subjects={},
        totals={},
        persons=len(people),
        per_head=per_head,
        before=None,
        line=8800.0,
        record=Record.WHOLE,
        course=none,
    )
    return HouseholdFile(
        id=901, village=VILLAGE, head="张三", state="脱贫户", income=income, members=people,
        facts={"as_of": AS_OF, "housing_safe": housing, "water_safe": water},
        measures=pd.DataFrame(measures, columns=["category", "name", "running"], dtype=object),
        **dict.fromkeys(("helpers", "visits", "projects", "funds", "problems", "tasks"), none), visits_total=0,
    )  # fmt: skip


def check(item: str, checked: str, secure: int, evidence: str | None = "看过") -> Check:
    return Check(item, checked, secure, evidence)


def light(item: str, of: HouseholdFile, *checks: Check) -> Light:
    return {one.item: one for one in judged(of, checks)}[item]


PUPIL = ("小明", CHILD, "小学", "健康", 1)
DROPOUT = ("小红", CHILD, "辍学", "健康", 1)
PARENT = ("张三", ADULT, "非在校", "健康", 1)


@pytest.mark.parametrize(
    ("item", "of", "state", "told"),
    [
        ("food", file([PARENT], per_head=20_000), UNCHECKED, "高于监测线"),
        ("food", file([PARENT], [("综合保障", "低保", 1)]), UNCHECKED, "登记有低保"),
        ("clothing", file([PARENT], [("综合保障", "低保", 0)]), UNCHECKED, "没有核实记录"),
        ("education", file([PUPIL, PARENT]), SECURE, "1 名6至15周岁的孩子都在校（小学）"),
        ("education", file([DROPOUT, PUPIL]), AT_RISK, "小红 辍学"),
        ("education", file([PARENT, ("小宝", BABY, None, "健康", 1)]), SECURE, "没有6至15周岁"),
        ("education", file([("小明", CHILD, None, "健康", 1)]), UNCHECKED, "1 人没有登记在校状况"),
        ("education", file([PARENT, ("某", None, None, "健康", 1)]), UNCHECKED, "1 人没有登记出生日期"),
        ("education", file([("大一", "2010-11-23", "辍学", "健康", 1)]), AT_RISK, "大一 辍学"),
        ("education", file([("大二", "2010-11-22", "辍学", "健康", 1)]), SECURE, "没有6至15周岁"),
        ("education", file([("小一", "2020-11-22", "未入学", "健康", 1)]), AT_RISK, "小一 未入学"),
        ("education", file([("小二", "2020-11-23", "未入学", "健康", 1)]), SECURE, "没有6至15周岁"),
        ("education", file(), UNCHECKED, "没有登记家庭成员"),
        ("medical", file([PARENT, PUPIL]), SECURE, "2 人都参加"),
        ("medical", file([PARENT, ("李四", ADULT, None, "大病", 0)]), AT_RISK, "其中患病或残疾 1 人"),
        ("medical", file([PARENT, ("李四", ADULT, None, None, 0)]), AT_RISK, "李四 未参加基本医疗保险。"),
        ("medical", file([PARENT, ("李四", ADULT, None, "大病", None)]), UNCHECKED, "1 人没有登记参保情况"),
        ("medical", file(), UNCHECKED, "没有登记家庭成员"),
        ("housing", file(housing=1), SECURE, "登记为安全"),
        ("housing", file(housing=0), AT_RISK, "登记为不安全"),
        ("housing", file(), UNCHECKED, "截至此日没有登记"),
        ("water", file(water=1), SECURE, "登记为安全"),
        ("water", file(water=0), AT_RISK, "登记为不安全"),
    ],
)
def test_what_the_records_say_without_a_check(item, of, state, told):
    found = light(item, of)
    assert (found.state, told in found.evidence) == (state, True), found.evidence


@pytest.mark.parametrize(
    ("item", "of", "checks", "state", "told"),
    [
        ("food", file(), [check("food", "2026-11-02", 1, "粮油充足。")], SECURE, "2026-11-02 核实：粮油充足。"),
        ("food", file(), [check("food", "2026-11-02", 0, None)], AT_RISK, "核实：有风险。"),
        ("food", file(), [check("food", "2026-11-02", 1), check("food", "2026-05-01", 0)], SECURE, "2026-11-02"),
        ("food", file(), [check("food", "2026-11-23", 1)], UNCHECKED, "没有核实记录"),
        ("food", file(), [check("water", "2026-11-02", 1)], UNCHECKED, "没有核实记录"),
        ("education", file([DROPOUT]), [check("education", "2026-11-02", 1)], AT_RISK, "看过。小红 辍学"),
        ("education", file([PUPIL]), [check("education", "2026-11-02", 0)], AT_RISK, "都在校"),
        ("medical", file(), [check("medical", "2026-11-02", 1)], SECURE, "没有登记家庭成员"),
        ("housing", file(housing=0), [check("housing", "2026-11-02", 1)], AT_RISK, "登记为不安全"),
        # a file has what was known of housing and water on its day: of a check to come nothing
        ("housing", file(), [check("housing", "2026-12-02", 0)], UNCHECKED, "截至此日没有登记"),
        ("housing", file(housing=2), [check("housing", "2026-11-02", 2, None)], DOUBTFUL, "核实：存疑。"),
        (
            "housing", file(housing=1), [check("housing", "2026-12-02", 1), check("housing", "2026-10-01", 0)],
            AT_RISK, "2026-10-01",
        ),
    ],
)  # fmt: skip
def test_the_worse_of_check_and_record_counts(item, of, checks, state, told):
    found = light(item, of, *checks)
    assert (found.state, told in found.evidence) == (state, True), found.evidence


def test_nothing_is_green_without_evidence():
    assert {light(item, file(), *[]).state for item in ASSURANCES} == {UNCHECKED}


@pytest.mark.parametrize(
    ("born", "years"), [("2010-11-22", 16), ("2010-11-23", 15), ("2020-11-22", 6), ("2027-01-01", None), (None, None)]
)
def test_years_are_full_on_the_birthday(born, years):
    assert age(born, AS_OF) == years


def test_checks_come_from_the_store_by_the_day_of_the_file_and_their_words_only_for_who_sees_identity(engine: Engine):
    fill_village(engine)
    rows = [
        (901, "water", "2026-08-31", 1, "水质合格"),
        (901, "water", "2026-09-01", 0, "井干了"),
        (902, "food", "2026-09-01", 0, "他户"),
    ]
    with engine.begin() as connection:
        for row in rows:
            columns = ("household_id", "item", "checked", "secure", "evidence")
            connection.execute(model.assurance.insert().values(dict(zip(columns, row, strict=True))))
    found = {}
    with engine.connect() as connection:
        for viewer in (Viewer("county", COUNTY), Viewer("display", COUNTY)):
            for month in (LAST - 3, LAST):
                six = lights(connection, viewer, household(connection, viewer, 901, month))
                found[viewer.role, month] = {one.item: one for one in six}
    assert list(found["county", LAST]) == list(ASSURANCES)
    assert "水质合格" in found["county", LAST - 3]["water"].evidence
    assert found["county", LAST - 3]["water"].state == SECURE
    assert "井干了" in found["county", LAST]["water"].evidence
    assert found["display", LAST]["water"].state == AT_RISK
    assert "井干了" not in found["display", LAST]["water"].evidence
    assert found["county", LAST]["food"].state == UNCHECKED


def test_a_check_says_who_entered_it_and_is_gone_when_taken_back(engine: Engine):
    fill_village(engine)
    cadre = Viewer("village", VILLAGE)

    def food(viewer: Viewer = cadre) -> Light:
        with engine.connect() as connection:
            return lights(connection, viewer, household(connection, viewer, 901, LAST))[0]

    day = date(2026, 11, 20)
    saved = [
        assure(
            engine,
            viewer,
            901,
            item="food",
            verdict=verdict,
            evidence=words,
            checked=day.isoformat(),
            now=datetime.combine(day, time(9)),
        )
        for viewer, verdict, words in ((Viewer("county", COUNTY), False, "缺粮"), (cadre, True, "粮食够吃"))
    ]
    assert food().evidence.startswith("2026-11-20 核实（村干部 · 示范村0）：粮食够吃。")
    assert food(Viewer("display", COUNTY)).evidence.startswith("2026-11-20 核实：稳固。")
    undo(engine, cadre, saved[1].change, now=NOW)
    assert food().state == AT_RISK
    assert food().evidence.startswith("2026-11-20 核实（县级干部 · 示范市）：缺粮。")
    undo(engine, cadre, saved[0].change, now=NOW)
    assert food().state == UNCHECKED


def test_a_wall_is_not_told_who_among_the_uninsured_is_ill(engine: Engine):
    fill_village(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE member SET medical_insured = 0 WHERE household_id = 901"))
    told = {}
    with engine.connect() as connection:
        for role in ("county", "display"):
            viewer = Viewer(role, COUNTY)
            told[role] = lights(connection, viewer, household(connection, viewer, 901, LAST))[3].evidence
    assert told["county"] == "钱一、钱小 未参加基本医疗保险，其中患病或残疾 1 人。"
    assert told["display"] == "钱**、钱** 未参加基本医疗保险。"
