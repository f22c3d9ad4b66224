"""The drawn way of a plan: where it stands, who has it, until when; and what its numbers say."""

import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from components.dividends.way import ORDER, deadline_markup, states_markup, sums_markup, way_markup
from data.dividends.region import PlanLine
from data.dividends.states import STATES

TODAY = date(2026, 11, 22)
PLAN = PlanLine(
    id=1, village="990181101201", village_name="示范村", township="示范镇", title="方案", state="submitted",
    first_month=24318, last_month=24321, received=100, distributed=90, kept=10, version=4, published="2026-11-03",
    due=date(2026, 11, 20), late=True, mine=True, booked=None, reverses=None, reversed_by=None, reversed_state=None,
)  # fmt: skip


@pytest.mark.parametrize("state", ORDER)
def test_exactly_the_plans_own_state_is_marked_and_those_before_it_are_past(state: str):
    drawn = way_markup(replace(PLAN, state=state, due=None, late=False), {state: "2026-11-08"}, TODAY)
    marks = re.findall(r'<li class="(\w+)"', drawn)
    place = ORDER.index(state)
    assert marks == ["past"] * place + ["now"] + ["ahead"] * (len(ORDER) - place - 1)
    assert drawn.count('aria-current="step"') == 1 and "2026-11-08 起" in drawn


def test_a_void_plan_stands_nowhere_on_the_way():
    drawn = way_markup(replace(PLAN, state="void", due=None, late=False), {}, TODAY)
    assert '<li class="now"' not in drawn and '<span class="now">草拟 ⇢ 已作废' in drawn


def test_whose_turn_it_is_and_how_late_it_is_are_said():
    drawn = way_markup(PLAN, {}, TODAY)
    assert "现在由乡镇干部办理（等您办）" in drawn
    assert '<em class="late">应于11月20日前办完，超期 2 天</em>' in drawn
    assert deadline_markup(PLAN, TODAY, brief=True) == '<em class="late">超期 2 天</em>'
    assert deadline_markup(replace(PLAN, late=False, due=date(2026, 12, 1)), TODAY) == "<em>应于12月1日前办完</em>"


def test_a_publicity_says_from_when_the_plan_may_go_on():
    published = replace(PLAN, state="published", late=False, due=date(2026, 11, 23))
    assert deadline_markup(published, TODAY) == "<em>11月23日起可报审</em>"
    assert "公示期满" in deadline_markup(replace(published, due=TODAY), TODAY)
    assert deadline_markup(replace(PLAN, due=None), TODAY) == ""


def test_a_reversed_plan_says_that_it_was_taken_back():
    reversed_one = replace(PLAN, state="filed", due=None, late=False, reversed_by=2, reversed_state="filed")
    assert "已被冲销" in way_markup(reversed_one, {}, TODAY) and reversed_one.state_name == "已冲销"
    assert replace(reversed_one, reversed_state="draft").state_name == "已备案"


def test_what_is_missing_to_an_even_plan_is_said_to_the_fen():
    assert "一分不差" in sums_markup(100, 90, 10, 0)
    assert "还有 0.05 元没有分完" in sums_markup(100, 85, 10, 5)
    assert "多分了 0.05 元" in sums_markup(100, 95, 10, -5)


def test_every_state_leads_to_its_plans_and_the_chosen_one_back_to_all():
    names = ["plans", "late", "received", "distributed", "kept"]
    counts = pd.DataFrame(1, index=list(STATES), columns=names)
    drawn = states_markup(counts, "draft", lambda state: f"/x?state={state}")
    assert re.findall(r'href="/x\?state=(\w+)"', drawn) == ["None", *ORDER[1:], "void"]
    assert drawn.count("超期 1") == len(STATES)
