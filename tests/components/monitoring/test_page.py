"""The page 监测帮扶: its address, and that what it draws stays text and says what an auditor asks."""

import re
from dataclasses import replace
from datetime import date

import pytest

from components.monitoring import board_markup, case_markup, list_markup
from components.monitoring.address import MonitoringChoice, filter_words, read_choice
from components.monitoring.of_household import household_markup
from components.monitoring.plan import item_markup, lacks_markup
from data.monitoring.board import Step as AtStep
from data.monitoring.cases import Case, Taken, Wanting
from data.monitoring.clocks import Due
from data.monitoring.delays import Answered
from data.monitoring.law import Obstacle
from data.monitoring.listing import CaseRow, Clock, Clue, ExitRow, Filters, ItemRow
from data.monitoring.plans import Item, Lack
from data.monitoring.votes import Votes
from data.workflow import Step

TODAY = date(2026, 11, 22)
EVIL = "<script>alert(1)</script>"
DUE = Due("township", date(2026, 11, 20), EVIL)
TAKEN = Taken(
    1, "2026-11-20T09:00:00", date(2026, 11, 15), EVIL, EVIL, "discuss", "民主评议", "checking", "discussed", "待公示",
    EVIL, Votes(30, 25, 20, 3), 5, (EVIL,),
)  # fmt: skip
CASE = Case(
    id=1, code=EVIL, household=7, household_code=EVIL, head=EVIL, village="990101001001", place=EVIL,
    began=date(2026, 11, 1), kind=EVIL, risks=(EVIL,), risk_note=EVIL, green=date(2026, 11, 2),
    papers_due=date(2026, 11, 16), public_until=None, removal=EVIL, natural_reason=EVIL, figures={"wage": 123_400},
    lacking=None, state="reported", since=date(2026, 11, 15), version=1, identified=None, removed=None, due=DUE,
    whole=Due("include", date(2026, 12, 1)), steps=(TAKEN,), wanting=(Wanting(EVIL, EVIL, 1),), next=(),
)  # fmt: skip
STEP = Step("2026-11-20T09:00:00", EVIL, "列入计划", "planned", EVIL, "2026-11-18")
ITEM = Item(1, EVIL, EVIL, EVIL, None, EVIL, "2026-11-19", None, "planned", 1, True, (STEP,), {})
ROW = CaseRow(1, EVIL, 7, EVIL, "9901", EVIL, EVIL, EVIL, EVIL, "2026-11-02", "2026-11-01", "reported", "2026-11-15",
              EVIL, Clock(DUE), 2)  # fmt: skip
DONE = replace(ITEM, until="2026-11-14", steps=(replace(STEP, action="落实", after="done"),))
TELLING = Answered("2026-11-01T09:00:00", EVIL, "登记线索", "open", None, "2026-11-01")
ANSWERED = Answered("2026-11-06T09:00:00", EVIL, "立案", "case", EVIL, "2026-11-06", late=2)
CLUE = Clue(1, "door", "2026-11-01", EVIL, EVIL, "case", (ANSWERED, TELLING))
DRAWN = {
    "clock": case_markup.clock_box(CASE, TODAY),
    "facts": case_markup.facts_markup(CASE, EVIL),
    "refused": case_markup.refused_markup([(EVIL, (Obstacle(EVIL, EVIL),))]),
    "wanting": case_markup.wanting_markup(CASE.wanting),
    "way": case_markup.way_markup(
        case_markup.events_of(
            CASE, [CLUE], [ITEM, DONE], {1: 3}, 0, lambda id: f"/?{EVIL}"
        ),
        CASE, TODAY,
    ),
    "log": case_markup.log_markup([STEP]),
    "others": case_markup.others_markup([ROW], lambda one: EVIL),
    "cases": list_markup.cases_markup([ROW], lambda one: EVIL, lambda id: None, caption=EVIL, sorted_by=""),
    "items": list_markup.items_markup(
        [ItemRow(1, 1, 7, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, "2026-11-19", "planned", True)], lambda one: EVIL,
        caption=EVIL, today=TODAY,
    ),
    "exits": list_markup.exits_markup(
        [ExitRow(1, 7, EVIL, EVIL, EVIL, EVIL, "reported", EVIL, 1, {})], lambda one: EVIL, caption=EVIL
    ),
    "household": household_markup([ROW], [ITEM], TODAY, lambda one: EVIL),
    "item": item_markup(ITEM, TODAY),
    "lacks": lacks_markup([Lack(EVIL, TODAY, True)]),
}  # fmt: skip


@pytest.mark.parametrize("part", DRAWN)
def test_whatever_somebody_wrote_stays_text(part: str):
    assert "<script" not in DRAWN[part]
    assert "&lt;script&gt;" in DRAWN[part]


def test_the_way_says_who_was_late_and_what_was_written_down_later():
    way = DRAWN["way"]
    assert "超期 3 天办理" in way
    assert "线索立案" in way and "超期 2 天办理" in way, "a clue that was answered late"
    assert "帮扶措施落实" in way and "超期 4 天办理" in way, "a measure that was carried out late"
    assert "晚 5 天补录" in way
    assert "应到 30 实到 25 同意 20 不同意 3" in way
    assert (
        way.index("2026-11-01")
        < way.index("2026-11-15")
        < way.index("2026-11-18")
        < way.index("今天：待乡镇审核，等乡镇干部办")
    )


def test_a_step_that_is_not_allowed_yet_says_rule_what_is_missing_and_the_first_day():
    against = Obstacle("识别满 6 个月才能消除", "识别未满 6 个月", date(2027, 3, 14), "提出风险消除")
    told = case_markup.refused_markup([("提出帮扶消除", (against,)), ("提出自然消除", ())])
    assert "识别未满 6 个月，最早 2027-03-14 可提出风险消除" in told
    assert "识别满 6 个月才能消除" in told
    assert "自然消除" not in told
    assert case_markup.refused_markup([("审核", ())]) == ""


def test_the_clocks_of_a_case_are_told_one_by_one():
    told = case_markup.clock_sentences(replace(CASE, due=Due("township", date(2026, 11, 20))), TODAY)
    assert told == [
        "下一步“乡镇审核”，等乡镇干部办，应于 2026-11-20 前，已超期 2 天。",
        "从线索到纳入应于 2026-12-01 前，还有 9 天。",
        "2026-11-02 启用绿色通道，先行帮扶，手续应于 2026-11-16 前补齐，已超期 6 天。",
    ]
    calm = replace(CASE, due=Due("township", TODAY), papers_due=None, green=None)
    assert not case_markup.is_late(calm, TODAY)
    assert "今天到期" in case_markup.clock_sentences(calm, TODAY)[0]
    assert case_markup.is_late(CASE, TODAY)


def test_every_step_stands_on_the_board_once_with_who_is_late():
    states = list_markup.CASE_WAY.states
    steps = [AtStep(state, word, "村干部", 0, 0, 0, "") for state, word in states.items()]
    steps[0] = replace(steps[0], count=4, late=2, worst=9)
    told = board_markup.steps_markup(steps, lambda state: f"/?state={state}")
    assert all(told.count(f'href="/?state={state}"') == 1 for state in states)
    assert "超期 2，最久 9 天" in told


def test_a_bar_stands_where_cases_wait_and_is_as_long_as_their_part():
    steps = [
        AtStep(state, word, "村干部" if state in ("checking", "public") else "", 0, 0, 0, "")
        for state, word in list_markup.CASE_WAY.states.items()
    ]
    counts = {"checking": 4, "public": 1, "watched": 149, "removed": 265}
    told = board_markup.steps_markup([replace(one, count=counts.get(one.state, 0)) for one in steps], lambda _: "/")
    assert re.findall(r'<i style="width: ([\d.]+%)">', told) == ["100.0%", "25.0%"]


def test_a_list_says_what_is_late_where_it_is_not_the_next_step():
    clock = Clock(Due("township", date(2026, 12, 7)), whole=date(2026, 11, 20))
    assert clock.late(TODAY) == 2
    assert "2026-12-07 乡镇审核</span><b>全程超期 2 天</b>" in list_markup.clock_markup(clock, 2)
    assert list_markup.clock_words(clock, 2) == "2026-12-07 乡镇审核，全程超期 2 天"
    assert ">超期 2 天<" in list_markup.clock_markup(Clock(DUE), 2)


def test_a_step_that_is_called_as_what_it_came_to_is_said_once():
    refused = replace(
        TAKEN, action="refuse", word="不予纳入", before="reported", after="refused", after_word="不予纳入"
    )
    said = case_markup.events_of(replace(CASE, steps=(TAKEN, refused)), [], [], {}, 0, str)
    assert [one.what for one in said] == ["民主评议 → 待公示", "不予纳入"]


def test_papers_that_are_wanting_stand_together_by_their_step():
    wanting = (("入户核查", "排查表", 1), ("入户核查", "信息采集表", 1), ("村内公示", "公示", 3))
    told = case_markup.wanting_markup([Wanting(*one) for one in wanting])
    assert "入户核查：排查表、信息采集表；村内公示：公示。" in told


def test_long_words_take_a_line_of_their_own_on_a_phone():
    long, short = "近三年人均纯收入稳定高于监测线，有稳定务工和产业", "稳定"
    for words, wide in ((long, True), (short, False)):
        row = ExitRow(1, 7, "某村", "某某", "退出", words, "reported", "2026-11-01", 1, {})
        told = list_markup.exits_markup([row], lambda one: "/", caption="评估")
        assert ('data-wide data-label="依据"' in told) is wide


@pytest.mark.parametrize("asked", ["' OR '1'='1", "-1", "９", "{asked}", "9" * 400, EVIL, "open"])
def test_an_address_that_means_nothing_falls_to_what_is_usual(asked: str):
    assert read_choice({"view": asked})[0] == MonitoringChoice()
    for name in ("group", "state", "kind", "risk", "source", "sort", "page"):
        choice, problems = read_choice({"view": "cases", name: asked})
        assert choice == MonitoringChoice("cases"), name
        assert len(problems) == 1


@pytest.mark.parametrize(
    "choice",
    [
        MonitoringChoice(),
        MonitoringChoice("cases", Filters("late", "reported", "边缘易致贫户", "因病", "door"), sort="began", page=3),
        MonitoringChoice("plans", group="late", page=2),
        MonitoringChoice("exits", group="keep"),
    ],
)
def test_a_choice_is_the_same_once_it_has_been_an_address(choice: MonitoringChoice):
    read, problems = read_choice(choice.parameters())
    assert problems == []
    assert read.parameters() == choice.parameters()


def test_words_that_are_searched_for_stand_in_no_address_and_no_log():
    filters = Filters("late", source="door", words="张三")
    assert filter_words(filters) == "超期、干部排查、按姓名等搜索"
    assert "张三" not in str(MonitoringChoice("cases", filters).parameters())
