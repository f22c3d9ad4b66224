"""Amounts of money: fen as they are stored, yuan as they are read, and fen in words."""

from collections.abc import Iterable
from typing import TypeAlias

import pandas as pd

Fen: TypeAlias = int
"""A hundredth of a yuan: what is stored and added up is whole."""
NO_AMOUNT = "—"


def in_yuan(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Turn columns of fen, as the store gives them (PostgreSQL sums: Decimal), into yuan; None becomes NaN."""
    for name in columns:
        values = [float("nan") if fen is None or fen != fen else int(fen) / 100 for fen in frame[name]]
        frame[name] = pd.Series(values, index=frame.index, dtype=float)


def exact(fen: Fen | None) -> str:
    """``12,345.00``, always with the fen, so that figures below each other have the same decimals; — for None."""
    return NO_AMOUNT if fen is None else f"{_sign(fen)}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def short(fen: Fen | None) -> str:
    """``12,345``, with the fen where there are any (``12,345.60``); — for None."""
    return exact(fen).removesuffix(".00")


def typed(fen: Fen) -> str:
    """``-12345.60``: as it is typed into a field or a cell, so that reading it gives the same amount."""
    return f"{'-' * (fen < 0)}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _sign(fen: Fen) -> str:
    return "−" if fen < 0 else ""
