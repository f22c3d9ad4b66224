"""Amounts of money in words: fen as they are stored, yuan as they are read."""

NO_AMOUNT = "—"


def exact(fen: int | None) -> str:
    """``12,345.00``, always with the fen, so that figures below each other have the same decimals; — for None."""
    return NO_AMOUNT if fen is None else f"{_sign(fen)}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def short(fen: int | None) -> str:
    """``12,345``, with the fen where there are any (``12,345.60``); — for None."""
    return exact(fen).removesuffix(".00")


def _sign(fen: int) -> str:
    return "−" if fen < 0 else ""
