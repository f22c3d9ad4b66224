"""How an episode of being watched becomes edits: its row in 监测, and the columns of its household beside it.

Until 监测 has rows of a household its columns say all; so the first row comes together with one of what they said.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from data.households.edits import Edit, edits_of
from data.households.registers import Register, Row, episode_told, registers, said_by_rows
from data.households.words import Values
from data.model import change, episode

_COLUMNS = ("type", "identified", "lifted", "relapsed", "risk_removed")


def identified(connection: Connection, household: int, code: str, values: Mapping[str, object]) -> list[Edit]:
    """A household is watched: ``values`` are columns of ``episode``."""
    one = registers(connection, [household])[household]
    stood = _told_first(one)
    opened: Row = {"removed": None, **values}
    edits = [*stood, Edit("episode", {"code": code}, None, opened)]
    return [*edits, *_followed(one, [*_rows(one, stood), {"code": code, **opened}])]


def corrected(connection: Connection, household: int, code: str, values: Mapping[str, object]) -> list[Edit]:
    """An episode is otherwise than it stands: its removal, what was decided after it had begun. One that the columns
    alone tell of gets its row."""
    one = registers(connection, [household])[household]
    stood = [edit for edit in _told_first(one) if edit.key["code"] == code]
    if stood:
        edits = [replace(stood[0], after={**(stood[0].after or {}), **values})]
        return [*edits, *_followed(one, _rows(one, edits))]
    held = next(row for row in one.episodes if row["code"] == code)
    edit = Edit("episode", {"code": code}, {name: held[name] for name in values}, {**values})
    return [edit, *_followed(one, [{**row, **(values if row is held else {})} for row in one.episodes])]


def withdrawn(connection: Connection, household: int, code: str) -> list[Edit]:
    """An episode never was: its row goes, and the columns say what they did before it came."""
    one = registers(connection, [household])[household]
    held = dict(connection.execute(select(episode).where(episode.c.code == code)).mappings().one())
    before: Values = {name: value for name, value in held.items() if name not in ("code", "household_id")}
    rest = [row for row in one.episodes if row["code"] != code]
    gone = Edit("episode", {"code": code}, before, None)
    return [gone, *(_followed(one, rest) if rest else _as_before(connection, one, household, code))]


def _told_first(one: Register) -> list[Edit]:
    told = episode_told(one)
    if told is None or not told["identified"]:
        return []
    return [Edit("episode", {"code": told["code"]}, None, {name: told[name] for name in told if name != "code"})]


def _rows(one: Register, edits: list[Edit]) -> list[Row]:
    return [*one.episodes, *({**edit.key, **(edit.after or {})} for edit in edits)]


def _followed(one: Register, rows: list[Row]) -> list[Edit]:
    """The columns say what the rows do."""
    columns = said_by_rows(replace(one, episodes=rows))
    after: Values = {
        name: value for name in _COLUMNS if (value := getattr(columns, name)) != getattr(one.columns, name)
    }
    return [Edit("household", {}, {name: getattr(one.columns, name) for name in after}, after)] if after else []


def _as_before(connection: Connection, one: Register, household: int, code: str) -> list[Edit]:
    """What the columns said before the change that brought the episode."""
    asked = select(change.c.edits).where(change.c.household_id == household).order_by(change.c.id.desc())
    for kept in connection.execute(asked).scalars():
        edits = edits_of(kept)
        if any(edit.table == "episode" and edit.key["code"] == code and edit.before is None for edit in edits):
            was: Values = {}
            for edit in edits:
                was |= (edit.before or {}) if edit.table == "household" else {}
            after = {name: value for name, value in was.items() if getattr(one.columns, name) != value}
            return [Edit("household", {}, {name: getattr(one.columns, name) for name in after}, after)] if after else []
    return []
