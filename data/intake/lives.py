"""Rows of histories against one another and against what stands: wrong order, gaps and overlaps, with the row that
stands against them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Table, func, select

from data import model
from data.figures.courses import BEGINS, ENDS, may_follow
from data.households.registers import Register, events_beside, registers
from data.intake.check import SheetCheck
from data.intake.issues import ERROR, Findings, Issue
from data.intake.known import KnownCodes
from data.intake.pieces import Piece
from data.store.batches import batches
from data.terms import GOING, GONE, JOINED, JOINING, REMOVALS
from data.workbook.sheets import HOUSEHOLD, MEMBER, PAIRING, REGION

_STOOD = "系统里"
_NEVER = "9999"
_CLOSED = "这个村已于 {} 撤销，不能再迁入"
_Key = Any  # Any: a household's number or a code


@dataclass
class Told:
    """A row of the files (``piece`` and its ``place``) or, without, of the store."""

    values: dict[str, Any]  # Any: of its column's type
    piece: Piece | None = None
    place: int = 0

    def __getitem__(self, name: str) -> Any:  # Any: of any type, by column name
        return self.values.get(name)

    @property
    def where(self) -> str:
        """Where it stands, in words."""
        return _STOOD if self.piece is None else f"第 {int(self.piece.rows[self.place])} 行"


class Lives:
    """Goes through the sheets of histories; rows that cannot be are refused."""

    def __init__(
        self, connection: Connection, checks: Sequence[SheetCheck], known: KnownCodes, findings: Findings
    ) -> None:
        self.connection, self.known, self.findings = connection, known, findings
        self.checks = {check.spec.name: check for check in checks}

    def refuse(self) -> None:
        """Refuse what contradicts."""
        self._regions()
        self._changes(HOUSEHOLD, "村代码", "户迁移", model.household_move, "household_id")
        self._changes(MEMBER, "户编号", "成员变动", model.member_event, "member")
        self._into_closed()
        self._events()
        self._moves()
        self._belongings()
        self._paired()
        self._episodes()

    def _filed(self, sheet: str) -> list[Told]:
        check = self.checks.get(sheet)
        return list(_rows(check)) if check is not None else []

    def _refuse(self, sheet: str, row: Told, heading: str, reason: str) -> None:
        assert row.piece is not None
        row.piece.bad[row.place] = True
        value = str(row[self.checks[sheet].spec.by_heading[heading].name] or "")
        issue = Issue(sheet, int(row.piece.rows[row.place]), heading, value, reason, ERROR, row.piece.file)
        self.findings.refuse([issue], 1)

    def _paired(self) -> None:
        """Whom a pairing is with is, or has been, of the household."""
        check = self.checks.get(PAIRING)
        pieces = check.pieces if check is not None else ()
        named = {code for piece in pieces for code in pc.unique(piece.values.column("member")).to_pylist() if code}
        if check is None or not named:
            return
        rows = list(_rows(check, sorted(named), "member"))
        of = set()
        for sheet, table, name in ((MEMBER, model.member, "code"), ("成员变动", model.member_event, "member")):
            stands = _stored(self.connection, table, name, named)
            filed = _rows(self.checks[sheet], sorted(named), name) if sheet in self.checks else ()
            of |= {(row[name], row["household_id"]) for row in chain(filed, *stands.values())}
        for row in rows:
            if (row["member"], row["household_id"]) not in of:
                self._refuse(PAIRING, row, "人编号", "不是这一户的家庭成员")

    def _regions(self) -> None:
        for row in self._filed(REGION):
            into = row["merged_into"]
            if into is not None and into not in self.known.codes[REGION]:
                self._refuse(REGION, row, "并入代码", f"没有 {into}，请先在“{REGION}”表中登记")
            elif into is not None and into == row["code"]:
                self._refuse(REGION, row, "并入代码", "不能并入自己")

    def _changes(self, sheet: str, heading: str, history: str, table: Table, whose: str) -> None:
        """Another village or household than stands, of a day before the last that the history tells of."""
        check, asked = self.checks.get(sheet), select(table.c[whose], func.max(table.c.day)).group_by(table.c[whose])
        if check is None:
            return
        last = {self._code_of(sheet, key): day for key, day in self.connection.execute(asked)}
        told = {self._code_of(sheet, row[whose]) for row in self._filed(history)}
        name = check.spec.by_heading[heading].name
        rows = [row for row in _rows(check, list(last)) if row[name] is not None and row["code"] not in told]
        held = _stored(self.connection, check.spec.table, "code", {row["code"] for row in rows})
        for row in rows:
            day, before = row["collected"] or check.today.isoformat(), last[row["code"]]
            if row[name] != held[row["code"]][0][name] and day < before:
                reason = f"“{history}”里 {before} 的记录在 {day} 之后，请在“{history}”表中填写"
                self._refuse(sheet, row, heading, reason)

    def _into_closed(self) -> None:
        """A household that stands elsewhere, moved to a village that is no more: files of before a merger say so."""
        closed, check = self._closed(), self.checks.get(HOUSEHOLD)
        if check is None or not closed:
            return
        rows = list(_rows(check, list(closed), "village"))
        held = _stored(self.connection, model.household, "code", {row["code"] for row in rows})
        told = {self._code_of(HOUSEHOLD, row["household_id"]) for row in self._filed("户迁移")}
        for row in rows:
            stands = held.get(row["code"])
            if stands is None or stands[0]["village"] == row["village"] or row["code"] in told:
                continue
            if (row["collected"] or check.today.isoformat()) >= closed[row["village"]]:
                reason = f"{_CLOSED.format(closed[row['village']])}，系统里本户在 {stands[0]['village']}"
                self._refuse(HOUSEHOLD, row, "村代码", reason)

    def _closed(self) -> dict[str, str]:
        """Village that is no more → since when."""
        region = model.region.c
        asked = select(region.code, region.closed).where(region.closed.is_not(None))
        found: dict[str, str] = dict(self.connection.execute(asked).all())
        return found

    def _code_of(self, sheet: str, key: int | str) -> str:
        return self.known.household_code(int(key)) if sheet == HOUSEHOLD else str(key)

    def _events(self) -> None:
        sheet, table = "户变动", model.household_event
        filed = _grouped(self._filed(sheet), "household_id")
        held = _stored(self.connection, table, "household_id", filed)
        before = self._registers(filed)
        for household, rows in filed.items():
            own = {(row["day"], row["kind"]) for row in rows}
            stands = [row for row in held.get(household, ()) if (row["day"], row["kind"]) not in own]
            one = before.get(household)
            if one is not None and not one.told:
                beside = events_beside(one.columns, own)
                stands += [Told({"day": day, "kind": kind}) for day, kind in beside]
            self._one_course(sheet, sorted([*stands, *rows], key=_by_day))

    def _one_course(self, sheet: str, rows: Sequence[Told]) -> None:
        last: Told | None = None  # of its base
        ended: Told | None = None
        days: dict[str, Told] = {}
        for row in rows:
            kind, day = row["kind"], row["day"]
            against, why = None, ""
            if ended is not None:
                against, why = ended, f"之后不能再有“{kind}”"
            elif kind == BEGINS:
                continue
            elif day in days:
                against, why = days[day], f"与“{kind}”在同一天，互相矛盾"
            elif kind not in ENDS and not may_follow(kind, last["kind"] if last else None):
                if last is None:
                    if row.piece is not None:
                        self._refuse(sheet, row, "变动", "此前没有返贫，不能再脱贫")
                    continue
                against, why = last, f"之后不能是“{kind}”"
            if against is not None:
                self._refuse_pair(sheet, "变动", row, against, f"{against['day']}“{against['kind']}”，{why}")
                continue
            days[day] = row
            if kind in ENDS:
                ended = row
            else:
                last = row

    def _refuse_pair(self, sheet: str, heading: str, row: Told, against: Told, why: str) -> None:
        """Refuse the later row where it is of the files, else the one that stands against it."""
        if row.piece is not None:
            self._refuse(sheet, row, heading, f"{against.where} {why}")
        elif against.piece is not None:
            self._refuse(sheet, against, heading, f"{row.where} {row['day']} 的记录与本行矛盾：{why}")

    def _moves(self) -> None:
        sheet, table = "户迁移", model.household_move
        filed = _grouped(self._filed(sheet), "household_id")
        held = _stored(self.connection, table, "household_id", filed)
        villages, closed = self._villages(filed), self._closed()
        for household, rows in filed.items():
            own = {row["day"] for row in rows}
            stands = [row for row in held.get(household, ()) if row["day"] not in own]
            ordered = sorted([*stands, *rows], key=lambda row: str(row["day"]))
            village = villages.get(household)
            if village is not None and not held.get(household) and village not in (
                ordered[0]["origin"], ordered[-1]["village"],
            ):  # fmt: skip
                self._refuse(sheet, ordered[0], "原村代码", f"系统里本户在 {village}，不是从这个村迁出的")
                continue
            last: Told | None = None
            for row in ordered:
                if row["origin"] == row["village"] and row.piece is not None:
                    self._refuse(sheet, row, "新村代码", "与原村代码相同")
                elif row.piece is not None and closed.get(row["village"], _NEVER) <= row["day"]:
                    self._refuse(sheet, row, "新村代码", _CLOSED.format(closed[row["village"]]))
                elif last is not None and row["origin"] != last["village"]:
                    why = f"{last['day']} 迁到 {last['village']}，{row['day']} 却从 {row['origin']} 迁出"
                    self._refuse_pair(sheet, "原村代码", row, last, why)
                else:
                    last = row

    def _belongings(self) -> None:
        sheet = "成员变动"
        filed = _grouped(self._filed(sheet), "member")
        held = _stored(self.connection, model.member_event, "member", filed)
        stood = _stored(self.connection, model.member, "code", filed)
        for member, rows in filed.items():
            own = {(row["day"], row["kind"]) for row in rows}
            stands = [row for row in held.get(member, ()) if (row["day"], row["kind"]) not in own]
            ordered = sorted([*stands, *rows], key=lambda row: (row["day"], row["kind"] == JOINED))
            before = stood.get(member, [None])[0] if not held.get(member) else None
            self._one_belonging(sheet, ordered, before)

    def _one_belonging(self, sheet: str, rows: Sequence[Told], stood: Told | None) -> None:
        """``stood``: the member as he stands, where no row tells of him yet."""
        last: Told | None = None
        joins = {row["household_id"] for row in rows if row["kind"] == JOINED}
        if stood is not None and stood["household_id"] not in joins:
            last = Told({"day": stood["joined"] or "", "kind": JOINED, "household_id": stood["household_id"]})
            if stood["gone"] is not None:
                last = Told({**last.values, "day": stood["gone"], "kind": GONE})
        for row in rows:
            fitting = JOINING if row["kind"] == JOINED else GOING
            if row.piece is not None and row["reason"] is not None and row["reason"] not in fitting:
                self._refuse(sheet, row, "原因", f"“{row['kind']}”的原因应为：{'、'.join(fitting)}")
                continue
            if last is not None and row["kind"] == JOINED and last["kind"] == JOINED:
                why = f"{last['day']} 已加入 {self._code(last)}，还没有离开"
                self._refuse_pair(sheet, "变动", row, last, why.strip())
                continue
            if last is not None and row["kind"] == GONE:
                if last["kind"] == GONE:
                    self._refuse_pair(
                        sheet, "变动", row, last, f"{last['day']} 已离开 {self._code(last)}，不属于任何户"
                    )
                    continue
                if last["household_id"] != row["household_id"]:
                    why = f"{last['day']} 加入的是 {self._code(last)}，不属于本行的户".strip()
                    self._refuse_pair(sheet, "户编号", row, last, why)
                    continue
            last = row

    def _code(self, row: Told) -> str:
        return self.known.household_code(row["household_id"])

    def _episodes(self) -> None:
        sheet = "监测"
        filed = self._filed(sheet)
        codes = _stored(self.connection, model.episode, "code", _grouped(filed, "code"))
        merged = []
        for row in filed:
            stands = codes.get(row["code"], [Told({})])[0].values
            given = {name: value for name, value in row.values.items() if value is not None}
            merged.append(Told({**stands, **given}, row.piece, row.place))
        for row in merged:
            if "其他" in (row["risks"] or "").split("、") and not row["risk_note"]:
                self._refuse(sheet, row, "风险备注", "风险含“其他”，须填写风险备注")
            if row["removal"] == REMOVALS[1] and not row["natural_reason"]:
                self._refuse(sheet, row, "自然消除原因", "自然消除须填写原因")
            if row["removal"] and not row["removed"]:
                self._refuse(sheet, row, "消除日期", "填了消除方式，须填写消除日期")
        households = _grouped(merged, "household_id")
        held = _stored(self.connection, model.episode, "household_id", households)
        for household, rows in households.items():
            own = {row["code"] for row in rows}
            others = [row for row in held.get(household, ()) if row["code"] not in own]
            last: Told | None = None
            for row in sorted([*others, *rows], key=lambda one: str(one["identified"])):
                row.values["day"] = row["identified"]
                if last is not None and (last["removed"] is None or row["identified"] < last["removed"]):
                    until = last["removed"] or "至今未消除"
                    why = f"{last['code']}（{last['identified']} 至 {until}）与 {row['code']} 的监测时段重叠"
                    self._refuse_pair(sheet, "识别日期", row, last, why)
                else:
                    last = row

    def _registers(self, households: Iterable[int]) -> dict[int, Register]:
        return registers(self.connection, households)

    def _villages(self, households: Iterable[int]) -> dict[int, str]:
        """The villages of those households that stand."""
        table = model.household.c
        found: dict[int, str] = {}
        for batch in batches(sorted(households)):
            found |= dict(self.connection.execute(select(table.id, table.village).where(table.id.in_(batch))).all())
        return found


def _by_day(row: Told) -> tuple[str, bool]:
    return row["day"], row["kind"] in ENDS


def _grouped(rows: Iterable[Told], name: str) -> dict[_Key, list[Told]]:
    found = defaultdict(list)
    for row in rows:
        if row[name] is not None:
            found[row[name]].append(row)
    return dict(found)


def _stored(connection: Connection, table: Table, name: str, keys: Iterable[_Key]) -> dict[_Key, list[Told]]:
    """Rows of the store by one of their columns."""
    found = defaultdict(list)
    for batch in batches(sorted(keys)):
        for row in connection.execute(select(table).where(table.c[name].in_(batch))).mappings():
            found[row[name]].append(Told(dict(row)))
    return dict(found)


def _rows(check: SheetCheck, codes: Sequence[str] | None = None, name: str = "code") -> Iterator[Told]:
    """The sound rows of a sheet, or of those the ones with these codes in a column."""
    for piece in check.pieces:
        sound = ~(piece.bad | piece.repeated)
        if codes is not None:
            sound &= pc.is_in(piece.values.column(name), pa.array(codes, pa.string())).to_numpy()
        places = np.flatnonzero(sound)
        columns = {name: piece.values.column(name).take(places).to_pylist() for name in piece.names}
        for at, place in enumerate(places.tolist()):
            yield Told({name: values[at] for name, values in columns.items()}, piece, place)
