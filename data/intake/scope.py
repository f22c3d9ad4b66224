"""A file of one township or village writes nothing of another: rows that are not of its sender's region are refused.

Of which region a row is says what it refers to (its region, household, member, project, fund) and, of a record that
stands under its number, where it stands: both must be the sender's. What only tells of another place (a move of before,
what a member left, the project that a fund went into, the regions above) may come back as it stands, not otherwise.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Column, ColumnElement, Connection, Table, exists, not_, or_, select

from data.access.viewer import within
from data.intake.check import SheetCheck
from data.intake.issues import ERROR, Findings, Issue
from data.intake.kept import KeptCheck
from data.intake.ledger import LedgerCheck, unpacked
from data.intake.pieces import Piece
from data.model import fund, household, member, pairing, project, region
from data.regions.tree import counties
from data.store.batches import batches
from data.workbook.kept import KEPT
from data.workbook.sheets import EPISODE, FUND, HELPER, HOUSEHOLD, LINE, MEMBER, PROJECT, REGION, ColumnSpec

_Mask = npt.NDArray[np.bool_]
_Key = Any  # Any: a household's number or a code
_Reason = Callable[[int], str]  # of a row's place in its piece
_REFERRED: dict[str, Column[_Key]] = {
    HOUSEHOLD: household.c.id, MEMBER: member.c.code, PROJECT: project.c.code, FUND: fund.c.code,
}  # fmt: skip
"""Sheet → what other sheets call its rows by."""
_WORDS = {HOUSEHOLD: "这一户", EPISODE: "这个监测对象", MEMBER: "这个人", PROJECT: "这个项目", FUND: "这笔资金"}
_TELLS = {
    ("region", "merged_into"), ("household_move", "origin"), ("household_move", "village"),
    ("member_event", "member"), ("fund", "project"),
}  # fmt: skip
"""(Table, column) that tells of another place."""
_FREE = {("household_event", "other"), ("pairing", "member")}
"""(Table, column) that binds to nothing: from whom one went apart; whom of the row's own household it is about."""
_PLACED = {HOUSEHOLD: "village", MEMBER: "household_id"}
"""Sheet → the column by which a row that stands is moved."""


def refuse_outside(
    connection: Connection, checks: Sequence[SheetCheck], area: str, findings: Findings, kept: KeptCheck | None = None
) -> None:
    """Refuse every row of the files that is not of ``area`` (a region's code; '' the whole refuses nothing), with its
    row, heading and reason. ``checks`` in the order of SHEETS; ``kept``: 系统留存, which only the whole brings."""
    if area:
        _Scope(connection, area, findings).refuse(checks, kept)


class _Scope:
    def __init__(self, connection: Connection, area: str, findings: Findings) -> None:
        self.connection, self.area, self.findings = connection, area, findings
        self._names: dict[str, str] = dict(connection.execute(select(region.c.code, region.c.name)).all())
        self.county = all(code.startswith(area) for code in counties(connection))
        self._foreign: dict[str, set[_Key]] = {sheet: set() for sheet in _REFERRED}  # new ones of the files, elsewhere

    def refuse(self, checks: Sequence[SheetCheck], kept: KeptCheck | None) -> None:
        for check in checks:
            if check.spec.name == REGION:
                self._learn_names(check)
            if isinstance(check, LedgerCheck):
                self._lines(check)
            for piece in check.pieces:
                _Rows(self, check, piece).refuse()
        if kept is not None and kept.read and not self.county:
            self.findings.refuse([Issue(KEPT, None, "", "", "系统自己的记录只能由县级导入，请删去这张表")], 1)
            kept.records.clear()

    def not_ours(self, what: str) -> str:
        return f"{what}不属于{self.called(self.area)}，本单位不能导入"

    def called(self, code: str) -> str:
        return self._names.get(code, code)

    def _learn_names(self, check: SheetCheck) -> None:
        for piece in check.pieces:
            codes, names = (piece.values.column(name).to_pylist() for name in ("code", "name"))
            for code, name in zip(codes, names, strict=True):
                if code and name:
                    self._names.setdefault(code, name)

    def _lines(self, check: LedgerCheck) -> None:
        households = unpacked(check.lines.keys)[0]
        away = list(self.elsewhere(HOUSEHOLD, np.unique(households).tolist()))
        check.refuse_lines(np.isin(households, away), self.not_ours(_WORDS[HOUSEHOLD]))

    def elsewhere(self, sheet: str, keys: Iterable[_Key]) -> set[_Key]:
        """Those of the regions, households, members, projects or funds that are not of the area."""
        if sheet == REGION:
            return {key for key in keys if not key.startswith(self.area)}
        keys = set(keys)
        return self.standing(_REFERRED[sheet], keys) | (keys & self._foreign[sheet])

    def standing(self, key: Column[_Key], keys: Iterable[_Key]) -> set[_Key]:
        """Those whose row of the store is not of the area."""
        return self._found(select(key).where(self._outside(key.table)), key, keys)

    def _outside(self, table: Table) -> ColumnElement[bool]:
        away = [not_(within(table.c[name], self.area)) for name in ("region", "village") if name in table.c]
        if "household_id" in table.c:
            away.append(exists().where(household.c.id == table.c.household_id, not_(self._inside)))
        return or_(*away)

    @property
    def _inside(self) -> ColumnElement[bool]:
        return within(household.c.village, self.area)

    def helping_elsewhere(self, codes: Iterable[str]) -> set[str]:
        """Helpers who are paired, and with nobody of the area."""
        codes = set(codes)
        own = select(pairing.c.helper).join(household, household.c.id == pairing.c.household_id).where(self._inside)
        paired = self._found(select(pairing.c.helper), pairing.c.helper, codes)
        return paired - self._found(own, pairing.c.helper, paired)

    def note_new(self, sheet: str, keys: Iterable[_Key]) -> None:
        """Keep in mind which rows of the files are of elsewhere: what stands is asked of the store."""
        keys, key = set(keys), _REFERRED[sheet]
        self._foreign[sheet] |= keys - self._found(select(key), key, keys)

    def _found(self, asked: Any, key: ColumnElement[_Key], keys: Iterable[_Key]) -> set[_Key]:  # Any: a select of one
        found: set[_Key] = set()
        for batch in batches(sorted(keys)):
            found.update(self.connection.execute(asked.where(key.in_(batch))).scalars())
        return found


class _Rows:
    """The rows of one file for one sheet; each is refused once."""

    def __init__(self, scope: _Scope, check: SheetCheck, piece: Piece) -> None:
        self.scope, self.check, self.piece, self.spec = scope, check, piece, check.spec
        self.left = ~piece.bad

    def refuse(self) -> None:
        spec, scope = self.spec, self.scope
        if spec.name == LINE and scope.county:
            return None
        if spec.name == LINE:
            return self._unless_as_it_stands(self.left, spec.key[1], "监测线只能由县级导入")
        if spec.name == HELPER:
            theirs = self._is_in(spec.key[0], scope.helping_elsewhere)
            return self._unless_as_it_stands(theirs, spec.key[0], "这名责任人帮扶的户都在其他辖区，请由县级修改")
        outside = np.zeros(len(self.left), bool)
        for column in self._columns():
            which = partial(scope.elsewhere, column.reference or REGION)
            away = self._is_in(column, self._cases_elsewhere if column.reference == EPISODE else which)
            reason = self._named(column) if column.kind == "region" else scope.not_ours(_WORDS[column.reference])
            if (spec.table_name, column.name) in _TELLS:
                self._unless_as_it_stands(away, column, reason)
                continue
            if spec.name == REGION:  # those above come with each export, so that codes are known
                above = self._is_in(column, lambda keys: {key for key in keys if scope.area.startswith(key)})
                self._unless_as_it_stands(above & away, column, reason)
            self._refuse(away, column, reason)
            outside |= away
        if spec.name in _REFERRED:
            scope.note_new(spec.name, self._referred(outside))
        if spec.table_name not in ("region", "helper") and spec.key[0].name == "code":
            self._standing_elsewhere()
        return None

    def _columns(self) -> list[ColumnSpec]:
        """The columns that say of which region a row is, those that only tell last."""
        placed = (column for column in self.spec.columns if column.name in self.piece.names)
        bound = (c for c in placed if c.kind == "region" or c.reference in (*_REFERRED, EPISODE))
        bound = (column for column in bound if (self.spec.table_name, column.name) not in _FREE)
        return sorted(bound, key=lambda column: (self.spec.table_name, column.name) in _TELLS)

    def _cases_elsewhere(self, cases: Iterable[_Key]) -> set[_Key]:
        """Those of the cases whose households are not of the area."""
        homes = {case: home for case, (_, home) in self.check.known.cases_told().items()}
        away = self.scope.elsewhere(HOUSEHOLD, {homes[case] for case in cases})
        return {case for case in homes if homes[case] in away}

    def _standing_elsewhere(self) -> None:
        spec, scope, key = self.spec, self.scope, self.spec.key[0]
        stands = self._is_in(key, lambda codes: scope.standing(spec.table.c.code, codes))
        place = _PLACED.get(spec.name, "")
        if place in self.piece.names:
            why = f"系统里登记在其他辖区，要迁入{scope.called(scope.area)}请报县级办理"
            given = self._column(place).is_valid().to_numpy(zero_copy_only=False)
            self._refuse(stands & given, spec.column(place), f"{_WORDS[spec.name]}{why}")
        self._refuse(stands, key, scope.not_ours("系统里的这一条"))

    def _column(self, name: str) -> pa.Array:
        return self.piece.values.column(name).combine_chunks()

    def _is_in(self, column: ColumnSpec, which: Callable[[Iterable[_Key]], set[_Key]]) -> _Mask:
        """Rows whose cell is among ``which`` of the column's values."""
        values = self._column(column.name)
        chosen = which(value for value in pc.unique(values).to_pylist() if value not in (None, ""))
        found: _Mask = pc.is_in(values, pa.array(sorted(chosen), values.type)).to_numpy(zero_copy_only=False)
        return found

    def _referred(self, mask: _Mask) -> list[_Key]:
        codes = [code for code in self._column("code").filter(pa.array(mask)).to_pylist() if code]
        if self.spec.name != HOUSEHOLD:
            return codes
        return [self.check.known.households[code] for code in codes if code in self.check.known.households]

    def _named(self, column: ColumnSpec) -> _Reason:
        values = self._column(column.name)
        return lambda place: self.scope.not_ours(self.scope.called(values[place].as_py()))

    def _refuse(self, mask: _Mask, column: ColumnSpec, reason: str | _Reason) -> None:
        places = np.flatnonzero(mask & self.left)
        self.left[places] = False
        self.piece.bad[places] = True
        self.scope.findings.refuse((self._issue(int(place), column, reason) for place in places), len(places))

    def _issue(self, place: int, column: ColumnSpec, reason: str | _Reason) -> Issue:
        value = self._column(column.name)[place].as_py()
        if column.name == "household_id" and value is not None:
            value = self.check.known.household_code(value)
        elif column.name == "case_id" and value is not None:
            value = self.check.known.case_code(value)
        told = reason if isinstance(reason, str) else reason(place)
        row, shown = int(self.piece.rows[place]), "" if value is None else str(value)
        return Issue(self.spec.name, row, column.heading, shown, told, ERROR, self.piece.file)

    def _unless_as_it_stands(self, mask: _Mask, column: ColumnSpec, reason: str | _Reason) -> None:
        """Refuse the rows that would change what stands, or are new."""
        places = np.flatnonzero(mask & self.left)
        self.left[places] = False
        rows = self.piece.values.take(places).to_pylist()
        keys = [tuple(row[key.name] for key in self.spec.key) for row in rows]
        stored = self._stored({key[0] for key in keys})
        news = np.array([self._differs(row, stored.get(key)) for row, key in zip(rows, keys, strict=True)], bool)
        for mask_of in self.piece.cleared.values():
            news |= mask_of[places]
        fresh = np.zeros(len(mask), bool)
        fresh[places[news]] = True
        self.left |= fresh
        self._refuse(fresh, column, reason)

    def _differs(self, row: dict[str, _Key], stored: dict[str, _Key] | None) -> bool:
        return stored is None or any(value is not None and stored[name] != value for name, value in row.items())

    def _stored(self, firsts: Iterable[_Key]) -> dict[tuple[_Key, ...], dict[str, _Key]]:
        table, found = self.spec.table, {}
        first = table.c[self.spec.key[0].name]
        for batch in batches(sorted(firsts)):
            for row in self.scope.connection.execute(select(table).where(first.in_(batch))).mappings():
                found[tuple(row[key.name] for key in self.spec.key)] = dict(row)
        return found
