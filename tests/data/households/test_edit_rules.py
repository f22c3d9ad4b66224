"""What may be written at all: who decides what, which values the store takes, and what a record may refer to."""

import pytest
from sqlalchemy import Engine

from data.access.roles import ROLES
from data.access.viewer import Viewer
from data.errors import Refused
from data.households.edit_rules import (
    LONGEST,
    check_approval,
    check_references,
    check_values,
    stored_form,
)
from tests.data.small_county import LAST
from tests.data.village_ground import VILLAGE, fill_village

FIRST = LAST - 29
"""The first month of the small county's books; its calendar goes back further."""
FINE = ""


@pytest.fixture
def county(filled) -> Engine:
    """To be read only."""
    return filled(fill_village)


def refusal(check, *told) -> str:
    """Why it is refused, "" where it is not."""
    try:
        check(*told)
    except Refused as error:
        return str(error)
    return FINE


@pytest.mark.parametrize("role", [role for role in ROLES if role != "display"])
@pytest.mark.parametrize(
    ("table", "fields", "decided_above"),
    [
        ("household", {"type": "脱贫户"}, True), ("household", {"identified": None}, True),
        ("household", {"lifted": "2026-01-01"}, True), ("household", {"relapsed": "2026-01-01"}, True),
        ("household", {"phone": "1", "risk_removed": None}, True), ("household", {"phone": "1", "head": "甲"}, False),
        ("household", {}, False), ("member", {"type": "x"}, False), ("measure", {"started": "2026-01-01"}, False),
    ],
)  # fmt: skip
def test_what_a_household_is_is_decided_from_the_township_up(role: str, table: str, fields: dict, decided_above: bool):
    refused = decided_above and role not in ("admin", "county", "township")
    assert ("乡镇以上审批" in refusal(check_approval, Viewer(role, "99"), table, {}, fields, fields)) == refused


@pytest.mark.parametrize(
    ("table", "kind", "made", "above"),
    [
        ("household", "", {"type": "一般户", "identified": None}, False),
        ("household", "", {"type": "一般户", "identified": "2026-01-01"}, True),
        ("household", "", {"type": "脱贫户"}, True),
        ("household_event", "注销", {"reason": "整户迁出"}, True),
        ("household_event", "并入", {"other": 1}, True),
        ("household_event", "分户自", {"other": 1}, False),
    ],
)
def test_what_a_village_makes_or_ends_itself_and_what_it_does_not(table: str, kind: str, made: dict, above: bool):
    def refused(before: dict | None, after: dict | None) -> bool:
        return "乡镇以上审批" in refusal(check_approval, Viewer("village", "99"), table, {"kind": kind}, before, after)

    assert refused(None, made) == above
    if table == "household_event":
        assert refused(made, None) == above  # taking it back is as much


@pytest.mark.parametrize(
    ("table", "key", "after", "why"),
    [
        ("household", {}, {"head": None}, "户主姓名：必填"),
        ("household", {}, {"phone": None}, FINE),
        ("household", {}, {"remark": "字" * LONGEST}, FINE),
        ("household", {}, {"remark": "字" * (LONGEST + 1)}, "备注：文字超过"),
        ("household", {}, {"address": "一\x00组"}, "住址：含有看不见的字符"),
        ("household", {}, {"address": "一\ud800组"}, "住址：含有看不见的字符"),
        ("household", {}, {"lon": 121.5}, FINE),
        ("household", {}, {"lon": float("nan")}, "经度：不是数字"),
        ("household", {}, {"lat": float("inf")}, "纬度：不是数字"),
        ("ledger", {"month": LAST}, {"wage_work_fen": 0}, FINE),
        ("ledger", {"month": LAST}, {"wage_work_fen": -1}, "务工工资：不能为负数"),
        ("ledger", {"month": LAST}, {"expense_fen": -1}, "生产经营性支出：不能为负数"),
        ("ledger", {"month": LAST}, {"business_crop_fen": -1}, FINE),
        ("ledger", {"month": FIRST}, {"wage_work_fen": 1}, FINE),
        ("ledger", {"month": LAST - 160}, {"wage_work_fen": 1}, "月份：早于系统最早的月份"),
        ("ledger", {"month": LAST - 200}, {"wage_work_fen": 1}, "月份：早于系统最早的月份"),
        ("ledger", {"month": LAST + 1}, {"wage_work_fen": 1}, "月份：在本月（2026年11月）之后"),
        ("visit", {"code": "V1"}, {"visited": "2026-11-30"}, FINE),
        ("visit", {"code": "V1"}, {"visited": "2026-12-01"}, "走访日期：在本月（2026年11月）之后"),
        ("visit", {"code": "V1"}, {"visited": "1999-12-31"}, "走访日期：早于系统最早的月份"),
        ("visit", {"code": "V1"}, {"visited": "2026-13-01"}, "走访日期："),
        ("visit", {"code": "V1"}, {"content": "2030-01-01"}, FINE),
        ("problem", {"code": "P1"}, {"found": "2026-12-01", "deadline": "2027-06-30"}, "发现日期：在本月"),
        ("problem", {"code": "P1"}, {"found": "2026-11-30", "deadline": "2027-06-30"}, FINE),
    ],
)
def test_a_value_is_taken_or_refused_with_its_field_and_the_reason(county: Engine, table, key, after, why):
    with county.connect() as connection:
        told = refusal(check_values, connection, table, key, after)
    assert told.startswith(why) if why else told == FINE


@pytest.mark.parametrize(
    ("table", "after"),
    [("household", {"housing_safe": "是"}), ("household", {"phone": 13}), ("ledger", {"wage_work_fen": 2**63})],
)
def test_what_no_form_could_have_sent_is_an_error_of_ours(county: Engine, table: str, after: dict):
    with county.connect() as connection, pytest.raises(TypeError):
        check_values(connection, table, {"month": LAST} if table == "ledger" else {}, after)


@pytest.mark.parametrize(
    ("table", "after", "household", "why"),
    [
        ("visit", {"helper": "D1"}, 904, FINE),
        ("visit", {"helper": "D9"}, 904, "走访人：没有这一项"),
        ("visit", {"content": "看望"}, 904, FINE),
        ("archive", {"visit": "x1"}, 903, FINE),
        ("archive", {"visit": "x1"}, 901, "所属走访：没有这一项"),
        ("archive", {"visit": None}, 901, FINE),
        ("problem", {"region": VILLAGE}, 901, FINE),
        ("problem", {"region": "990181999999"}, 901, "区划代码：没有这一项"),
        ("measure", {"unit": "没有这个单位"}, 901, FINE),
    ],
)
def test_a_record_refers_to_what_is_there_and_to_its_own_household(county: Engine, table, after, household, why):
    with county.connect() as connection:
        told = refusal(check_references, connection, table, after, household)
    assert told.startswith(why) if why else told == FINE


def test_before_there_are_any_months_that_is_the_reason(engine: Engine):
    with engine.connect() as connection:
        told = refusal(check_values, connection, "ledger", {"month": LAST}, {"wage_work_fen": 1})
    assert "还没有统计月份" in told


@pytest.mark.parametrize(
    ("table", "values", "derived"),
    [
        ("household", {"head": "单青石"}, {"initials": "sqs"}), ("household", {"phone": "1"}, {}),
        ("member", {"name": "王O2"}, {"initials": "wo2"}),
        ("member", {"id_number": "99018119700101004x"}, {"id_tail": "01004X"}),
        ("member", {"id_number": "9901811970010100420012"}, {"id_tail": "010042"}),
        ("member", {"id_number": "E12345678"}, {"id_tail": None}), ("member", {"id_number": None}, {"id_tail": None}),
        ("helper", {"name": "王七"}, {}),
    ],
)  # fmt: skip
def test_names_and_numbers_bring_what_they_are_searched_by(table: str, values: dict, derived: dict):
    assert stored_form(table, values) == {**values, **derived}
