"""收支 by the income year: a total is a total, beside no months of its item, and the year's start is locked by it."""

import pytest
from sqlalchemy import select

from data import settings
from data.access.viewer import Viewer
from data.errors import Refused
from data.households.edits import Edit, commit
from data.intake import import_files
from data.model import ledger, ledger_year
from data.workbook.values import Fault, as_period, period, period_label, year_in
from tests.data.intake.books import HOUSE, OTHER_HOUSE, sound_book, write_folder, write_xlsx
from tests.moment import NOW

TODAY = NOW.date()

ADMIN = Viewer("admin", "")
"""NOW lies in November 2026: the income year 2026 (October 2025 to September 2026) is over, 2027 has begun."""


@pytest.fixture
def store(engine, tmp_path):
    assert import_files(engine, [write_xlsx(tmp_path / "first.xlsx", sound_book())], now=NOW).refusals == []
    return engine


def take(engine, tmp_path, *lines, **options):
    rows = [dict(zip(("户编号", "月份", "科目", "金额"), line, strict=True)) for line in lines]
    folder = tmp_path / f"csv{len(list(tmp_path.iterdir()))}"
    return import_files(engine, [write_folder(folder, {"收支": rows})], now=NOW, rebuild=False, **options)


def totals(engine):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(
            select(ledger_year.c.household_id, ledger_year.c.first_month, ledger_year.c.last_month,
                   ledger_year.c.business_crop_fen, ledger_year.c.transfer_pension_fen)
        )]  # fmt: skip


@pytest.mark.parametrize("text", ["2025", "2025年度", "2025年", " ２０２５年度 "])
def test_a_year_is_read_in_every_usual_form(text):
    assert year_in(period(text, today=TODAY)) == 2025 and period_label(as_period(2025)) == "2025年度"


@pytest.mark.parametrize("text", ["1025", "20255", "年度", "2025年度合计"])
def test_what_is_no_year_is_refused(text):
    with pytest.raises(Fault):
        period(text, today=TODAY)


def test_a_month_stays_a_month():
    assert year_in(period("2025-12", today=TODAY)) is None


def test_a_total_stands_with_the_first_and_last_month_of_its_income_year(store):
    assert totals(store) == [(2, 24297 - 12, 24308 - 12, None, 120_000), (2, 24297, 24308, -780_025, None)]
    with store.connect() as connection:
        assert connection.execute(select(ledger.c.month).where(ledger.c.household_id == 2)).scalars().all() == [24322]


def test_where_the_income_year_is_the_calendar_year_so_is_the_total(engine, tmp_path):
    with engine.begin() as connection:
        settings.decide(connection, ADMIN, "income_year_start", "1", now=NOW)
    import_files(engine, [write_xlsx(tmp_path / "a.xlsx", sound_book())], now=NOW, rebuild=False)
    assert [row[1:3] for row in totals(engine)] == [(2024 * 12, 2024 * 12 + 11), (2025 * 12, 2025 * 12 + 11)]


@pytest.mark.parametrize(
    ("month", "refused"), [("2024-09", False), ("2024-10", True), ("2025-09", True), ("2025-10", False)]
)
def test_a_month_of_an_item_booked_by_the_year_is_refused_by_name(store, tmp_path, month, refused):
    result = take(store, tmp_path, (OTHER_HOUSE, month, "种植业", "5"), (OTHER_HOUSE, month, "养老金", "6"))
    reasons = [(issue.row, issue.value, issue.reason) for issue in result.refusals if "种植业" in issue.value]
    said = "2025年度（2024年10月至2025年9月）的种植业系统里还有全年合计；同一科目在一个收入年度里只能按月或按年记"
    assert reasons == ([(2, f"{OTHER_HOUSE} {month} 种植业", said)] if refused else [])


def test_a_total_of_an_item_booked_by_months_is_refused_by_name(store, tmp_path):
    before = totals(store)
    result = take(store, tmp_path, (HOUSE, "2026", "种植业", "5"), (HOUSE, "2025", "种植业", "7"))
    assert [(issue.row, issue.value) for issue in result.refusals] == [(2, f"{HOUSE} 2026年度 种植业")]
    assert "按月的金额" in result.refusals[0].reason and totals(store) == before
    assert take(store, tmp_path, (HOUSE, "2026", "种植业", "5"), (HOUSE, "2025", "种植业", "7"), valid_rows=True).wrote
    assert (1, 24297, 24308, 700, None) in totals(store) and len(totals(store)) == 3


def test_a_total_and_months_in_one_import_are_refused_on_every_row(store, tmp_path):
    lines = [(HOUSE, "2023年度", "低保金", "9"), (HOUSE, "2022-10", "低保金", "1"), (HOUSE, "2022-09", "低保金", "1")]
    result = take(store, tmp_path, *lines)
    assert [issue.row for issue in result.refusals] == [3] and "本次导入里还有全年合计" in result.refusals[0].reason
    assert not result.wrote


def test_a_year_that_has_not_begun_is_refused_and_one_that_runs_is_doubted(store, tmp_path):
    result = take(store, tmp_path, (HOUSE, "2028", "低保金", "1"), (HOUSE, "2027", "低保金", "1"))
    assert [(issue.row, issue.reason) for issue in result.refusals] == [
        (2, "2028年度（2027年10月至2028年9月）还没有开始")
    ]
    assert [issue.row for issue in result.warnings] == [3] and "还没有结束" in result.warnings[0].reason


def test_the_start_of_the_income_year_is_locked_by_the_first_total(store, engine):
    with engine.begin() as connection, pytest.raises(Refused, match="起始月不能再改"):
        settings.decide(connection, ADMIN, "income_year_start", "1", now=NOW)
    with engine.begin() as connection:
        assert settings.decide(connection, ADMIN, "income_year_start", "10", now=NOW) == "10"
        connection.execute(ledger_year.delete())
        assert settings.decide(connection, ADMIN, "income_year_start", "1", now=NOW) == "1"


def test_nobody_books_a_month_beside_a_total_at_the_door(store, tmp_path):
    take(store, tmp_path, (HOUSE, "2027", "低保金", "1"))
    edit = Edit("ledger", {"month": 24322}, {"transfer_allowance_fen": None}, {"transfer_allowance_fen": 100})
    with pytest.raises(Refused, match="2027年度已按全年合计记账"):
        commit(store, ADMIN, 1, [edit], what="记收支", now=NOW)
    other = Edit("ledger", {"month": 24322}, {"wage_work_fen": None}, {"wage_work_fen": 100})
    assert commit(store, ADMIN, 1, [other], what="记收支", now=NOW)


def test_a_fund_paid_from_after_it_was_settled_is_doubted(store, tmp_path):
    fund = {**sound_book()["资金"][0], "结清日期": "2026-05-19", "收回金额": "1200000.01"}
    result = import_files(store, [write_folder(tmp_path / "f", {"资金": [fund]})], now=NOW, rebuild=False)
    assert result.refusals == [] and result.wrote
    assert {(issue.column, issue.reason) for issue in result.warnings} == {
        ("结清日期", "结清之后还有拨付（最近一次 2026-05-20）"),
        ("收回金额", "多于安排金额 1,200,000.00 元"),
    }


@pytest.mark.parametrize(("column", "value"), [("结清日期", "2027-01-01"), ("收回金额", "-1")])
def test_a_fund_is_not_settled_tomorrow_and_gives_back_nothing_below_zero(store, tmp_path, column, value):
    fund = {**sound_book()["资金"][0], column: value}
    result = import_files(store, [write_folder(tmp_path / "f", {"资金": [fund]})], now=NOW, rebuild=False)
    assert [issue.column for issue in result.refusals] == [column]
