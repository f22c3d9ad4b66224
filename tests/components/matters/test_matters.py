"""Problems and tasks as pages say them: clocks and levels in words, the address, what a batch left out."""

from dataclasses import replace
from datetime import date

import pytest

from components.matters.address import BATCHES, filter_words, read_choice
from components.matters.markup import (
    clock_markup,
    clock_sentences,
    days_words,
    level_markup,
    owner_markup,
    skipped_markup,
)
from components.matters.views import groups_of
from data.audit.taken import BY_NAME
from data.matters.file import MatterFile
from data.matters.matter import Answering, Matter
from data.matters.region import GROUPS, Filters
from data.matters.states import REGISTERS

TODAY, EVIL = date(2026, 11, 20), "<img src=x>"
MATTER = Matter(
    record="problem", code="P1", title=EVIL, words=EVIL, source="排查", region="990181001201", place=EVIL,
    household_id=None, head=None, begun="2026-11-02", deadline="2026-11-17", done=None, ended=None, progress=None,
    owner="张三", owner_id=7, owner_phone="138 0000 1111", owner_unit=None, state="open", version=1, since=None,
    asked_until=None, legacy=None, project=None, fund=None, parent=None, problem=None, left=-3, light="red", base=12,
    level=9, check=None, check_level=None, note="",
    answering=Answering("990181001", None, None),
)  # fmt: skip
FILE = MatterFile(MATTER, (), {}, ((9, "2026-11-19"),), 1, "2026-11-24", ())


def url(id: int) -> str:
    return f"/duty?person={id}"


def test_days_are_left_over_or_end_today():
    assert days_words(MATTER) == "超期 3 天"
    assert [days_words(replace(MATTER, left=left)) for left in (2, 0, None)] == ["还有 2 天", "今天到期", ""]


def test_the_clocks_of_one_are_said_whole():
    said = " ".join(clock_sentences(replace(FILE, matter=replace(MATTER, legacy="2026-11-01")), TODAY))
    for words in (
        "期限 2026-11-17，超期 3 天",
        "2026-11-24 升到县",
        "2026-11-19 升到乡镇",
        "重新打开过 1 次",
        "历史遗留：从 2026-11-01",
    ):
        assert words in said
    waits = replace(MATTER, state="rectified", left=None, since="2026-11-12", check="2026-11-17", check_level=6)
    said = " ".join(clock_sentences(replace(FILE, matter=waits), TODAY))
    assert "县应于 2026-11-17 前核查，已超过" in said and "升到县。" not in said


def test_owner_and_level_lead_to_persons_and_say_where_nobody_is_named():
    assert 'href="/duty?person=7"' in owner_markup(MATTER, url) and "tel:13800001111" in owner_markup(MATTER, url)
    assert "未明确责任人" in level_markup(MATTER, url)
    named = replace(MATTER, answering=Answering("990181001", 8, "李四", "包乡领导", None))
    assert "person=8" in level_markup(named, url) and "包乡领导 李四" in level_markup(named, url)
    assert level_markup(replace(MATTER, level=12), url) == "村"
    assert "未明确责任人" in owner_markup(replace(MATTER, owner="未明确责任人", owner_id=None), url)


def test_values_never_become_markup():
    assert EVIL not in clock_markup(replace(MATTER, note=EVIL, asked_until=EVIL), TODAY)
    assert EVIL not in skipped_markup({"P1": EVIL}, {"P1": EVIL}) and "没有办" in skipped_markup({"P1": EVIL}, {})


@pytest.mark.parametrize("asked", ["' OR '1'='1", "-1", "９", "{asked}", "9" * 400, "<script>"])
def test_an_address_that_means_nothing_falls_to_what_is_usual(asked: str):
    usual, _ = read_choice({})
    for name in ("kind", "view", "group", "owner", "household", "level", "sort", "page", "act"):
        choice, problems = read_choice({name: asked})
        assert choice == usual and problems and all(len(said) < 90 for said in problems), name


def test_an_act_for_many_lists_those_that_it_can_be_done_to():
    for record, acts in BATCHES.items():
        for act, group in acts.items():
            choice, problems = read_choice({"kind": record, "act": act})
            assert choice.filters.group == group in GROUPS and not problems
            assert act in REGISTERS[record].way.actions


def test_the_log_hears_that_words_were_searched_for_and_never_which():
    assert filter_words("problem", Filters("overdue", words="王五", owner=7)) == f"超期、一名责任人、{BY_NAME}"


def test_tasks_over_the_days_stand_by_place_with_how_far_they_are():
    task = replace(MATTER, record="task", progress=0.4, title="入户")
    done = replace(task, code="T2", region="990181002201", state="done", left=None, progress=0.4)
    groups = groups_of([task, done], 9, {"990181001": "甲镇"}, TODAY, lambda one: one.code, lambda code: code)
    assert [(group.name, len(group.bars)) for group in groups] == [("甲镇", 1), (EVIL, 1)]
    (first,), (second,) = (group.bars for group in groups)
    assert (first.progress, first.told, first.light) == (0.4, "超期 3 天 40%", "red")
    assert (second.progress, second.told, second.waits) == (1.0, "待验收", True)
