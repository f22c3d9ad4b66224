"""Cells to values: exact for whatever a workbook, a CSV or a hand may have made of them."""

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from data.intake.columns import ColumnCheck
from data.workbook import values
from data.workbook.sheets import ColumnSpec
from data.workbook.values import Fault

TODAY = date(2026, 11, 22)
fen = some.integers(-(10**14), 10**14)
days = some.dates(date(1927, 5, 18), date(2078, 12, 31))


@given(fen)
def test_money_is_exact_in_every_way_of_writing_it(amount):
    yuan = Decimal(amount) / 100
    full_width = str.maketrans("0123456789.-,", "０１２３４５６７８９．－，")
    for text in (f"{yuan}", f"{yuan:.2f}", f"{yuan:,.2f}", f" {yuan:.2f} ", f"{yuan:,.2f}".translate(full_width)):
        assert values.money(text) == amount, text


@given(fen)
def test_money_survives_the_binary_floats_of_a_workbook(amount):
    assert values.money(repr(amount / 100)) == amount


@given(some.lists(fen, min_size=1, max_size=30))
def test_whole_columns_of_money_are_read_like_single_cells(amounts):
    texts = [f"{Decimal(amount) / 100:{',' if amount % 3 else ''}.2f}" for amount in amounts]
    checked = ColumnCheck(ColumnSpec("金额", "amount_fen", "money"), None, TODAY).run(pa.array(texts))
    assert checked.values.to_pylist() == amounts and not len(checked.faults)


@given(some.lists(some.text(), min_size=1, max_size=10))
def test_whole_columns_of_text_are_read_like_single_cells(texts):
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    checked = ColumnCheck(ColumnSpec("备注", "remark", "text"), None, TODAY).run(pa.array(texts, pa.string()))
    assert checked.values.to_pylist() == [values.clean(text) for text in texts]


@given(some.text())
@example("1" + "0" * 24)
def test_whatever_stands_in_a_cell_is_a_value_or_a_fault(text):
    kinds = ("code", "identity", "day", "month", "year", "money", "number", "rate", "percent", "longitude", "text")
    for kind in kinds:
        try:
            values.parser(ColumnSpec("列", "column", kind), today=TODAY)(text)
        except Fault:
            continue


@pytest.mark.parametrize(
    "text",
    ["", ".", "-", "1.2.3", "1,23", "12,34.5", "0x10", "1_000", "nan", "inf", "-Infinity", "1e", "1e5e", "一", "元"],
)
def test_what_is_no_number(text):
    with pytest.raises(Fault, match="不是数字"):
        values.money(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("0.1", 10), ("1e3", 100_000), ("2.675", None), ("0.30000000000000004", 30), ("1.005", None),
     ("1234567890.1200001", 123_456_789_012)],
)  # fmt: skip
def test_a_third_decimal_is_refused_but_the_dust_of_floats_is_not(text, amount):
    if amount is None:
        with pytest.raises(Fault, match="精确到分"):
            values.money(text)
    else:
        assert values.money(text) == amount


@given(days)
def test_dates_are_read_in_every_form(day):
    serial = (day - date(1899, 12, 30)).days
    for text in (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day} 00:00:00",
        str(serial),
        f"{serial}.0",
    ):
        assert values.day(text, today=TODAY, may_be_future=True) == day.isoformat(), text


@pytest.mark.parametrize("text", ["2023-02-29", "2023-13-01", "2023-00-10", "2023/4/31", "2023年6月31日"])
def test_a_day_that_does_not_exist(text):
    with pytest.raises(Fault, match="没有这一天"):
        values.day(text, today=TODAY)


@pytest.mark.parametrize(
    "text", ["2024", "20241305", "24-1-5", "2024.2", "202401", "2024-1", "5/1/2024", "1.5", "-41974", "0000-00-00x"]
)
def test_what_is_no_date(text):
    with pytest.raises(Fault):
        values.day(text, today=TODAY)


@pytest.mark.parametrize("text", ["2015.3.1", "20150301", "2015年3月1号", "２０１５．０３．０１"])
def test_dates_as_people_type_them(text):
    assert values.day(text, today=TODAY) == "2015-03-01"


@pytest.mark.parametrize("text", ["2018年11月", "2018-11", "2018.11", "201811", "2018/11"])
def test_a_month_of_old_is_its_last_day_and_told(text):
    column = ColumnSpec("脱贫日期", "lifted", "day")
    checked = ColumnCheck(column, None, TODAY).run(pa.array([text, "2018-11-05"]))
    assert checked.values.to_pylist() == ["2018-11-30", "2018-11-05"]
    assert checked.doubts.tolist() == [0] and "2018-11-30" in checked.reason(0)
    with pytest.raises(Fault, match="只有年月"):
        values.day(text, today=TODAY)


def test_a_month_that_may_be_january_or_october_is_refused():
    with pytest.raises(Fault, match="1月还是10月"):
        values.month("2026.1", today=TODAY)
    assert values.period_label(values.period("2026.01", today=TODAY)) == "2026-01"


@pytest.mark.parametrize(
    ("text", "fen"),
    [("1,500元", 150_000), ("￥1500", 150_000), ("¥1,500.50", 150_050), ("1.5万元", 1_500_000), ("1.5 万", 1_500_000),
     ("人民币20元整", 2_000), ("-3千元", -300_000), ("0.00001万元", 10), ("0.5亿元", 5_000_000_000)],
)  # fmt: skip
def test_amounts_with_their_unit(text, fen):
    assert values.money(text) == fen


def test_a_sign_of_a_places_own_making_is_kept_and_told():
    checked = ColumnCheck(ColumnSpec("姓名", "name", "text"), None, TODAY).run(
        pa.array(["王\ue123", "李䶮", "\U00020bb7"])
    )
    assert checked.values.to_pylist() == ["王\ue123", "李䶮", "\U00020bb7"]
    assert checked.doubts.tolist() == [0] and "U+E123" in checked.reason(0)


def test_today_is_not_the_future():
    assert values.day("2026-11-22", today=TODAY) == "2026-11-22"
    tomorrow = (TODAY + timedelta(1)).isoformat()
    with pytest.raises(Fault, match="今天之后"):
        values.day(tomorrow, today=TODAY)
    assert values.day(tomorrow, today=TODAY, may_be_future=True) == tomorrow


@pytest.mark.parametrize(
    "text",
    [
        "2026-9",
        "2026-09",
        "2026/9",
        "2026年9月",
        "２０２６－０９",
        "2026-09-01",
        "46266",
        "202609",
        "2026.09",
        "2026.9",
    ],
)
def test_months_are_read_in_every_form(text):
    assert values.month(text, today=TODAY) == 2026 * 12 + 8


@pytest.mark.parametrize("text", ["2026-09-02", "9月", "2026", "202613", "2026-0", "2026-13", "1800-01"])
def test_what_is_no_month(text):
    with pytest.raises(Fault):
        values.month(text, today=TODAY)


@given(some.integers(0, 10**15 - 1))
def test_a_code_that_excel_made_a_number_is_understood_to_fifteen_digits(number):
    for text in (str(number), f"{number}.0", f" {number} "):
        assert values.code(text) == str(number)
    if number:
        digits = str(number)
        assert values.code(f"{digits[0]}.{digits[1:] or '0'}E+{len(digits) - 1}") == digits


@pytest.mark.parametrize("text", ["9.90181E+11", "1.234567890123457e+17", "1E+20", "9.9018100100100155E+11"])
def test_a_code_that_lost_digits_is_refused(text):
    with pytest.raises(Fault, match="科学计数法"):
        values.code(text)


@pytest.mark.parametrize("text", ["A B", "户\u200b号", "x" * 65, "a\x00b"])
def test_a_code_without_blanks_or_unseen_characters(text):
    with pytest.raises(Fault):
        values.code(text)


@pytest.mark.parametrize("text", ["1E5", "CS-1", "2024/3", "户A1", "E01"])
def test_a_code_may_be_any_mark_of_its_own(text):
    assert values.code(text) == text


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [("0", 0), ("80", 8000), ("80%", 8000), ("0.8", 8000), ("1", 10_000), ("1%", 100), ("100", 10_000), ("37.5", 3750),
     ("0.57", 5700), ("0.5%", 50)],
)  # fmt: skip
def test_progress(text, hundredths):
    assert values.percent(text) == hundredths


@pytest.mark.parametrize("text", ["-1", "100.1", "101%", "x", "-0.5"])
def test_no_progress(text):
    with pytest.raises(Fault):
        values.percent(text)


@pytest.mark.parametrize(("text", "rate"), [("8%", 0.08), ("0.08", 0.08), ("8", 0.08), ("0", 0.0), ("15.57%", 0.1557)])
def test_rates(text, rate):
    assert values.rate(text) == rate


@pytest.mark.parametrize(
    ("number", "sound"),
    [("990181196503080015", True), ("990181196503080016", False), ("99018119650308001X", False),
     ("99018119650308001541", True), ("9901811965030800154112", True), ("123", False), ("99018119650308A015", False)],
)  # fmt: skip
def test_check_digits(number, sound):
    assert (values.identity_doubt(number) is None) == sound


@given(some.from_regex(r"99[0-9]{15}", fullmatch=True))
def test_exactly_one_check_digit_fits(first):
    assert sum(values.identity_doubt(first + digit) is None for digit in "0123456789X") == 1
