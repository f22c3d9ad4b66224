"""Imports as pages say them: rows old → new, the groups, how far one is, what is wrong with files, addresses."""

import pytest
import streamlit as st

from components.imports import address, markup
from components.imports.address import GROUPS, ImportChoice, read_choice
from components.imports.at_work import failure_markup, progress_words
from components.imports.markup import Cell, CountRow, RowLook
from components.imports.taking_back import plan_markup
from components.imports.upload import how_markup, wrong_with
from data.figures.indicators import INDICATORS
from data.imports.files import LIMIT_FILES, LIMIT_MB
from data.imports.running import Progress
from data.imports.way import CHECK, WRITE

EVIL = "<img src=x onerror=alert(1)>${1}`"
HOSTILE = ("' OR 1=1 --", "<script>", "1e9", "-1", "９", "9" * 400, "../../etc/passwd", "\u202e1", "0")


def row(group: str = "changed", **changes) -> RowLook:
    about = {"group": group, "where": "户 第 3 行", "key": "990181001201-0001", "name": "王某", "place": "东风村"}
    return RowLook(**{**about, "cells": (Cell("联系电话", "1", "2"),), **changes})


def test_a_changed_cell_says_what_stood_and_what_will_stand():
    said = markup.row_markup(row())
    assert "<del>1</del> <i>→</i> <ins>2</ins>" in said and "变化" in said and "户 第 3 行" in said


def test_an_emptied_cell_and_one_that_was_empty_say_so():
    assert "<ins>清空</ins>" in markup.cell_markup(Cell("联系电话", "1", ""), "changed")
    assert "<del>空</del>" in markup.cell_markup(Cell("联系电话", "", "1"), "changed")


def test_a_new_row_has_no_old_side_and_a_refused_one_has_its_reason():
    assert "<del>" not in markup.row_markup(row("new"))
    said = markup.row_markup(row("refused", cells=(Cell("性别", "", "中", "不在“男、女”之中"),)))
    assert "“中”" in said and "不在“男、女”之中" in said and "<ins>" not in said


def test_a_conflict_says_who_wrote_what_stands_and_when():
    said = markup.row_markup(row("conflict", cells=(Cell("联系电话", "1", "2", by="李干部 2026-11-20 09:00"),)))
    assert "李干部 2026-11-20 09:00" in said and "<del>1</del>" in said


def test_a_row_that_is_left_out_says_so():
    assert "不写入" in markup.row_markup(row(left=True)) and "不写入" not in markup.row_markup(row())


def test_a_value_of_thousands_of_signs_is_cut_with_its_length():
    said = markup.cell_markup(Cell("说明", "", "长" * 5000), "new")
    assert "共 5000 字" in said and len(said) < 300


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_of_a_file_becomes_markup(group: str):
    cells = (Cell(EVIL, EVIL, EVIL, EVIL, EVIL), Cell(EVIL, EVIL, EVIL, "", EVIL))
    said = markup.rows_markup([RowLook(group, EVIL, EVIL, EVIL, EVIL, cells)])
    said += markup.counts_markup([CountRow(EVIL, {group: 1}, EVIL)], head=EVIL, caption=EVIL, url=lambda row, to: EVIL)
    said += markup.stages_markup([EVIL], 0) + failure_markup(EVIL, EVIL, EVIL)
    assert "<img" not in said and 'onerror="' not in said


def test_each_group_is_a_link_with_its_number_and_the_chosen_one_is_told():
    said = markup.groups_markup({"new": 1234, "refused": 2}, "refused", lambda group: f"/?group={group}", total=1236)
    assert "1,234" in said and "1,236" in said and 'href="/?group=new"' in said
    assert (
        said.count("aria-current") == 1
        and 'class="is-refused" href="/?group=refused" data-stay="1" aria-current' in said
    )
    assert 'class="is-same is-none"' in said


def test_a_number_of_the_table_leads_to_its_rows_and_nothing_leads_nowhere():
    rows = [CountRow("户", {"new": 3}, "/sheet")]
    said = markup.counts_markup(rows, head="工作表", caption="c", url=lambda row, group: f"/{row.words}/{group}")
    assert 'href="/户/new"' in said and said.count("<a ") == 2


def test_the_way_tells_what_is_done_what_is_present_and_what_went_wrong():
    said = markup.stages_markup(["递交", "校验", "写入"], 1)
    assert said.index('class="done"') < said.index('class="now" aria-current="step"')
    assert 'class="wrong"' in markup.stages_markup(["递交", "校验"], 1, wrong=True)
    assert markup.stages_markup(["递交", "校验"], 2).count('class="done"') == 2


def test_how_far_it_is_stands_in_words():
    assert progress_words(CHECK, Progress("读取收支", 12_000, 48_000, True)) == (
        0.25,
        "正在校验 · 读取收支：12,000 / 48,000",
    )
    assert progress_words(WRITE, Progress("写入", 9, 3, True))[0] == 1.0
    assert progress_words(CHECK, Progress("开始", 0, 0, True)) == (0.0, "正在校验 · 开始")
    assert "准备" in progress_words(CHECK, None)[1]
    assert "自动重新开始" in progress_words(CHECK, Progress("读取收支", 1, 2, False))[1]


def test_too_many_too_large_and_empty_files_are_told_before_they_are_handed_in():
    assert wrong_with([("a.xlsx", 5)]) == ""
    assert str(LIMIT_FILES) in wrong_with([("a.xlsx", 5)] * (LIMIT_FILES + 1))
    assert str(LIMIT_MB) in wrong_with([("a.xlsx", LIMIT_MB << 19), ("b.xlsx", (LIMIT_MB << 19) + 1)])
    assert "空文件" in wrong_with([("a.xlsx", 5), ("空.xlsx", 0)]) and len(wrong_with([("长" * 300, 0)])) < 150


def test_a_village_is_told_that_its_township_looks_first():
    assert (
        "乡镇看过后写入" in how_markup("", reviewed=True)
        and "乡镇" not in how_markup("", reviewed=False).split("<br>")[1]
    )


@pytest.mark.parametrize(("size", "words"), [(0, "0 KB"), (1, "1 KB"), (830 * 1024, "830 KB"), (4_404_020, "4.2 MB")])
def test_sizes_are_said_as_people_say_them(size: int, words: str):
    assert markup.size_words(size) == words


@pytest.mark.parametrize("asked", HOSTILE)
def test_what_an_address_says_in_vain_is_left_out_and_told(asked: str):
    names = ("group", "sheet", "place", "state", "job", "page")
    choice, problems = read_choice(dict.fromkeys(names, asked))
    assert choice == ImportChoice() and problems and all(len(said) < 80 for said in problems)


def test_an_address_is_read_as_it_is_written_and_what_is_searched_for_stands_in_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(st.session_state, address.JOB_WORDS, "王某")
    choice = ImportChoice(12, "refused", "户", "990181001", "draft", 3, "王某")
    assert read_choice(choice.parameters()) == (choice, [])
    assert "王某" not in str(choice.parameters())


def test_what_taking_back_would_do_names_what_stays_and_the_figures_that_change():
    indicator = next(iter(INDICATORS))
    facts = {
        "counts": {"户": {"rows": 3, "cells": 4, "removed": 2, "returned": 0, "ended": 0, "stands": 1}},
        "stands": [
            {"sheet": "户", "key": EVIL, "why": "有人改过", "who": "李干部", "at": "2026-11-20T09:00"}
        ],
        "standing": 1,
        "figures": [{"indicator": indicator, "name": "东村", "month": "2026年10月", "before": 5, "after": None}],
        "moving": 1,
    }  # fmt: skip
    said = plan_markup(facts)
    assert "将把 5 行退回" in said and "保留 1 处" in said and "李干部 2026-11-20 09:00" in said
    assert "已闭账月份有 1 个数字会变" in said and "东村" in said and "<b>—</b>" in said and "<img" not in said
    assert "已把 0 行退回" in plan_markup({}, done=True)
