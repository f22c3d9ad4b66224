"""The check code of a card: eight characters over its figures, which only who has the key outside the store can make.

What a mark stands for is kept when the card is printed, so that a later look says what changed since, in figures.
"""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.viewer import Viewer
from data.cards.card import for_mark, years
from data.cards.figures import LETTERS, Figures
from data.cards.record import IncomeCard
from data.clock import written
from data.income.year import IncomeYear
from data.model import card_print, household
from data.money import short
from data.store.batches import batches
from data.store.engine import upsert, writing
from data.store.key import derived, key_file
from data.terms import EXPENSE, INCOME_KINDS, SUBJECTS

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1, I and L, which nobody tells apart on paper: 31 characters, eight of them are 39.6 bits."""
LENGTH = 8
TRIED = 100  # marks that a key is tried on
_Kept = dict[str, Any]  # figures as JSON, which may have been written years ago: what _sound lets pass
_SUMS = {
    **{letter: INCOME_KINDS[kind] for kind, letter in LETTERS.items()},
    "K": "总收入",
    "R": EXPENSE,
    "S": "纯收入",
    "T": "人均纯收入",
}


@dataclass(frozen=True)
class Verdict:
    """Whether a printed card equals the record. ``kind``: equal, changed or unknown (no card of ours of this household
    bears the mark). ``year`` and ``printed_at`` (ISO; None for a card that was shown and not printed) are None where
    unknown; ``differences`` are words such as ``务工工资 12,000 → 12,600``, none for who does not see identity."""

    kind: str
    year: IncomeYear | None = None
    printed_at: str | None = None
    differences: tuple[str, ...] = ()


def mark(engine: Engine, card: IncomeCard) -> str:
    """The check code of a card, as ``7K3F-9QXM``."""
    return _mark(derived(engine, "card"), card.code, _figures(card))


def register(engine: Engine, cards: Sequence[IncomeCard], *, now: datetime) -> None:
    """Keep what the marks of printed cards stand for; a card that was printed with the same figures keeps its day."""
    key, at = derived(engine, "card"), written(now)
    rows = []
    for one in cards:
        figures = _figures(one)
        rows.append((one.household, one.year.year, _mark(key, one.code, figures), _canonical(figures), at))
    with writing(engine) as connection:
        known = set()
        for ids in batches(row[0] for row in rows):
            held = select(card_print.c.household_id, card_print.c.year, card_print.c.mark)
            known |= {tuple(row) for row in connection.execute(held.where(card_print.c.household_id.in_(ids)))}
        fresh = {row[:3]: row for row in rows if row[:3] not in known}
        if fresh:
            upsert(connection, card_print, ["household_id", "year", "mark", "figures", "at"], fresh.values())


@needs(READ, HOUSEHOLDS)
def verdict(engine: Engine, connection: Connection, viewer: Viewer, household: int, mark: str) -> Verdict:
    """What a mark, typed or scanned, says of a household's card; raises NotFound for a household not the viewer's.

    A kept row whose figures do not give its mark was not written by us and counts for nothing.
    """
    asked, key = normal(mark), derived(engine, "card")
    now = for_mark(connection, viewer, household, years(connection)[0])
    if asked is None:
        return Verdict("unknown")
    rows = connection.execute(select(card_print).where(card_print.c.household_id == household)).mappings()
    for row in rows:
        printed = _sound(row["figures"])
        if printed and hmac.compare_digest(_mark(key, now.code, printed), asked) and row["mark"] == asked:
            year = IncomeYear(printed["year"], printed["start"])
            standing = _figures(now if year == now.year else for_mark(connection, viewer, household, year))
            if _canonical(printed) == _canonical(standing):
                return Verdict("equal", year, row["at"])
            said = _differences(printed, standing) if viewer.sees_identity else ()
            return Verdict("changed", year, row["at"], said)
    for year in years(connection):
        standing = _figures(now if year == now.year else for_mark(connection, viewer, household, year))
        if hmac.compare_digest(_mark(key, now.code, standing), asked):
            return Verdict("equal", year)
    return Verdict("unknown")


def made_by_key(engine: Engine, connection: Connection) -> bool:
    """Whether the key of the store made any of the marks last printed; true where there are none."""
    asked = select(card_print.c.mark, card_print.c.figures, household.c.code)
    asked = asked.join(household, household.c.id == card_print.c.household_id).order_by(card_print.c.at.desc())
    rows = connection.execute(asked.limit(TRIED)).all()
    if not rows:
        return True
    if not key_file(engine).is_file():
        return False
    key = derived(engine, "card")
    return any(_mark(key, row.code, json.loads(row.figures)) == row.mark for row in rows)


def normal(typed: str) -> str | None:
    """A mark as somebody types it (small letters, full width, blanks or no hyphen) → as printed; None for what cannot
    be one."""
    found = "".join(sign for sign in unicodedata.normalize("NFKC", typed[:40]).upper() if sign not in " -‐–—−\t")
    if len(found) != LENGTH or any(sign not in ALPHABET for sign in found):
        return None
    return f"{found[:4]}-{found[4:]}"


def _mark(key: bytes, code: str, figures: _Kept) -> str:
    digest = hmac.new(key, f"{code}\x1f{_canonical(figures)}".encode(), hashlib.sha256).digest()
    number, signs = int.from_bytes(digest), ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs += ALPHABET[place]
    return f"{signs[:4]}-{signs[4:]}"


def _figures(card: IncomeCard) -> _Kept:
    """Every figure that a card bears, in fen: sums and 科目 of both years, and whether the expense is an estimate."""
    return {
        "year": card.year.year,
        "start": card.year.start,
        "persons": card.persons,
        "line": card.line,
        "now": _side(card.now),
        "before": _side(card.before),
    }


def _side(figures: Figures) -> _Kept:
    subjects = {name: total for name, total in figures.subjects.items() if total}
    return {**figures.letters, "subjects": subjects, "estimated": figures.estimated}


def _canonical(figures: _Kept) -> str:
    return json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sound(text: str) -> _Kept | None:
    """Kept figures; None for what is not of the shape that ``_figures`` makes."""
    try:
        found: _Kept = json.loads(text)
        IncomeYear(int(found["year"]), int(found["start"]))
        return found if {"subjects", "K"} <= found["now"].keys() & found["before"].keys() else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _differences(printed: _Kept, standing: _Kept) -> tuple[str, ...]:
    was, now = _told(printed), _told(standing)
    return tuple(f"{label} {was[label]} → {now[label]}" for label in now if was[label] != now[label])


def _told(figures: _Kept) -> dict[str, str]:
    """Every figure in words: what was entered before the sums, this year before the last."""
    told = {"家庭人口": f"{figures['persons']} 人", "监测线": short(figures["line"])}
    for side, prefix in (("now", ""), ("before", "上年")):
        held = figures[side]
        subjects = held["subjects"]
        told |= {f"{prefix}{name}": short(subjects.get(name, 0)) for name in SUBJECTS if name != EXPENSE}
        told |= {f"{prefix}{label}": short(held[letter]) for letter, label in _SUMS.items()}
        told[f"{prefix}{EXPENSE}"] += "（估算）" if held["estimated"] else ""
    return told
