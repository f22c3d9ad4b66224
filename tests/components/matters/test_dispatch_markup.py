"""月调度, drawn: what its sentences count, where its numbers lead, and that what people typed stays text."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from components.matters.dispatch_markup import (
    before_markup,
    clash_markup,
    said,
    sentences,
    strip_markup,
    subtitle,
    who_markup,
)
from data.matters.round_figures import Counts
from data.matters.round_reports import Entry, Report
from data.matters.rounds import Round

NOVEMBER = 2026 * 12 + 10
NOW = Counts(
    due=10, reported=6, missing=4, unnamed=1, left=2, again=1, on=2, slow=1, stuck=2, done=1, why_0=3, why_1=8, why_2=4
)
BEFORE = Counts(due=8, reported=8, stuck=1, on=7, why_1=8)
BELOW = pd.DataFrame({"code": ["990181001", "990181002", "990181003"], "missing": [3, 1, 0]})
EVIL = '<img src=x onerror="1">'


def test_the_bulletin_says_figures_alone_and_they_add_up():
    told = sentences("示范市", NOVEMBER, NOW, BELOW, BEFORE, stands="11月22日")
    assert told == [
        "示范市11月应调度 10 户，名单中未脱贫 3 户、监测 8 户、低于监测线 4 户（一户可有几项）。",
        "另有 2 户在名单列出后迁走、注销或不再符合条件，不再要求报送。",
        "截至11月22日，已报 6 户，占 60.0 %；未报 4 户，涉及 2 个乡镇，其中 1 户未明确责任人。",
        "已报户中，正常推进 2 户、进展缓慢 1 户、存在困难 2 户、已达标 1 户，其中 1 户上次也存在困难。",
        "存在困难的占已报户 33.3 %，上次为 12.5 %。",
    ]


def test_a_first_round_is_compared_with_nothing_and_says_no_kind_that_it_has_not():
    told = sentences("示范村", NOVEMBER, replace(BEFORE, why_1=8), pd.DataFrame(), None, stands="11月22日")
    assert told[0] == "示范村11月应调度 8 户，名单中监测 8 户。"
    assert not any("上次" in one for one in told)


def test_each_number_leads_to_its_households_beside_what_it_was():
    drawn = strip_markup(NOW, BEFORE, "stuck", lambda pick: f"/dispatch?pick={pick}")
    for pick, number in {"all": 10, "missing": 4, "stuck": 2, "slow": 1, "on": 2, "done": 1}.items():
        cell = drawn.partition(f"pick={pick}")[2].partition("</li>")[0]
        assert f">{number}</b>" in cell
    assert drawn.count('class="chosen"') == 1 and "上次 1" in drawn.partition("pick=stuck")[2]


@pytest.mark.parametrize(
    ("today", "missing", "late"),
    [(date(2026, 12, 4), 3, ""), (date(2026, 12, 6), 3, "，已超期 2 天"), (date(2026, 12, 6), 0, "")],
)
def test_a_round_is_late_from_the_day_after_it_was_due_while_reports_are_missing(today: date, missing: int, late: str):
    one = Round(1, "990181", NOVEMBER, "2026-12-04", "2026-11-26T09:00:00", None, None)
    assert subtitle("示范市", one, today, missing) == f"示范市 · 12月4日前报送{late} · 11月26日开始"


def test_nobody_named_is_said_and_a_number_calls():
    assert "未明确责任人" in who_markup(None, None)
    assert 'href="tel:13900000001"' in who_markup("王某", "13900000001")


def test_what_was_typed_stays_text():
    one = Entry(EVIL, "slow", EVIL, 2)
    report = Report(
        id=1, household=1, head=EVIL, village="990181001201", place=EVIL, why="监测", person=None, person_name=None,
        phone=None, entry=one, reported=None, actor=None, left=None, month=NOVEMBER, closed=False, before=one,
        before_month=NOVEMBER - 1, mine=True,
    )  # fmt: skip
    drawn = before_markup(report) + clash_markup([(EVIL, EVIL, one, one)]) + who_markup(EVIL, EVIL, EVIL)
    assert "<img" not in drawn and drawn.count("&lt;img") >= 8
    assert said(one) == f"进展缓慢：{EVIL}"
