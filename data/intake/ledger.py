"""收支: millions of lines, kept as twenty-four bytes each, written as one row per household and month, or income year.

A line's key is its household, its period (a month, or an income year) and its 科目 in one number.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.income.year import IncomeYear
from data.intake.check import CheckedBatch, SheetCheck
from data.intake.columns import REQUIRED, Checked
from data.intake.issues import ERROR, WARNING, Findings, Issue
from data.intake.known import KnownCodes
from data.intake.read import Batch, Sheet
from data.intake.repeats import repeats, shown_key
from data.months import month_of, spoken
from data.store.batches import batches
from data.terms import SUBJECTS
from data.workbook.sheets import HEAD, SheetSpec
from data.workbook.values import as_period, year_in

AMOUNTS = tuple(f"{column}_fen" for _, column in SUBJECTS.values())
MONTH_COLUMNS = ("household_id", "month", *AMOUNTS)
YEAR_COLUMNS = ("household_id", "last_month", "first_month", *AMOUNTS)
_NAMES = list(SUBJECTS)
_ONLY_POSITIVE = np.array([kind != "business" for kind, _ in SUBJECTS.values()])
_PERIOD_BITS, _SUBJECT_BITS = 15, 5
_KEY_BITS = _PERIOD_BITS + _SUBJECT_BITS
NO_AMOUNT = int(np.iinfo(np.int64).min + 1)  # a line whose amount was refused: still compared with others of its key
CLEARED = NO_AMOUNT + 1  # a line that is to be taken away
BLANK = NO_AMOUNT + 2  # a line without an amount: it stays as it stands
_GROUPS = 20_000  # rows of the store made at once
Keys = npt.NDArray[np.int64]


def packed(household: Keys, period: Keys, subject: Keys) -> Keys:
    """Keys of lines; ``subject`` is the place in SUBJECTS."""
    return (household << _KEY_BITS) | (period << _SUBJECT_BITS) | subject


def unpacked(keys: Keys) -> tuple[Keys, Keys, Keys]:
    """Households, periods and subjects (as their places in SUBJECTS) of keys."""
    return keys >> _KEY_BITS, (keys >> _SUBJECT_BITS) & (2**_PERIOD_BITS - 1), keys & (2**_SUBJECT_BITS - 1)


def of_year(keys: Keys, start: int) -> Keys:
    """The keys of the income year's totals in which lines of months lie; those of years stay as they are."""
    household, period, subject = unpacked(keys)
    ends_next = (period % 12 + 1 >= start) & (start > 1)
    return packed(household, np.where(period >= as_period(0), period, as_period(0) + period // 12 + ends_next), subject)


@dataclass(frozen=True)
class Lines:
    """Lines by key, ascending: amounts in fen, and where each stands (its file's number above 32 bits, its row)."""

    keys: Keys
    amounts: Keys
    places: Keys

    def kept(self, mask: npt.NDArray[np.bool_]) -> "Lines":
        return self if mask.all() else Lines(self.keys[mask], self.amounts[mask], self.places[mask])

    @property
    def yearly(self) -> npt.NDArray[np.bool_]:
        """Which of them are totals of an income year."""
        return unpacked(self.keys)[1] >= as_period(0)

    @property
    def groups(self) -> int:
        """How many rows of the store the lines make."""
        return int(np.count_nonzero(np.diff(self.keys >> _SUBJECT_BITS, prepend=-1)))

    def rows(self, start: int | None = None) -> Iterator[list[int]]:
        """Rows for the store in the order of MONTH_COLUMNS, with the start of the income year in that of YEAR_COLUMNS,
        by household and period; NO_AMOUNT where a subject has no line."""
        owners = self.keys >> _SUBJECT_BITS
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        head = len(MONTH_COLUMNS if start is None else YEAR_COLUMNS) - len(AMOUNTS)
        for places in batches(range(len(starts)), _GROUPS):
            begin, after = starts[places[0]], places[-1] + 1
            end = starts[after] if after < len(starts) else len(owners)
            heads = owners[starts[places[0] : after]]
            grid = np.full((len(heads), head + len(AMOUNTS)), NO_AMOUNT, object)
            grid[:, 0] = heads >> _PERIOD_BITS
            periods = heads & (2**_PERIOD_BITS - 1)
            if start is None:
                grid[:, 1] = periods
            else:
                grid[:, 2] = [IncomeYear(int(period) - as_period(0), start).first for period in periods]
                grid[:, 1] = grid[:, 2] + 11
            group = np.searchsorted(heads, owners[begin:end])
            subjects = self.keys[begin:end] & (2**_SUBJECT_BITS - 1)
            grid[group, head + subjects] = self.amounts[begin:end].astype(object)
            yield from grid.tolist()


_NONE = Lines(*(np.empty(0, np.int64),) * 3)


class LedgerCheck(SheetCheck):
    """Checks 收支; ``lines`` are the good ones."""

    def __init__(self, spec: SheetSpec, known: KnownCodes, today: date, findings: Findings) -> None:
        super().__init__(spec, known, today, findings)
        self.files: list[str] = []
        self.current: list[str] = []
        self.lines = _NONE
        self.start = known.income_year_start
        self._month = month_of(today)
        self._parts: list[tuple[Keys, Keys, Keys]] = []
        self._lists: set[int] = set()  # the files that are lists of ours, to be filled in
        self._bad = 0

    @property
    def refused_rows(self) -> int:
        """See SheetCheck."""
        return self._bad

    def check(self, sheet: Sheet, batch: Batch) -> CheckedBatch:
        """Check a batch and keep it packed; nothing is left to collect."""
        checked = super().check(sheet, batch)
        values, rows, bad = checked.values, checked.rows, checked.bad
        subjects = pc.fill_null(pc.index_in(values["subject"], pa.array(_NAMES)), 0).to_numpy()
        amounts = np.where(bad, NO_AMOUNT, pc.fill_null(values["amount_fen"], NO_AMOUNT).to_numpy())
        for said, masks in ((CLEARED, checked.cleared), (BLANK, checked.lacking)):
            if "amount_fen" in masks:
                amounts[masks["amount_fen"] & ~bad] = said
        negative = np.flatnonzero((amounts < 0) & (amounts > BLANK) & _ONLY_POSITIVE[subjects])
        why = Checked(values["amount_fen"], negative, negative, lambda place: "不能为负数（只有生产经营性科目可以）")
        self.findings.refuse(self._issues(sheet, batch, "金额", why, negative, ERROR), len(negative))
        amounts[negative] = NO_AMOUNT
        household, period = (pc.fill_null(values[name], 0).to_numpy() for name in ("household_id", "month"))
        if (period >= as_period(0)).any():
            amounts[self._check_years(sheet, batch, period)] = NO_AMOUNT
        keyed = np.ones(len(rows), bool)
        for name in ("household_id", "month", "subject"):
            keyed &= values[name].is_valid().to_numpy(zero_copy_only=False)
        self._bad += int((~keyed).sum())
        keys = packed(household, period, subjects)
        if sheet.file not in self.files:
            self.files.append(sheet.file)
            self.current.append(sheet.current)
            if HEAD in sheet.headings():
                self._lists.add(len(self.files) - 1)
        places = (self.files.index(sheet.file) << 32) | rows
        self._parts.append((keys[keyed], amounts[keyed], places[keyed]))
        return CheckedBatch({}, np.empty(0, np.int64), np.empty(0, bool), {}, {})

    def _check_years(self, sheet: Sheet, batch: Batch, period: Keys) -> npt.NDArray[np.intp]:
        """Tell of income years that are not over; the places of those that have not begun, which are refused."""
        years = np.where(period >= as_period(0), period - as_period(0), 0)
        first = (years * 12 + self.start - 1) - 12 * (self.start > 1)
        said = Checked(pa.array(period), years, years, lambda place: self._not_over(int(years[place])))
        ahead = np.flatnonzero((years > 0) & (first > self._month))
        running = np.flatnonzero((years > 0) & (first <= self._month) & (first + 11 >= self._month))
        self.findings.refuse(self._issues(sheet, batch, "月份", said, ahead, ERROR), len(ahead))
        self.findings.warn(self._issues(sheet, batch, "月份", said, running, WARNING), len(running))
        return ahead

    def _not_over(self, year: int) -> str:
        found = IncomeYear(year, self.start)
        if found.first > self._month:
            return f"{found.name}还没有开始"
        return f"{found.name}还没有结束，请在{spoken(found.last)}过后核对这个合计"

    def collect(self, sheet: Sheet, batches: list[CheckedBatch]) -> None:
        """Everything is kept by ``check`` already."""

    def finish(self) -> None:
        """Sort by key, refuse contradictions, drop repetitions."""
        if not self._parts:
            return
        keys, amounts, places = (np.concatenate([part[i] for part in self._parts]) for i in range(3))
        self._parts.clear()
        later, first = repeats(keys)
        conflict = amounts[later] != amounts[first]
        pairs = zip(later[conflict].tolist(), first[conflict].tolist(), strict=True)
        issues = (self._conflict(int(keys[one]), int(places[one]), int(places[other])) for one, other in pairs)
        self.findings.refuse(issues, int(conflict.sum()))
        refused = np.isin(keys, keys[later[conflict]]) | (amounts == NO_AMOUNT)
        self._bad += int(refused.sum())
        kept = ~refused
        kept[later] = False
        order = np.argsort(keys[kept], kind="stable")
        self.lines = Lines(*(part[kept][order] for part in (keys, amounts, places)))
        if (yearly := self.lines.yearly).any():
            filled = self.lines.amounts > BLANK
            totals = self.lines.keys[yearly & filled]
            self.refuse_twice(filled & ~yearly & np.isin(of_year(self.lines.keys, self.start), totals), "本次导入里")

    def where(self, household: int, period: int) -> tuple[str, int]:
        """File and row of the first line of a household and period."""
        at = int(np.searchsorted(self.lines.keys, packed(*(np.array([n]) for n in (household, period, 0)))[0]))
        place = int(self.lines.places[at])
        return self.files[place >> 32], place & 0xFFFFFFFF

    def groups_at(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], tuple[int, int]]:
        """Of (file, row) the household and period, where a line stands there."""
        wanted = [(self.files.index(file) << 32) | row for file, row in places if file in self.files]
        at = np.flatnonzero(np.isin(self.lines.places, np.array(wanted, np.int64)))
        household, period, _ = unpacked(self.lines.keys[at])
        found = zip(self.lines.places[at].tolist(), household.tolist(), period.tolist(), strict=True)
        return {(self.files[place >> 32], place & 0xFFFFFFFF): (one, other) for place, one, other in found}

    def leave(self, mask: npt.NDArray[np.bool_]) -> int:
        """Leave lines out that nobody wants written; how many."""
        self.lines = self.lines.kept(~mask)
        return int(mask.sum())

    def release(self) -> None:
        """Let go of the lines, when nobody asks for them any more."""
        self.lines = _NONE

    def refuse_lines(self, mask: npt.NDArray[np.bool_], reason: str) -> None:
        """Refuse those of the lines."""
        lines = self.lines.kept(mask)
        parts = zip(lines.keys.tolist(), lines.places.tolist(), strict=True)
        self.findings.refuse((self._issue(key, place, reason) for key, place in parts), len(lines.keys))
        self.lines = self.lines.kept(~mask)
        self._bad += len(lines.keys)

    def refuse_twice(self, mask: npt.NDArray[np.bool_], where: str) -> None:
        """Refuse those of the lines whose item is booked by months and by the year at once, here and ``where``."""
        lines = self.lines.kept(mask)
        parts = zip(lines.keys.tolist(), lines.places.tolist(), strict=True)
        self.findings.refuse((self._twice(key, place, where) for key, place in parts), len(lines.keys))
        self.lines = self.lines.kept(~mask)
        self._bad += len(lines.keys)

    def refuse_blank(self, held: Keys) -> None:
        """Leave out lines without an amount; refuse those that ``held`` (the store's) has not got. In a list of ours
        that is to be filled in, most may be empty: one sentence tells how many."""
        blank = self.lines.amounts == BLANK
        new = self.lines.kept(blank & ~np.isin(self.lines.keys, held))
        numbers = new.places >> 32
        for number in self._lists & set(numbers.tolist()):
            rows = new.places[numbers == number] & 0xFFFFFFFF
            said = f"共 {rows.size:,} 行没有填金额，这些行不写入"
            issue = Issue(self.spec.name, int(rows.min()), "金额", "", said, WARNING, self.files[number])
            self.findings.warn([issue], 1)
        new = new.kept(~np.isin(numbers, list(self._lists)))
        parts = zip(new.keys.tolist(), new.places.tolist(), strict=True)
        self.findings.refuse((self._issue(*part, REQUIRED, blank=True) for part in parts), len(new.keys))
        self.lines = self.lines.kept(~blank)
        self._bad += len(new.keys)

    def _twice(self, key: int, place: int, where: str) -> Issue:
        one = np.array([key])
        _, period, subject = (int(part[0]) for part in unpacked(one))
        year = IncomeYear(int(unpacked(of_year(one, self.start))[1][0]) - as_period(0), self.start)
        kind = "全年合计" if year_in(period) is None else "按月的金额"
        reason = f"{year.name}的{_NAMES[subject]}{where}还有{kind}；同一科目在一个收入年度里只能按月或按年记"
        return self._issue(key, place, reason)

    def _issue(self, key: int, place: int, reason: str, *, blank: bool = False) -> Issue:
        household, period, subject = (int(part[0]) for part in unpacked(np.array([key])))
        file, row = self.files[place >> 32], place & 0xFFFFFFFF
        if blank:
            return Issue(self.spec.name, row, "金额", "", reason, ERROR, file)
        value = shown_key(self.spec, self.known, [household, period, _NAMES[subject]])
        return Issue(self.spec.name, row, "户编号", value, reason, ERROR, file)

    def _conflict(self, key: int, one: int, other: int) -> Issue:
        file, above = self.files[one >> 32], self.files[other >> 32]
        line = f"{'' if file == above else above + ' '}第 {other & 0xFFFFFFFF} 行"
        return self._issue(key, one, f"本行与{line}的户编号、月份、科目相同，但金额不同")
