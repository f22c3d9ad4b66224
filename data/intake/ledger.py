"""收支: millions of lines, kept as twenty bytes each, written as one row per household and month."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from data.intake.check import CheckedBatch, SheetCheck
from data.intake.columns import Checked
from data.intake.issues import ERROR, Findings, Issue
from data.intake.known import KnownCodes
from data.intake.read import Batch, Sheet
from data.intake.repeats import repeats, shown_key
from data.store.batches import batches
from data.terms import SUBJECTS
from data.workbook.sheets import SheetSpec

COLUMNS = ("household_id", "month", *(f"{column}_fen" for _, column in SUBJECTS.values()))
_NAMES = list(SUBJECTS)
_ONLY_POSITIVE = np.array([kind != "business" for kind, _ in SUBJECTS.values()])
_MONTH_BITS, _SUBJECT_BITS = 15, 5
NO_AMOUNT = int(np.iinfo(np.int64).min + 1)  # a line whose amount was refused: still compared with others of its key
_GROUPS = 20_000  # rows of the store made at once


class LedgerCheck(SheetCheck):
    """Checks 收支; ``keys`` are household, month and subject in one number."""

    def __init__(self, spec: SheetSpec, known: KnownCodes, today: date, findings: Findings) -> None:
        super().__init__(spec, known, today, findings)
        self.files: list[str] = []
        self._parts: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]] = []
        self._bad = 0

    @property
    def refused_rows(self) -> int:
        """See SheetCheck."""
        return self._bad

    def check(self, sheet: Sheet, batch: Batch) -> CheckedBatch:
        """Check a batch and keep it packed; nothing is left to collect."""
        values, rows, bad = super().check(sheet, batch)
        subjects = pa.compute.fill_null(pa.compute.index_in(values["subject"], pa.array(_NAMES)), 0).to_numpy()
        amounts = pa.compute.fill_null(values["amount_fen"], NO_AMOUNT).to_numpy()
        negative = np.flatnonzero((amounts < 0) & (amounts > NO_AMOUNT) & _ONLY_POSITIVE[subjects] & ~bad)
        why = Checked(values["amount_fen"], negative, negative, lambda place: "不能为负数（只有生产经营性科目可以）")
        self.findings.refuse(self._issues(sheet, batch, "金额", why, negative, ERROR), len(negative))
        amounts = np.where(bad, NO_AMOUNT, amounts)
        amounts[negative] = NO_AMOUNT
        keyed = np.ones(len(rows), bool)
        for name in ("household_id", "month", "subject"):
            keyed &= values[name].is_valid().to_numpy(zero_copy_only=False)
        self._bad += int((~keyed).sum())
        household, month = (pa.compute.fill_null(values[name], 0).to_numpy() for name in ("household_id", "month"))
        keys = (household << (_MONTH_BITS + _SUBJECT_BITS)) | (month << _SUBJECT_BITS) | subjects
        if sheet.file not in self.files:
            self.files.append(sheet.file)
        places = (self.files.index(sheet.file) << 32) | rows
        self._parts.append((keys[keyed], amounts[keyed], places[keyed]))
        return {}, np.empty(0, np.int64), np.empty(0, bool)

    def collect(self, sheet: Sheet, batches: list[CheckedBatch]) -> None:
        """Everything is kept by ``check`` already."""

    def finish(self) -> None:
        """Sort by key, refuse contradictions, drop repetitions."""
        if not self._parts:
            self.keys = self.amounts = np.empty(0, np.int64)
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
        keys, amounts = keys[kept], amounts[kept]
        order = np.argsort(keys, kind="stable")
        self.keys, self.amounts = keys[order], amounts[order]

    def _conflict(self, key: int, one: int, other: int) -> Issue:
        household, month = key >> (_MONTH_BITS + _SUBJECT_BITS), (key >> _SUBJECT_BITS) & (2**_MONTH_BITS - 1)
        value = shown_key(self.spec, self.known, [household, month, _NAMES[key & (2**_SUBJECT_BITS - 1)]])
        file, above = self.files[one >> 32], self.files[other >> 32]
        line = f"{'' if file == above else above + ' '}第 {other & 0xFFFFFFFF} 行"
        reason = f"本行与{line}的户编号、月份、科目相同，但金额不同"
        return Issue(self.spec.name, one & 0xFFFFFFFF, "户编号", value, reason, ERROR, file)

    @property
    def groups(self) -> int:
        """How many rows of the store the lines make."""
        return int(np.count_nonzero(np.diff(self.keys >> _SUBJECT_BITS, prepend=-1)))

    def rows(self) -> Iterator[list[int]]:
        """Rows for the store in the order of COLUMNS, by household and month; NO_AMOUNT where a subject has no line."""
        owners = self.keys >> _SUBJECT_BITS
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        for places in batches(range(len(starts)), _GROUPS):
            begin, after = starts[places[0]], places[-1] + 1
            end = starts[after] if after < len(starts) else len(owners)
            heads = owners[starts[places[0] : after]]
            grid = np.full((len(heads), len(COLUMNS)), NO_AMOUNT, object)
            grid[:, 0] = heads >> _MONTH_BITS
            grid[:, 1] = heads & (2**_MONTH_BITS - 1)
            group = np.searchsorted(heads, owners[begin:end])
            grid[group, 2 + (self.keys[begin:end] & (2**_SUBJECT_BITS - 1))] = self.amounts[begin:end].astype(object)
            yield from grid.tolist()
