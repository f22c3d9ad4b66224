"""系统留存 comes in: records of the application itself, where nothing of their kind stands."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress

from sqlalchemy import Connection, Integer, insert, select

from data.access.roles import SETTINGS as COUNTYS
from data.errors import Refused
from data.intake.issues import ERROR, WARNING, Findings, Issue
from data.intake.known import KnownCodes
from data.intake.read import Sheet
from data.model import assurance, dividend_plan, setting
from data.settings import SETTINGS
from data.store.batches import batches
from data.store.engine import follow_keys
from data.workbook.kept import HEADINGS, KEPT, KINDS, Kind
from data.workbook.sheets import PROJECT, REGION

Record = dict[str, object]
_BY_NAME = {kind.name: kind for kind in KINDS}
_REFERS = {"village": REGION, "region": REGION, "county": REGION, "project": PROJECT}
"""Column → the sheet whose key it holds."""


class KeptCheck:
    """Reads the sheet; ``records`` are its rows by kind, with the ids of their households, once these are known."""

    def __init__(self, known: KnownCodes, findings: Findings) -> None:
        self.known, self.findings = known, findings
        self.records: dict[str, list[Record]] = defaultdict(list)
        self._rows: list[tuple[str, int, str, str]] = []  # file, row, kind, content

    @property
    def read(self) -> int:
        return len(self._rows)

    def take(self, sheet: Sheet) -> None:
        """Read one file's rows; raises FileFault where they cannot be read."""
        if not set(HEADINGS) <= set(sheet.headings()):
            return self.findings.refuse_file(sheet.file, "缺少列：类别、内容", sheet=KEPT, row=1)
        for batch in sheet.batches(HEADINGS):
            names, contents = (batch.cells[heading].to_pylist() for heading in HEADINGS)
            for row, name, content in zip(batch.rows.tolist(), names, contents, strict=True):
                self._rows.append((sheet.file, row, name, content))
                self._begin_year(name, content)
        return None

    def _begin_year(self, name: str, content: str) -> None:
        """The income year of the files' totals is that of the store they come from, where this one has set none."""
        if name != "设置" or self.known.income_year_is_set:
            return
        with suppress(ValueError, TypeError, KeyError, Refused):
            held = json.loads(content)
            if held["name"] == "income_year_start":
                self.known.income_year_start = int(SETTINGS["income_year_start"].check(held["value"]))

    def find(self) -> None:
        """Look up what the rows refer to; those that are no record of their kind are refused."""
        for file, row, name, content in self._rows:
            try:
                record = self._record(_BY_NAME[name], content)
                if name != "设置" or SETTINGS[str(record["name"])].thing == COUNTYS:
                    self.records[name].append(record)
            except (KeyError, ValueError, TypeError, Refused):
                reason = "不是系统导出的内容，或它所指的户、项目、区划不在文件中；请用未改动过的导出文件"
                self.findings.refuse([Issue(KEPT, row, "内容", name, reason, ERROR, file)], 1)

    def _record(self, kind: Kind, content: str) -> Record:
        """Raises KeyError, ValueError, TypeError or Refused for what is no record of its kind."""
        held = json.loads(content)
        record: Record = {column.name: held.get(column.name) for column in kind.table.c}
        if not held.keys() <= record.keys():
            raise KeyError
        for column in kind.table.c:
            value = record[column.name]
            if value is None and column.nullable:
                continue
            if column.name == "household_id":
                record[column.name] = self.known.households[str(value)]
            elif isinstance(column.type, Integer) != isinstance(value, int) or isinstance(value, bool | list | dict):
                raise TypeError
            elif sheet := _REFERS.get(column.name):
                self._find(sheet, str(value))
        if kind.table is setting and (one := SETTINGS[str(record["name"])]).thing == COUNTYS:
            record["value"] = one.check(str(record["value"]))
        return record

    def _find(self, sheet: str, code: str) -> None:
        if code not in self.known.codes[sheet]:
            raise KeyError(code)

    def refuse_other_plans(self, connection: Connection) -> None:
        """Plans come into a store without any; those that stand there already are passed over, others are refused."""
        names = ("id", "village", "created", "actor")
        held = {tuple(row) for row in connection.execute(select(*(dividend_plan.c[name] for name in names)))}
        filed = {tuple(record[name] for name in names) for record in self.records["分配方案"]}
        if not held:
            return
        if not filed <= held:
            reason = "系统里已有收益分配方案，文件里的方案不能并入：并入会使已分配的收益可以再分。请导入空的数据库。"
            self.findings.refuse([Issue(KEPT, None, "分配方案", "", reason)], 1)
        for kind in KINDS:
            if kind.of_plan:
                self.records.pop(kind.name, None)

    def write(self, connection: Connection) -> int:
        """Write what nothing stands in the place of; returns how many rows."""
        written = 0
        for kind in KINDS:
            rows = self.records.get(kind.name, [])
            if kind.table in (assurance, setting):
                rows = self._missing(connection, kind, rows)
            elif rows and connection.execute(select(*kind.table.primary_key).limit(1)).first():
                rows = []
            for batch in batches(rows):
                connection.execute(insert(kind.table), batch)
            if rows:
                follow_keys(connection, kind.table)
            written += len(rows)
        return written

    def _missing(self, connection: Connection, kind: Kind, rows: Sequence[Record]) -> list[Record]:
        """Rows whose key does not stand; a setting that stands otherwise is told and stays."""
        keys = [column.name for column in kind.table.primary_key]
        held: dict[tuple[object, ...], Mapping[str, object]] = {
            tuple(row[key] for key in keys): dict(row) for row in connection.execute(select(kind.table)).mappings()
        }
        if kind.table is setting:
            for row in rows:
                stands = held.get((row["name"],))
                if stands is not None and stands["value"] != row["value"]:
                    reason = f"系统里是“{stands['value']}”，文件里是“{row['value']}”；保留系统里的"
                    self.findings.warn([Issue(KEPT, None, "设置", str(row["name"]), reason, WARNING)], 1)
        return [row for row in rows if tuple(row[key] for key in keys) not in held]
