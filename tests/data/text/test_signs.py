"""S8: turned writing, zero-width and other signs that nobody sees are refused in names and do not count as text."""

import sys
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from data.errors import Refused
from data.households.fields import Unfit, read_field, read_text
from data.households.search_words import words
from data.settings import SETTINGS
from data.text.signs import SUSPECT, hidden, seen
from data.workbook.sheets import SHEETS
from tests.moment import NOW

ATTACKS = {
    "right-to-left override": "\u202e",
    "isolate": "\u2067",
    "right-to-left mark": "\u200f",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "word joiner": "\u2060",
    "Hangul filler": "\u3164",
    "blank of Braille": "\u2800",
    "tag letter": "\U000e0041",
    "end of paragraph": "\u2029",
    "control": "\x07",
    "control of C1": "\x9b",
    "NUL": "\x00",
    "half a pair": "\ud800",
}
NAMES = [(sheet.table_name, column.name) for sheet in SHEETS for column in sheet.columns if column.kind == "text"]
SENTENCES = (
    "content", "description", "remark", "address", "evidence", "reason", "note", "risk_note", "natural_reason",
)  # fmt: skip
FREE = [(table, name) for table, name in NAMES if name in SENTENCES]


@pytest.mark.parametrize("sign", ATTACKS.values(), ids=ATTACKS)
def test_a_sign_that_cannot_be_seen_is_no_text(sign: str):
    assert seen(f" {sign}张{sign}三{sign} ") == "张三" and seen(sign * 3) == ""
    assert hidden(f"张{sign}三") == f"U+{ord(sign):04X}"
    with pytest.raises(Unfit, match="必填"):
        read_text("做了什么", f"{sign} {sign}", required=True)


@pytest.mark.parametrize(("table", "name"), [one for one in NAMES if one not in FREE])
def test_every_name_is_refused_with_a_sign_that_cannot_be_seen(table: str, name: str):
    for sign in ATTACKS.values():
        with pytest.raises(Unfit, match="看不见的字符"):
            read_field(table, name, f"张{sign}三", today=NOW.date())


@pytest.mark.parametrize(("table", "name"), FREE)
def test_every_free_text_loses_it(table: str, name: str):
    for sign in ATTACKS.values():
        assert read_field(table, name, f"{sign}送{sign}米", today=NOW.date()) == "送米"


def test_what_people_really_write_is_left_as_it_is():
    for text in ("买买提·艾力", "葛\U000e0100城", "𠮷田", "é，（二）\n第二行\t12.5%", "自造字\ue123", "😀"):
        assert (seen(text), hidden(text)) == (text, "")


def test_a_mark_of_the_shape_of_an_ideograph_alone_is_nothing():
    assert seen("\U000e0100") == "" and hidden("a\U000e0100") == "U+E0100"


def test_the_words_of_a_search_are_found_by_what_can_be_seen():
    assert [word.text for word in words("\u202e张\u200b三\ufeff", by_identity=True)] == ["张三"]


def test_a_setting_is_refused_with_it():
    with pytest.raises(Refused, match="看不见"):
        SETTINGS["hotline"].check("12317\u3164")


def test_whole_columns_are_looked_at_one_by_one_where_they_may_hold_one():
    """What the import's kernels let pass holds nothing that ``hidden`` finds; formats are all found."""
    every = [chr(number) for number in range(sys.maxunicode + 1) if not 0xD800 <= number <= 0xDFFF]
    suspect = pc.match_substring_regex(pa.array(every), SUSPECT).to_pylist()
    assert [sign for sign, told in zip(every, suspect, strict=True) if hidden(sign) and not told] == []
    shown = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"  # numbers' frames
    formats = [sign for sign in every if unicodedata.category(sign) == "Cf" and sign not in shown]
    assert [hex(ord(sign)) for sign in formats if not hidden(sign) and not 0x13430 <= ord(sign) <= 0x1343F] == []
