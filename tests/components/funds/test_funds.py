"""The page of funds: its address is looked up, its findings are what the figures say, values stay text."""

import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest
from sqlalchemy import Connection

from components.funds import markup as panels
from components.funds.address import FundChoice, funds_link, read_choice
from components.funds.charts import course_finding, course_table, disbursement_chart, unit_of
from components.funds.file import head_markup, households_markup, payments_markup, plan_markup
from components.funds.table import list_markup
from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.funds.file import LATE, PAID_UP, TO_COME, FundFile, fund_file
from data.funds.region import COLUMNS, FundFilters
from data.months import last_day, month_of
from data.regions.tree import Region, Status
from tests.components.households import ground
from tests.components.households.ground import EVIL, said
from tests.moment import clock

LAST = month_of("2026-11")
STATUS = Status(1, "2026-11-22T08:00:00", "2026-11-22", LAST - 59, LAST, True)
COUNTY = Screen(Viewer("county", "990181"), Region("990181", EVIL), LAST, STATUS, False, None, clock, {})
EVERYTHING = FundChoice(2025, 2026, FundFilters("省", True, False, "大棚 & <b>"), "days", 3)


def read(**parameters: str) -> tuple[FundChoice, list[str]]:
    return read_choice(parameters, years=[2026, 2025, 2024], own_year=2026)


def sums(*rows: tuple) -> pd.DataFrame:
    columns = ["source", "funds", "arranged", "paid", "planned", "late", "short"]
    frame = pd.DataFrame(list(rows), columns=columns)
    return frame.assign(progress=frame["paid"] / frame["arranged"].where(frame["arranged"] != 0))


def test_an_address_that_says_nothing_is_the_months_own_year():
    assert read() == (FundChoice(2026, 2026), [])
    assert urlsplit(funds_link(COUNTY, FundChoice(2026, 2026))).query == "region=990181&month=2026-11"


def test_until_the_new_year_has_funds_the_last_year_with_some_is_shown_and_links_say_which_they_mean():
    for years, shown in (([2026, 2025], 2026), ([2027, 2026], 2027), ([], 2027)):
        choice, problems = read_choice({}, years=years, own_year=2027)
        assert (choice, problems) == (FundChoice(shown, shown), [])
    january = read_choice({}, years=[2026, 2025], own_year=2027)[0]
    assert "year" not in funds_link(COUNTY, january) and "year=2027" in funds_link(COUNTY, january, year=2027)


def test_a_link_says_the_whole_choice_and_another_filter_begins_at_the_first_page():
    query = dict(parse_qsl(urlsplit(funds_link(COUNTY, EVERYTHING, page=3)).query))
    assert {query.pop("region"), query.pop("month")} == {"990181", "2026-11"}
    assert read(**query) == (EVERYTHING, [])
    other = dict(parse_qsl(urlsplit(funds_link(COUNTY, EVERYTHING, sort="name")).query))
    assert "page" not in other and other["sort"] == "name"


@pytest.mark.parametrize(
    ("name", "value"),
    [("year", "1999"), ("year", "2026x"), ("source", "国外"), ("late", "yes"), ("project", "1"), ("sort", "f.code"),
     ("page", "0"), ("page", "-1"), ("page", "٣"), ("sort", "<script>")],
)  # fmt: skip
def test_what_means_nothing_is_said_and_replaced(name: str, value: str):
    choice, problems = read(**{name: value})
    assert choice == FundChoice(2026, 2026)
    assert len(problems) == 1 and value[:20] in problems[0]


def test_the_finding_names_the_source_furthest_behind_the_year():
    rows = sums(("中央", 1, 100.0, 78.0, 0, 0, 0), ("省", 2, 200.0, 190.0, 0, 0, 0), ("市", 1, 0.0, 0.0, 0, 0, 0))
    assert panels.sources_finding(rows, 0.9, 2026) == "中央资金拨付进度慢于时间进度 12.0 个百分点"
    assert panels.sources_finding(rows.iloc[1:], 0.96, 2026) == "省级资金拨付进度慢于时间进度 1.0 个百分点"
    assert panels.sources_finding(rows, 0.5, 2026) == "各来源资金拨付进度均不慢于时间进度"
    assert panels.sources_finding(rows, 1.0, 2025) == "中央资金还有 22.0 % 没有拨付，比例最高"
    assert panels.sources_finding(rows.iloc[:0], 0.9, 2026) == "2026年没有安排资金"
    assert panels.page_finding(rows, 2026) == "2026年安排资金 300 元，已拨付 268 元，进度 89.3 %"
    assert panels.page_finding(rows.iloc[:0], 2026) == "2026年没有安排资金"


def test_regions_are_said_to_be_slow_only_where_they_are():
    rows = pd.DataFrame({"value": [0.5, 0.7, 0.9, float("nan")]})
    assert panels.regions_finding(rows, 0.72, "乡镇", "县均") == "2 个乡镇拨付慢于县均"
    assert panels.regions_finding(rows, 0.5, "乡镇", "县均") == "有资金的 3 个乡镇拨付都不慢于县均"
    assert panels.regions_finding(rows.iloc[3:], 0.5, "乡镇", "县均") == "各乡镇拨付进度"


def test_the_table_of_sources_ends_with_their_sums():
    rows = sums(("中央", 1, 1_000_000.0, 780_000.0, 0, 0, 0), ("省", 2, 3_000_000.0, 2_900_000.0, 0, 1, 12_300.0))
    told = said(panels.sources_markup(rows, elapsed=0.9, url=str, chosen="省", caption="c"))
    assert "中央 1 100.0 78.0 78.0 % 慢 12.0 0" in told
    assert "省 2 300.0 290.0 96.7 % 快 6.7 1.2" in told
    assert told.endswith("合计 3 400.0 368.0 92.0 % 快 2.0 1.2")
    over = panels.sources_markup(rows, elapsed=None, url=str, chosen="", caption="c")
    assert "慢" not in said(over) and "<em" not in over


def test_bars_say_where_the_year_stands_and_never_leave_their_track():
    assert 'class=behind style="width: 40.0%"' in panels.progress_markup(0.4, 0.5)
    assert 'style="left: 50.0%"' in panels.progress_markup(0.4, 0.5)
    assert "behind" not in panels.progress_markup(0.6, 0.5) and "<em" not in panels.progress_markup(0.4)
    assert "width: 100.0%" in panels.progress_markup(1.2) and "120.0 %" in panels.progress_markup(1.2)
    assert panels.progress_markup(float("nan"), 0.5) == "—"


def test_late_payments_are_told_in_words():
    known = {
        "name": "衔接资金",
        "year": 2025,
        "source": "省",
        "place": "示范市",
        "amount": 3e5,
        "missing": 249_999.99,
        "days": 145,
    }
    rows = pd.DataFrame([{**BATCH, **known}])
    told = said(panels.late_markup(rows, url=str, planned=True))
    assert told == "超 145 天 衔接资金 2025年度 · 示范市 · 省 计划 2026年6月30日 30.0 万元，少拨 25.0 万元"
    assert panels.late_finding(1, 249_999.99, planned=True) == "1 个批次滞后，少拨 25.0 万元"
    assert panels.late_finding(0, 0.0, planned=True) == "没有滞后批次"
    assert panels.late_finding(0, 0.0, planned=False) == "没有填报拨付计划"
    assert "拨付计划" in panels.late_markup(rows.iloc[:0], url=str, planned=False)


def course(*, planned: bool = True, paid_until: int = 10) -> pd.DataFrame:
    months = list(range(2026 * 12, 2026 * 12 + 12))
    nan = float("nan")
    return pd.DataFrame(
        {
            "day": [min(last_day(month), "2026-11-22") if month == LAST else last_day(month) for month in months],
            "paid": [place * 1e5 if place <= paid_until else nan for place in range(12)],
            "planned": [place * 1.2e5 if planned else nan for place in range(12)],
            "even": [(place + 1) * 1e5 for place in range(12)],
        },
        index=months,
    )


def test_the_chart_draws_what_is_paid_only_as_far_as_is_known():
    figure = disbursement_chart(course(), dark=False)
    _, planned, paid, mark = figure.data
    assert [trace.name for trace in figure.data[:3]] == ["按时间均匀拨付", "拨付计划", "累计拨付"]
    assert list(paid.y[:3]) == [0, 0, 10] and paid.y[-1] is None and paid.y[-2] == 100.0
    assert planned.line.dash == "dash" and list(planned.y)[-1] == pytest.approx(132)
    assert paid.x[0] == "2026-01-01" and paid.x[11] == "2026-11-22" == mark.x[0]
    assert paid.customdata[-2] == "累计拨付 100.0 万元"
    assert {note.text for note in figure.layout.annotations} == {"按时间均匀拨付", "拨付计划", "累计拨付"}
    assert figure.layout.yaxis.rangemode == "tozero" and unit_of(course()) == "万元"
    without = disbursement_chart(course(planned=False, paid_until=11), dark=True)
    assert len(without.data[1].x) == 0 and len(without.data) == 3  # the year is over: nothing is marked


def test_the_charts_finding_compares_with_the_plan_or_else_with_the_year():
    assert course_finding(course()) == "累计拨付比计划少 20.0 万元"
    assert course_finding(course(planned=False)) == "累计拨付比时间进度少 10.0 万元"
    assert course_finding(course().assign(planned=lambda rows: rows["paid"])) == "累计拨付与计划持平"
    assert list(course_table(course())["month_text"])[-1] == "2026年12月"


FACTS = {"code": EVIL, "year": 2026, "source": EVIL, "region": "990181", "place": EVIL, "township": None, "name": EVIL,
         "project": EVIL, "project_name": EVIL, "arranged_fen": 100_000_000, "settled": None,
         "recovered_fen": 0, "as_of": "2026-11-22"}  # fmt: skip
FILE = FundFile(
    facts=FACTS,
    plan=pd.DataFrame(
        [(1, "2026-03-31", 300_000.0, 300_000.0, PAID_UP, 0.0, 10, "2026-04-10"),
         (2, "2026-06-30", 300_000.0, 600_000.0, LATE, 250_000.0, 145, None),
         (3, "2026-12-15", 100_000.0, 700_000.0, TO_COME, 100_000.0, 0, None)],
        columns=["number", "planned", "amount", "cumulative", "state", "missing", "days", "settled"],
    ),
    payments=pd.DataFrame([("2026-04-10", 350_000.0, 350_000.0)], columns=["paid", "amount", "cumulative"]),
    paid_fen=35_000_000,
    due_fen=60_000_000,
)  # fmt: skip


def test_the_file_tried_here_has_the_shape_of_one_that_was_imported(village_store: Connection):
    real = fund_file(village_store, ground.COUNTY, ground.CODE, ground.MONTH)
    assert set(FACTS) == set(real.facts)
    assert (list(FILE.plan), list(FILE.payments)) == (list(real.plan), list(real.payments))


def test_one_fund_says_what_became_of_each_planned_payment():
    told = said(plan_markup(FILE))
    assert told.startswith("1 个批次滞后，少拨 25.0 万元")
    assert "2026-04-10 足额，晚 10 天 —" in told and "滞后 145 天 250,000.00" in told and "未到期 —" in told
    assert "350,000.00 350,000.00 35.0 %" in said(payments_markup(FILE))
    told = said(head_markup(COUNTY, FILE))
    for words in (
        "已拨付 350,000.00 元",
        "未拨付 650,000.00 元",
        "拨付进度 35.0 %",
        "滞后金额 25.0 万元",
        "时间进度 89.3 %",
    ):
        assert words in told
    assert "收回" not in told and "结清" not in told
    ended = replace(FILE, facts={**FACTS, "settled": "2026-10-09", "recovered_fen": 30_000_000})
    told = said(head_markup(COUNTY, ended))
    for words in ("收回 300,000.00 元", "未拨付 0.00 元", "结清 2026年10月9日", "拨付进度 50.0 %", "滞后金额 没有"):
        assert words in told


ROW = {"code": EVIL, "year": 2026, "place": EVIL, "name": EVIL, "source": EVIL, "project": EVIL, "project_name": EVIL,
       "arranged": 1e6, "paid": 2e5, "planned": 3e5, "unpaid": 8e5, "recovered": 0.0, "settled": None,
       "progress": 0.2, "short": 1e5, "late_since": "2026-06-30", "days": 145}  # fmt: skip
BATCH = {"fund": EVIL, "name": EVIL, "year": 2026, "source": EVIL, "region": EVIL, "place": EVIL,
         "planned": "2026-06-30", "amount": 1.0, "missing": 1.0, "days": 1}  # fmt: skip
HOME = {"id": 1, "village": "990181101201", "township": EVIL, "village_name": EVIL, "code": EVIL, "head": EVIL,
        "state": "脱贫户", "times": 1, "latest": 2026, "modes": EVIL, "amount": None}  # fmt: skip


@pytest.mark.parametrize(
    "markup",
    [
        lambda: list_markup(COUNTY, FundChoice(2026, 2026), pd.DataFrame([ROW]), 0.9),
        lambda: panels.late_markup(pd.DataFrame([BATCH]), url=str, planned=True),
        lambda: panels.sources_markup(
            sums((EVIL, 1, 1.0, 1.0, 0, 0, 0)), elapsed=0.5, url=str, chosen="", caption=EVIL
        ),
        lambda: panels.projects_markup(
            sums((EVIL, 1, 1.0, 1.0, 0, 0, 0)).assign(name=EVIL, project=EVIL), elapsed=0.5, url=str, caption=EVIL
        ),
        lambda: panels.still_tiles_markup([(EVIL, EVIL, EVIL)]),
        lambda: head_markup(COUNTY, FILE),
        lambda: households_markup(COUNTY, pd.DataFrame([HOME])),
    ],
)
def test_what_comes_from_the_data_stays_text(markup):
    made = markup()
    assert "<img" not in made and "&lt;img" in made


def test_the_list_holds_what_the_question_answers():
    assert set(ROW) == set(COLUMNS) - {"as_of"} | {"days"}
    made = list_markup(COUNTY, FundChoice(2026, 2026, sort="days"), pd.DataFrame([ROW]), 0.9)
    assert len(re.findall(r'aria-sort="descending"', made)) == 1
    assert "/project?region=990181&amp;month=2026-11&amp;project=%3Cimg" in made
