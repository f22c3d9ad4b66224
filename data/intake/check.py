"""All rows of one sheet against the rules of the workbook; every fault is found, none stops the rest."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.access.masks import mask_id
from data.intake import broken
from data.intake.columns import Checked, ColumnCheck, FactCheck
from data.intake.issues import ERROR, WARNING, FileFault, Findings, Issue
from data.intake.known import KnownCodes
from data.intake.pieces import Piece
from data.intake.read import Batch, Sheet
from data.intake.repeats import mark_repeats
from data.intake.standing import refuse_lacking
from data.intake.walking import refuse_same_place
from data.regions.codes import needed_parent
from data.workbook.sheets import EPISODE, FACTS, HOUSEHOLD, OWN_COLUMNS, REGION, SHEET, SheetSpec

Progress = Callable[[str, int, int], None]


Masks = dict[str, npt.NDArray[np.bool_]]

_TELLS_LITTLE = 6  # digits of an ID number that somebody typed


@dataclass(frozen=True)
class CheckedBatch:
    """Values by column name, row numbers, mask of the refused rows; by column name masks of the cells that empty what
    is stored (where there are any), and of required ones that are empty."""

    values: dict[str, pa.Array]
    rows: npt.NDArray[np.int64]
    bad: npt.NDArray[np.bool_]
    cleared: Masks
    lacking: Masks


class SheetCheck:
    """Checks the rows of one sheet, from however many files."""

    def __init__(self, spec: SheetSpec, known: KnownCodes, today: date, findings: Findings) -> None:
        self.spec, self.known, self.findings, self.today = spec, known, findings, today
        self.checks = {column.heading: ColumnCheck(column, known, today) for column in spec.columns}
        self.facts = FactCheck(known, today) if spec.name == FACTS else None
        self.pieces: list[Piece] = []
        self.read = self.left_out = 0

    def __getstate__(self) -> dict[str, object]:
        """What it found, without what it found it with: kept until people have decided."""
        return {**vars(self), "spec": self.spec.name, "checks": {}, "facts": None}

    def __setstate__(self, state: dict[str, Any]) -> None:  # Any: each attribute its own
        vars(self).update(state, spec=SHEET[state["spec"]])

    @property
    def refused_rows(self) -> int:
        """How many rows are not fit to be written; ``left_out`` of them were found so beside the store."""
        return sum(int(piece.bad.sum()) for piece in self.pieces) + self.left_out

    def take(self, sheet: Sheet, progress: Progress) -> None:
        """Read and check one file's rows; raises FileFault where the sheet as a whole cannot be read."""
        headings = self._headings(sheet)
        batches = []
        for batch in sheet.batches(headings) if headings else ():
            batches.append(self.check(sheet, batch))
            self.read += len(batch.rows)
            progress(f"校验 {self.spec.name}", batch.done, sheet.size)
        self.collect(sheet, batches)

    def _headings(self, sheet: Sheet) -> list[str]:
        """The known headings of a sheet, none for an empty one; raises FileFault where required ones are missing."""
        found = [heading for heading in sheet.headings() if heading]
        twice = {heading for heading in found if found.count(heading) > 1 and heading in self.checks}
        missing = [c.heading for c in self.spec.columns if c.required and c.heading not in found]
        if found and (twice or missing):
            parts = [f"缺少必填的列：{'、'.join(missing)}"] * bool(missing)
            parts += [f"列名重复：{'、'.join(sorted(twice))}"] * bool(twice)
            first = missing[0] if missing else sorted(twice)[0]
            self.findings.refuse_file(sheet.file, "；".join(parts), sheet=self.spec.name, row=sheet.head, column=first)
            raise FileFault
        self.findings.ignored += [
            f"{self.spec.name} 的列 {h}" for h in found if h not in self.checks and h not in OWN_COLUMNS
        ]
        return [heading for heading in self.checks if heading in found]

    def check(self, sheet: Sheet, batch: Batch) -> CheckedBatch:
        """The values of a batch; faults are reported."""
        bad = np.zeros(len(batch.rows), bool)
        values = {}
        cleared: Masks = {}
        lacking: Masks = {}
        for heading, texts in batch.cells.items():
            column = self.checks[heading].column
            if self.facts is not None and column.kind == "fact":
                item = self.spec.column("item").heading
                checked = self.facts.run(texts, self.checks[item].run(batch.cells[item]).values)
            else:
                checked = self.checks[heading].run(texts)
            values[column.name] = checked.values
            if column.key and not column.required:  # 监测线: no province stands for all
                values[column.name] = pc.fill_null(checked.values, "")
            if len(checked.cleared):
                cleared[column.name] = _mask(len(bad), checked.cleared)
            if column.required and not column.key and values[column.name].null_count:
                empty = values[column.name].is_null().to_numpy(zero_copy_only=False)
                given = _mask(len(bad), np.concatenate([checked.cleared, checked.faults]))
                lacking[column.name] = empty & ~given
            if len(checked.faults):
                bad[checked.faults] = True
                self.findings.refuse(
                    self._issues(sheet, batch, heading, checked, checked.faults, ERROR), len(checked.faults)
                )
            if len(checked.doubts):
                self.findings.warn(
                    self._issues(sheet, batch, heading, checked, checked.doubts, WARNING), len(checked.doubts)
                )
        for column in self.spec.key:  # 结对帮扶 of before: with nobody of the household alone
            if not column.required and column.name not in values:
                values[column.name] = pa.array([""] * len(batch.rows), pa.string())
        for place in batch.ragged:
            bad[place] = True
            reason = "本行的格子比表头多，可能有未加引号的逗号"
            self.findings.refuse([Issue(self.spec.name, int(batch.rows[place]), "", "", reason, ERROR, sheet.file)], 1)
        self._check_order(sheet, batch, values, bad)
        self._check_points(sheet, batch, values)
        return CheckedBatch(values, batch.rows, bad, cleared, lacking)

    def _issues(
        self, sheet: Sheet, batch: Batch, heading: str, checked: Checked, places: Iterable[int], severity: str
    ) -> Iterator[Issue]:
        for place in map(int, places):
            value = batch.cells[heading][place].as_py()[:200]
            tells = len(value) > _TELLS_LITTLE and value.strip() not in broken.WORDS
            if self.spec.by_heading[heading].kind == "identity" and tells:
                value = mask_id(value) or ""  # also one that is none, for a blank or a digit
            row = int(batch.rows[place])
            seen = batch.under[place] if batch.under and heading in ("月份", "科目", "金额") else heading
            yield Issue(self.spec.name, row, seen, value, checked.reason(place), severity, sheet.file)

    def _check_order(self, sheet: Sheet, batch: Batch, values: dict[str, pa.Array], bad: npt.NDArray[np.bool_]) -> None:
        for start, end in self.spec.order:
            if start not in values or end not in values:
                continue
            wrong = np.flatnonzero(
                pc.fill_null(pc.less(values[end], values[start]), False).to_numpy(zero_copy_only=False)
            )
            bad[wrong] = True
            first, last = self.spec.column(start).heading, self.spec.column(end).heading
            why = Checked(values[start], wrong, wrong, _too_early(first, last, values[start]))
            self.findings.refuse(self._issues(sheet, batch, last, why, wrong, ERROR), len(wrong))

    def _check_points(self, sheet: Sheet, batch: Batch, values: dict[str, pa.Array]) -> None:
        if "lon" not in values or "lat" not in values:
            return
        for name, other in (("lon", "lat"), ("lat", "lon")):
            missing, heading = self.spec.column(name).heading, self.spec.column(other).heading
            given = pc.not_equal(pc.utf8_trim_whitespace(batch.cells[missing]), "")
            half = pc.and_not(pc.is_valid(values[other]), given).to_numpy(zero_copy_only=False)
            places = np.flatnonzero(half)
            why = Checked(values[other], places, places, _half_given(heading, missing))
            self.findings.warn(self._issues(sheet, batch, heading, why, places, WARNING), len(places))

    def collect(self, sheet: Sheet, batches: list[CheckedBatch]) -> None:
        """Keep what one file holds."""
        if not batches:
            return
        names = tuple(batches[0].values)
        table = pa.concat_tables([pa.table(batch.values) for batch in batches])
        rows = np.concatenate([batch.rows for batch in batches])
        bad = np.concatenate([batch.bad for batch in batches])
        cleared = _joined([(batch.cleared, len(batch.rows)) for batch in batches])
        lacking = _joined([(batch.lacking, len(batch.rows)) for batch in batches])
        repeated = np.zeros(len(rows), bool)
        self.pieces.append(Piece(sheet.file, sheet.current, names, table, rows, bad, repeated, cleared, lacking))

    def finish(self) -> None:
        """What only all rows together show: repeated keys, regions without a parent; then let others refer to them."""
        mark_repeats(self.spec, self.pieces, self.known, self.findings)
        refuse_lacking(self.spec, self.pieces, self.known, self.findings)
        if self.spec.name == HOUSEHOLD:
            refuse_same_place(self.spec, self.pieces, self.known, self.findings)
        if self.spec.name == REGION:
            self._check_parents()
        if self.spec.name in self.known.refused:
            self._make_known()

    def _check_parents(self) -> None:
        known = self.known.codes[REGION]
        rows = [
            (code, piece, place)
            for piece in self.pieces
            for place, code in enumerate(piece.values.column("code").to_pylist())
            if code is not None
        ]
        filed = {code for code, piece, place in rows if not (piece.bad[place] and self.known.valid_rows)}
        for code, piece, place in sorted(rows, key=lambda row: len(row[0])):
            needed = needed_parent(code)
            if needed and needed not in known and needed not in filed:
                filed.discard(code)
                piece.bad[place] = True
                reason = f"上级区划 {needed} 不在文件中，系统里也没有"
                if any(other == needed for other, _, _ in rows):
                    reason = f"上级区划 {needed} 未通过校验，本行依赖于它，随之不写入"
                issue = Issue(REGION, int(piece.rows[place]), "区划代码", code, reason, ERROR, piece.file)
                self.findings.refuse([issue], 1)

    def _make_known(self) -> None:
        if self.spec.name == EPISODE:
            return self._watch()
        good: list[tuple[str, ...]] = []
        refused: list[str] = []
        for piece in self.pieces:
            mask = pa.array(~piece.bad)
            columns = ["code", "village"] if self.spec.name == HOUSEHOLD else ["code"]
            good += zip(*(piece.values.column(c).filter(mask).to_pylist() for c in columns), strict=True)
            refused += piece.values.column("code").filter(pc.invert(mask)).drop_null().to_pylist()
        self.known.add(self.spec.name, (row[0] for row in sorted(good, key=lambda row: (row[-1], row[0]))))
        self.known.refuse(self.spec.name, refused)
        return None

    def _watch(self) -> None:
        for piece in self.pieces:
            codes, homes = (piece.values.column(name).to_pylist() for name in ("code", "household_id"))
            good = ~piece.bad if self.known.valid_rows else np.ones(len(piece.rows), bool)
            for code, home, sound in zip(codes, homes, good, strict=True):
                if sound and code is not None and home is not None:
                    self.known.watch(code, home)
            self.known.refuse(EPISODE, (code for code, sound in zip(codes, good, strict=True) if code and not sound))


def _mask(length: int, places: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(length, bool)
    mask[places] = True
    return mask


def _joined(parts: list[tuple[Masks, int]]) -> Masks:
    """The masks of several batches as one, for columns that have one in any of them."""
    names = dict.fromkeys(name for masks, _ in parts for name in masks)
    return {
        name: np.concatenate([masks.get(name, np.zeros(length, bool)) for masks, length in parts]) for name in names
    }


def _too_early(first: str, last: str, begun: pa.Array) -> Callable[[int], str]:
    return lambda place: f"{last}早于{first}（{begun[place]}）"


def _half_given(heading: str, missing: str) -> Callable[[int], str]:
    return lambda _place: f"只填了{heading}，缺{missing}"
