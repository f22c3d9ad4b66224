"""The sheet 监测步骤 against itself, 监测 and what stands: which step of the way each row is, and what cannot be."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, select

from data.intake.check import SheetCheck
from data.intake.issues import ERROR, WARNING, Findings, Issue
from data.intake.known import KnownCodes
from data.intake.pieces import Piece
from data.model import case_step, episode
from data.monitoring.steps_in import NEEDS_EPISODE, Told, in_order, meant
from data.store.batches import batches
from data.store.rows import Record
from data.workbook.sheets import EPISODE, STEPS
from data.workbook.steps import STEPS as WORDS


@dataclass
class _Row(Told):
    """A step of the files, and where it stands."""

    piece: Piece | None = None
    place: int = 0


def check_steps(connection: Connection, checks: Sequence[SheetCheck], known: KnownCodes, findings: Findings) -> None:
    """Read the steps for what they are; refuse votes that cannot be, and steps of who is watched without 监测."""
    check = next((one for one in checks if one.spec.name == STEPS), None)
    if check is not None:
        _Steps(connection, check, known, findings).run(next((one for one in checks if one.spec.name == EPISODE), None))


class _Steps:
    def __init__(self, connection: Connection, check: SheetCheck, known: KnownCodes, findings: Findings) -> None:
        self.connection, self.check, self.known, self.findings = connection, check, known, findings

    def run(self, episodes: SheetCheck | None) -> None:
        for piece in self.check.pieces:
            self._votes(piece)
        rows: dict[int, list[Told]] = defaultdict(list)
        for piece in self.check.pieces:
            told_rows = _rows(piece)
            for place in np.flatnonzero(~(piece.bad | piece.repeated)).tolist():
                row = told_rows[place]
                step = _Row(row["action"], row["day"], row.get("reason"), piece=piece, place=place)
                rows[row["case_id"]].append(step)
        watched = self._watched(episodes)
        stands = self._stands(rows)
        told = self.known.cases_told()
        for case, mine in rows.items():
            keys = {(one.action, one.day) for one in stands[case]}
            new = [one for one in mine if (one.action, one.day) not in keys]
            ordered = in_order([*stands[case], *new])
            for one, action in zip(ordered, meant(ordered), strict=True):
                one.action = action
            green = any(one.action == "green" for one in ordered)
            for one in mine:
                if isinstance(one, _Row):
                    self._against(one, watched.get(told[case][0]), green=green)
        self._keep(rows)

    def _votes(self, piece: Piece) -> None:
        """Nobody votes who is not there."""
        for place, row in enumerate(_rows(piece)):
            entitled, present = row.get("entitled"), row.get("present")
            if piece.bad[place] or present is None:
                continue
            if entitled is not None and present > entitled:
                self._refuse(piece, place, "present", f"实到多于应到（{entitled}）")
            elif (row.get("agreed") or 0) + (row.get("against") or 0) > present:
                self._refuse(piece, place, "agreed", f"同意与不同意合计多于实到（{present}）")

    def _watched(self, episodes: SheetCheck | None) -> dict[str, tuple[str, str | None]]:
        """监测编号 → 识别日期 and 消除日期, as they stand once the files are written."""
        one = episode.c
        found: dict[str, tuple[str, str | None]] = {}
        for code, identified, removed in self.connection.execute(select(one.code, one.identified, one.removed)):
            found[code] = identified, removed
        for piece in episodes.pieces if episodes else ():
            for bad, row in zip(piece.bad, _rows(piece), strict=True):
                if not bad:
                    before = found.get(row["code"], ("", None))
                    found[row["code"]] = row.get("identified") or before[0], row.get("removed") or before[1]
        return found

    def _stands(self, rows: Mapping[int, object]) -> dict[int, list[Told]]:
        of, found = case_step.c, defaultdict(list)
        asked = select(of.case_id, of.action, of.day, of.reason, of.id, of.after)
        for some in batches(sorted(rows)):
            for row in self.connection.execute(asked.where(of.case_id.in_(some))):
                found[row.case_id].append(Told(row.action, row.day, row.reason, row.id, row.after))
        return found

    def _against(self, one: _Row, watched: tuple[str, str | None] | None, *, green: bool) -> None:
        """``green``: helped first, which is when it was identified."""
        assert one.piece is not None
        word = WORDS[one.action]
        if one.action in NEEDS_EPISODE and watched is None:
            reason = f"“{word}”的须在“{EPISODE}”表里有这个编号，写明户编号、类型、识别日期和风险"
            self._refuse(one.piece, one.place, "action", reason)
        elif one.action == "remove" and watched is not None and watched[1] is None:
            self._refuse(one.piece, one.place, "action", f"已“{word}”，“{EPISODE}”表里却没有消除日期")
        elif one.action in ("green" if green else "include", "remove") and watched is not None:
            says, heading = (watched[1], "消除日期") if one.action == "remove" else (watched[0], "识别日期")
            if says != one.day:
                reason = f"“{EPISODE}”表的{heading}是 {says}，与“{word}”的日期不同，统计按{heading}"
                self.findings.warn([self._issue(one.piece, one.place, "day", reason, WARNING)], 1)

    def _keep(self, rows: Mapping[int, Sequence[Told]]) -> None:
        """Each row is from here on the step that it is meant for."""
        changed: dict[int, dict[int, str]] = defaultdict(dict)
        for one in (one for mine in rows.values() for one in mine if isinstance(one, _Row)):
            changed[id(one.piece)][one.place] = one.action
        for piece in self.check.pieces:
            if mine := changed.get(id(piece)):
                actions = piece.values.column("action").to_pylist()
                for place, action in mine.items():
                    actions[place] = action
                at = piece.values.column_names.index("action")
                piece.values = piece.values.set_column(at, "action", pa.array(actions, pa.string()))

    def _refuse(self, piece: Piece, place: int, name: str, reason: str) -> None:
        piece.bad[place] = True
        self.findings.refuse([self._issue(piece, place, name, reason, ERROR)], 1)

    def _issue(self, piece: Piece, place: int, name: str, reason: str, severity: str) -> Issue:
        column = self.check.spec.column(name)
        held = _rows(piece)[place].get(name)
        shown = "" if held is None else column.word(held)
        return Issue(STEPS, int(piece.rows[place]), column.heading, shown, reason, severity, piece.file)


def _rows(piece: Piece) -> list[Record]:
    """The rows of a piece, by the columns that its file has."""
    rows: list[Record] = piece.values.to_pylist()
    return rows
