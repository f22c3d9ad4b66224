"""One reader for every value of the address bar: numbers and pages mean the same on every page."""

import re
from pathlib import Path

import pytest

from components.shell.reading import MOST, Reading, numbered, page_of, whole

ROOT = Path(__file__).resolve().parents[3]
NO_NUMBERS = (
    None, "", " ", "0", "-1", "+1", "1.0", "1e3", "1_000", "0x1", " 1", "1 ", "1\n", "٣", "３", "²", "½", "一", "NaN",
    "True", "1 OR 1=1", "9" * 40, "9" * 5000, "0" * 39 + "1", str(MOST + 1), str(2**63), "<b>", "${1}",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_of_ours_is_none(text: str | None):
    assert whole(text) is None


@pytest.mark.parametrize(
    ("text", "limits", "number"),
    [
        ("1", {}, 1), ("007", {}, 7), (str(MOST), {}, MOST), ("0", {"least": 0}, 0), ("-5", {"least": -9}, -5),
        ("-10", {"least": -9}, None), ("--5", {"least": -9}, None), ("-", {"least": -9}, None),
        ("8", {"most": 7}, None),
    ],
)  # fmt: skip
def test_a_number_is_read_within_its_limits(text: str, limits: dict[str, int], number: int | None):
    assert whole(text, **limits) == number


def test_no_number_of_an_address_leaves_the_room_of_a_store_even_as_a_page_of_a_thousand_rows():
    assert whole(str(MOST)) * 1000 < 2**63


@pytest.mark.parametrize("asked", [text for text in NO_NUMBERS if text] + ["4", "9" * 15, 4])
def test_a_page_that_the_list_does_not_have_is_said_and_the_first_is_shown(asked: str | int):
    page, problems = page_of(asked, 3)
    assert (page, problems) == (1, [f"名单没有第“{str(asked)[:10]}”页，已显示第 1 页。"])


@pytest.mark.parametrize(("asked", "page"), [(None, 1), ("", 1), ("1", 1), ("3", 3), (3, 3), ("003", 3)])
def test_a_page_that_is_there_is_shown_without_a_word(asked: str | int | None, page: int):
    assert page_of(asked, 3) == (page, [])


def test_what_means_something_is_kept_and_the_rest_is_said_once_with_what_was_asked():
    reading = Reading({"a": "x", "b": "1-9-2-1-x", "c": "{0}" * 40, "d": "7", "e": "1"})
    known = numbered(("因病", "因残"))
    assert reading.one_of("a", ("x",), "{asked}！") == "x" and reading.one_of("none", ("x",), "{asked}！") is None
    assert (reading.number("d", "{asked}！"), reading.flag("e"), reading.flag("d")) == (7, True, False)
    assert reading.problems == []
    assert reading.several("b", known, "“{asked}”无法识别。") == ("因病", "因残")
    assert reading.one_of("c", ("x",), "没有“{asked}”。") is None
    assert reading.number("c", "不是数：{asked}") is None and reading.number("c") is None
    twenty = ("{0}" * 40)[:20]
    assert reading.problems == ["“1-9-2-1-x”无法识别。", f"没有“{twenty}”。", f"不是数：{twenty}"]


def test_no_page_reads_numbers_of_an_address_by_itself():
    own = re.compile(r"\.isdigit\(|\.isdecimal\(|\.isnumeric\(|int\(st\.query_params|int\(parameters")
    found = [
        path.relative_to(ROOT).as_posix()
        for layer in ("components", "pages")
        for path in (ROOT / layer).rglob("*.py")
        if own.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["components/shell/reading.py"]
