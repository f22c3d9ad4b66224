"""收支填报: a year's lines as somebody types them, by month or by quarter, until they are saved in one change.

What was typed is kept as typed, so that a slip is named and nothing is lost. A quarter's amount is spread evenly over
its months to the fen, the rest in the last; a quarter that is not touched leaves its months as they are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, Engine

from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.cards.figures import Figures, figures
from data.cards.record import IncomeCard
from data.errors import Refused
from data.households.edits import Edit, commit
from data.households.words import Values
from data.income.year import IncomeYear
from data.months import spoken
from data.regions.tree import Status
from data.terms import SUBJECTS
from data.workbook.values import Fault, money

Cell = tuple[str, int]
"""科目 and month (ordinal); of a quarter its first month."""
STEPS = {"month": 1, "quarter": 3}
_NOTHING = ("", "-", "—", "－")  # the last three: how a spreadsheet prints nought


@dataclass(frozen=True)
class Draft:
    """What is being entered for one household and year. ``base``: fen that stood when it was begun; ``typed``: cells
    that are to be otherwise, as typed; ``unread``: amounts of quarters that cannot be read. ``first`` and ``last``:
    months that can be written to."""

    household: int
    year: IncomeYear
    first: int
    last: int
    base: Mapping[Cell, int | None]
    typed: Mapping[Cell, str] = field(default_factory=dict)
    unread: Mapping[Cell, str] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        """How many cells are not as they stand."""
        return len(self.typed) + len(self.unread)


@dataclass(frozen=True)
class Clash:
    """A cell that somebody else changed meanwhile: what the typist had before him, typed, and what stands now."""

    subject: str
    month: int
    had: int | None
    typed: str
    stands: int | None


def begin(card: IncomeCard, months: tuple[int, int]) -> Draft:
    """An empty draft upon the card; ``months`` as of :func:`open_months`."""
    return Draft(card.household, card.year, *months, _standing(card))


@needs(WRITE, HOUSEHOLDS)
def open_months(connection: Connection, viewer: Viewer, status: Status) -> tuple[int, int]:
    """First and last month that can be written to: those of the calendar."""
    return status.first_month, status.last_month


def groups(year: IncomeYear, by: str) -> list[tuple[int, ...]]:
    """The months of each column, ``by`` month or quarter."""
    step = STEPS[by]
    return [tuple(range(month, month + step)) for month in range(year.first, year.last + 1, step)]


def writable(draft: Draft, months: tuple[int, ...]) -> tuple[int, ...]:
    """Those of a column's months that can be written to."""
    return tuple(month for month in months if draft.first <= month <= draft.last)


def shown(draft: Draft, subject: str, months: tuple[int, ...]) -> str:
    """What stands in a cell: as typed, else the amount in yuan (of a quarter the sum), '' where there is none."""
    if len(months) == 1:
        cell = (subject, months[0])
        return draft.typed[cell] if cell in draft.typed else plain(draft.base[cell])
    if (subject, months[0]) in draft.unread:
        return draft.unread[subject, months[0]]
    return plain(_total(_value(draft, (subject, month)) for month in months))


def enter(draft: Draft, subject: str, months: tuple[int, ...], text: str | None) -> Draft:
    """Somebody types into a cell; what equals the record is no change. Columns of months to come take nothing."""
    text, into = (text or "").strip(), writable(draft, months)
    if not into:
        return draft
    if len(months) == 1:
        return _typed(draft, {(subject, months[0]): text})
    place = (subject, months[0])
    unread = {cell: kept for cell, kept in draft.unread.items() if cell != place}
    draft = replace(draft, unread=unread)
    try:
        amount = amount_of(subject, text)
    except Fault:
        return replace(draft, unread={**unread, place: text})
    cells = [(subject, month) for month in months]
    if all(_readable(draft, cell) for cell in cells) and amount == _total(_value(draft, cell) for cell in cells):
        return draft
    if amount is None:
        return _typed(draft, {(subject, month): "" for month in into})
    return _typed(
        draft, {(subject, month): plain(part) for month, part in zip(into, spread(amount, len(into)), strict=True)}
    )


def spread(fen: int, parts: int) -> list[int]:
    """An amount in equal parts to the fen, what does not divide in the last."""
    each = abs(fen) // parts * (1 if fen >= 0 else -1)
    return [each] * (parts - 1) + [fen - each * (parts - 1)]


def amount_of(subject: str, text: str) -> int | None:
    """Fen of a typed amount by the importer's rules, None for nothing; raises Fault with the reason."""
    text = text.strip().lstrip("¥￥").removesuffix("元").strip()
    if text in _NOTHING:
        return None
    fen = money(text)
    if fen < 0 and SUBJECTS[subject][0] != "business":
        raise Fault("不能为负数（只有生产经营性科目可以）")
    return fen


def plain(fen: int | None) -> str:
    """Fen as one types it: ``1200``, ``1200.50``, '' for nothing."""
    if fen is None:
        return ""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}{f'.{rest:02d}' if rest else ''}"


def faults(draft: Draft) -> list[str]:
    """What cannot be read, each with its cell and the reason."""
    cells = [(subject, spoken(month), text) for (subject, month), text in draft.typed.items()]
    cells += [(subject, f"{spoken(month)}起的季度", text) for (subject, month), text in draft.unread.items()]
    found = []
    for subject, when, text in cells:
        try:
            amount_of(subject, text)
        except Fault as fault:
            found.append(f"{subject} {when}“{text[:20]}”：{fault}")
    return found


def counted(draft: Draft, card: IncomeCard) -> Figures:
    """The card's figures as they will be once the draft is saved; what cannot be read counts as it stands."""
    lines = {name: [_value(draft, (name, month)) for month in draft.year.months] for name in SUBJECTS}
    return figures(lines, card.persons, card.coefficients, card.totals)


@needs(WRITE, HOUSEHOLDS)
def save(engine: Engine, viewer: Viewer, draft: Draft, *, now: datetime) -> int:
    """Write the draft in one change; returns its id.

    Raises Refused where an amount cannot be read or nothing is to be saved, ``household_edits.Conflict`` where
    somebody changed a cell meanwhile, and what else ``household_edits.commit`` raises.
    """
    if found := faults(draft):
        raise Refused(f"有 {len(found)} 处金额无法识别，没有保存：{found[0]}。")
    edits = _edits(draft)
    count = sum(len(edit.after or {}) for edit in edits)
    what = f"填报收支（{draft.year.year}年度，{count} 处）"
    return commit(engine, viewer, draft.household, edits, what=what, now=now)


def _edits(draft: Draft) -> list[Edit]:
    by_month: dict[int, tuple[Values, Values]] = {}
    for (subject, month), text in sorted(draft.typed.items(), key=lambda item: item[0][1]):
        before, after = by_month.setdefault(month, ({}, {}))
        column = f"{SUBJECTS[subject][1]}_fen"
        before[column], after[column] = draft.base[subject, month], amount_of(subject, text)
    return [
        Edit("ledger", {"household_id": draft.household, "month": month}, before, after)
        for month, (before, after) in by_month.items()
    ]


def rebase(draft: Draft, card: IncomeCard) -> tuple[Draft, list[Clash]]:
    """The draft upon what stands now (``card``), and the cells in which both sides changed something."""
    standing = _standing(card)
    clashes = [
        Clash(*cell, draft.base[cell], text, standing[cell])
        for cell, text in draft.typed.items()
        if standing[cell] != draft.base[cell]
    ]
    fresh = replace(draft, base=standing, typed={})
    kept = _typed(fresh, draft.typed)
    return kept, [clash for clash in clashes if (clash.subject, clash.month) in kept.typed]


def without(draft: Draft, cells: set[Cell]) -> Draft:
    """The draft without what was typed into some cells: there the record holds."""
    return replace(draft, typed={cell: text for cell, text in draft.typed.items() if cell not in cells})


def emptied(draft: Draft) -> Draft:
    """The draft with nothing typed."""
    return replace(draft, typed={}, unread={})


def _standing(card: IncomeCard) -> dict[Cell, int | None]:
    return {
        (name, month): fen
        for name, months in card.lines.items()
        for month, fen in zip(card.year.months, months, strict=True)
    }


def _typed(draft: Draft, cells: Mapping[Cell, str]) -> Draft:
    typed = {cell: text for cell, text in draft.typed.items() if cell not in cells}
    for cell, text in cells.items():
        if not _equal(cell[0], text, draft.base[cell]):
            typed[cell] = text
    return replace(draft, typed=typed)


def _equal(subject: str, text: str, fen: int | None) -> bool:
    try:
        return amount_of(subject, text) == fen
    except Fault:
        return False


def _readable(draft: Draft, cell: Cell) -> bool:
    try:
        amount_of(cell[0], draft.typed.get(cell, ""))
    except Fault:
        return False
    return True


def _value(draft: Draft, cell: Cell) -> int | None:
    if cell not in draft.typed or not _readable(draft, cell):
        return draft.base[cell]
    return amount_of(cell[0], draft.typed[cell])


def _total(values: Iterator[int | None]) -> int | None:
    known = [fen for fen in values if fen is not None]
    return sum(known) if known else None
