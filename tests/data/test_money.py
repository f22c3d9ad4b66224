"""Money: fen become yuan in one way, whatever the store gives them as, and amounts are said in one way."""

import re
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from data.money import exact, in_yuan, short, typed
from data.workbook.values import money

ROOT = Path(__file__).resolve().parents[2]


def test_fen_of_either_engine_become_yuan_and_what_is_none_becomes_nan():
    frame = pd.DataFrame({"a": [1234567, Decimal("-5"), None], "b": [1, 2, 3]}, dtype=object, index=[7, 8, 9])
    in_yuan(frame, ["a"])
    assert frame["a"].dtype == float and frame.loc[7, "a"] == 12345.67 and frame.loc[8, "a"] == -0.05
    assert pd.isna(frame.loc[9, "a"]) and list(frame["b"]) == [1, 2, 3]
    empty = pd.DataFrame({"a": []}, dtype=object)
    in_yuan(empty, ["a"])
    assert empty["a"].dtype == float


@pytest.mark.parametrize(
    ("fen", "exactly", "briefly", "as_typed"),
    [
        (1234560, "12,345.60", "12,345.60", "12345.60"), (1234500, "12,345.00", "12,345", "12345.00"),
        (-5, "−0.05", "−0.05", "-0.05"), (0, "0.00", "0", "0.00"),
        (10**13 + 1, "100,000,000,000.01", "100,000,000,000.01", "100000000000.01"),
    ],
)  # fmt: skip
def test_an_amount_is_said_to_the_fen(fen: int, exactly: str, briefly: str, as_typed: str):
    assert (exact(fen), short(fen), typed(fen)) == (exactly, briefly, as_typed)
    assert money(as_typed, None) == fen


def test_no_amount_is_a_dash():
    assert exact(None) == short(None) == "—"


def test_fen_are_put_into_words_nowhere_else():
    own = re.compile(r"/ 100:,?\.2f\}|// 100:?,?\}?\.|/ 100:,?\.0f\}")
    found = [
        path.relative_to(ROOT).as_posix()
        for layer in ("components", "pages", "data")
        for path in (ROOT / layer).rglob("*.py")
        if own.search(path.read_text(encoding="utf-8"))
    ]
    assert sorted(found) == ["data/money.py", "data/workbook/exporting.py"]  # there: per cent, in hundredths
