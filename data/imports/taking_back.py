"""What an import did to the records is taken back row by row and cell by cell, from its journal.

A cell goes back where it still holds what the run wrote; what somebody changed since stays and is named. A row that the
run made goes where nothing refers to it any more, children before their parents; else a household is struck off, a
member leaves, a region ends, each as if it had never been there, and all others stay and are named. A row that the run
took away comes back where its place is free.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Table, func, insert, select, text, tuple_, update

from data import model
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.records import WATCHED
from data.figures.courses import ENDS
from data.figures.spells import member_spell
from data.households.edits import BOOKS, NEVER_MADE, STRUCK_OFF, Edit, write_history
from data.imports.references import ALONG, hanging_on
from data.intake.conflicts import WHOLE, Entry, entered_since
from data.intake.histories import Histories
from data.intake.staging import DERIVED, Staged
from data.monitoring.sources import withdraw
from data.store.batches import batches
from data.store.engine import stage, upsert
from data.store.journal import JOURNALLED, row_of

Values = dict[str, object]
Key = tuple[object, ...]
Progress = Callable[[str, int, int], None]
_STEP = 2_000  # rows looked at together: each has up to four parts of its key
_GONE_REASON = "其他"
_SYSTEM = (*DERIVED, "state", "version", "since", "owner_id", "clock_from", "asked_until", "person_id", "id")
"""Columns that mean nothing to a reader: they follow from others, or are the application's own."""
_SOURCE = {"initials": ("head", "name"), "id_tail": ("id_number",), "owner_id": ("owner",)}
"""Column that follows from another one: it goes back with that, and stays with that."""
_CHAINS = {
    "household_event": ("household_id",),
    "household_move": ("household_id",),
    "member_event": ("member",),
    "member_fact": ("member", "item"),
    "assurance": ("household_id", "item"),
}
"""History → the columns that say of what its rows tell, one after the other."""
_DAY = {"assurance": "checked"}
_SAYS_SO_FAR = ("member_fact", "assurance")
"""Histories of which each row says what holds from a day on, and none needs the one before."""
_MADE_AT = ("at", "made", "created")
CHANGED, GONE, TAKEN, MISSING, BUILT_UPON, HELD = "changed", "gone", "taken", "missing", "built", "held"


@dataclass(frozen=True)
class Stands:
    """Something that stays against the run: of which table, its row, ``why`` (a constant of this module), which cell
    ('' the row), who entered it (a ``Viewer.actor``) and when, and what ``hangs`` on it (tables)."""

    table: str
    row: Values
    why: str
    cell: str = ""
    entry: Entry | None = None
    hangs: tuple[str, ...] = ()


@dataclass
class Done:
    """What was done, by table: rows with cells that went back, cells, rows that went, that came back, that were ended;
    what ``stands`` against it; the households concerned."""

    rows: Counter[str] = field(default_factory=Counter)
    cells: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    returned: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    stands: list[Stands] = field(default_factory=list)
    examples: dict[str, list[Values]] = field(default_factory=lambda: defaultdict(list))

    @property
    def total(self) -> int:
        """Rows that are otherwise than before."""
        return sum(sum(one.values()) for one in (self.rows, self.removed, self.returned, self.ended))


class TakingBack:
    """The taking back of one run, inside a transaction that holds the store; ``number``: of the run that it is itself,
    under which the histories of households tell of it."""

    def __init__(
        self, connection: Connection, viewer: Viewer, run: int, at: str, *, number: int, now: datetime
    ) -> None:
        """``at``: when the run was (ISO)."""
        self.connection, self.viewer, self.now, self.number = connection, viewer, now, number
        self.run, self.at = run, at
        self.done = Done()
        self._entered = entered_since(connection, self.at)
        self._candidates: dict[str, list[Key]] = defaultdict(list)
        self._edited: dict[str, list[Key]] = defaultdict(list)  # rows that the run made, and somebody changed since
        self._vouched: dict[str, set[int | str]] = defaultdict(set)
        self._told: dict[int, list[Edit]] = defaultdict(list)
        journal, fresh = model.import_journal.c, model.import_fresh.c
        noted = select(journal.record, func.count()).where(journal.run == self.run).group_by(journal.record)
        self.noted: dict[str, int] = dict(connection.execute(noted).all())
        self.fresh = set(connection.execute(select(fresh.record).where(fresh.run == self.run)).scalars())

    def apply(self, progress: Progress) -> Done:
        """Do all of it; columns and histories agree afterwards, what is worked out from them is the caller's."""
        tables = [table for table in JOURNALLED if table.name in self.noted or table.name in self.fresh]
        for table in tables:
            if table.name in self.fresh:
                self._candidates[table.name] += self._all_of(table)
            else:
                self._cells_back(table, progress)
        for place, table in enumerate(reversed(tables)):
            progress("删去新建的记录", place, len(tables))
            self._remove(table)
        self._agree(tables)
        for name, keys in self._vouched.items():
            there = sorted(keys, key=str)
            audit.wrote(self.connection, name, there, actor=self.viewer.actor, view="import", now=self.now)
        write_history(self.connection, self.viewer, self._told, what="撤回导入", now=self.now)
        return self.done

    # cells

    def _cells_back(self, table: Table, progress: Progress) -> None:
        names, keys = [column.name for column in table.c], _keys(table)
        total, seen = self.noted[table.name], 0
        for some in self._entries(table):
            held = self._held(table, [_key(keys, before or after or {}) for before, after in some])
            back: list[Values] = []
            for before, after in some:
                key = _key(keys, before or after or {})
                if (row := self._taken_back(table, key, before, after, held.get(key))) is not None:
                    back.append(row)
            back = self._with_targets(table, back, held)
            if back:
                upsert(self.connection, table, names, [tuple(row[name] for name in names) for row in back])
                self._note(table, back, held)
            seen += len(some)
            progress("恢复原来的内容", seen, total)

    def _entries(self, table: Table) -> Iterator[list[tuple[Values | None, Values | None]]]:
        """The journal of one table, in its order."""
        journal, last = model.import_journal.c, -1
        while True:
            asked = (
                select(journal.number, journal.before, journal.after)
                .where(journal.run == self.run, journal.record == table.name, journal.number > last)
                .order_by(journal.number)
                .limit(_STEP)
            )
            rows = self.connection.execute(asked).all()
            if not rows:
                return
            last = rows[-1].number
            yield [(row_of(table, row.before), row_of(table, row.after)) for row in rows]

    def _held(self, table: Table, keys: Sequence[Key]) -> dict[Key, Values]:
        """What stands of rows, by key."""
        columns = list(table.primary_key)
        asked = select(table).where(tuple_(*columns).in_(keys) if len(columns) > 1 else columns[0].in_(_only(keys)))
        return {_key(_keys(table), row): dict(row) for row in self.connection.execute(asked).mappings()}

    def _taken_back(
        self, table: Table, key: Key, before: Values | None, after: Values | None, held: Values | None
    ) -> Values | None:
        """The row as it is to be, None where it stays or is to go."""
        name = table.name
        if name in BOOKS:  # a row without any amount is none
            filled = before or after or {}
            before, after, held = (side or _without_amounts(filled) for side in (before, after, held))
        elif before is None:
            if held is not None and after is not None:
                self._new_row(name, key, after, held)
            return None
        elif after is None or held is None:
            return self._whole_row(name, key, before, after, held)
        assert before is not None and after is not None and held is not None
        row = dict(held)
        for cell in (cell for cell in before if before[cell] != after[cell]):
            stays = [one for one in _SOURCE.get(cell, ()) if one in held and held[one] != after[one]]
            if held[cell] == after[cell] and not stays:
                row[cell] = before[cell]
            elif held[cell] != before[cell] and cell not in _SYSTEM:
                self._stands(name, held, CHANGED, cell, self._entry(name, key, cell))
        if name in BOOKS and row == _without_amounts(row):
            if held != row:
                self._candidates[name].append(key)
            return None
        return row if row != held else None

    def _new_row(self, name: str, key: Key, after: Values, held: Values) -> None:
        """One that the run made and that stands."""
        changed = [cell for cell in after if held[cell] != after[cell] and cell not in _SYSTEM]
        if not changed:
            self._candidates[name].append(key)
            return
        self._edited[name].append(key)
        for cell in changed:
            self._stands(name, held, CHANGED, cell, self._entry(name, key, cell))

    def _whole_row(
        self, name: str, key: Key, before: Values, after: Values | None, held: Values | None
    ) -> Values | None:
        """One that the run took away, or that somebody took away since."""
        if after is None and held is None:
            return before
        if after is not None:
            self._stands(name, before, GONE, entry=self._entry(name, key, WHOLE))
        elif held != before:
            assert held is not None
            self._stands(name, held, TAKEN)
        return None

    def _with_targets(self, table: Table, rows: list[Values], held: dict[Key, Values]) -> list[Values]:
        """Without what would refer to a record that is no more."""
        keys, own = _keys(table), {_key(_keys(table), row) for row in rows}
        for reference in table.foreign_keys:
            cell, target = reference.parent.name, reference.column
            wanted = {row[cell] for row in rows if row[cell] is not None and row[cell] != _of(held, keys, row, cell)}
            there = {None} | ({key[0] for key in own} if target.table is table else set())
            for some in batches(wanted):
                there |= set(self.connection.execute(select(target).where(target.in_(some))).scalars())
            for row in [row for row in rows if row[cell] in wanted - there]:
                self._stands(table.name, row, MISSING, cell)
                stood = held.get(_key(keys, row))
                if stood is None:
                    rows.remove(row)
                else:
                    row[cell] = stood[cell]
        return rows

    def _note(self, table: Table, rows: Sequence[Values], held: dict[Key, Values]) -> None:
        """Count them, and tell them in the histories of the households that they are of."""
        keys, cells, lines = _keys(table), list[Values](), list[Values]()
        for row in rows:
            key = _key(keys, row)
            stood = held.get(key)
            self._concerns(table, key, row)
            if stood is None and table.name not in BOOKS:
                self.done.returned[table.name] += 1
                continue
            stood = stood or _without_amounts(row)
            changed = [name for name in row if row[name] != stood[name]]
            self.done.rows[table.name] += 1
            self.done.cells[table.name] += len(changed)
            owner = row["id"] if table is model.household else row.get("household_id")
            if owner is None:
                continue
            if table is model.ledger:
                told = {name: stood[name] for name in changed if stood[name] is not None}
                after = {f"{name}_after": row[name] for name in told}
                lines.append({"household_id": owner, "month": row["month"], "run": self.number, **told, **after})
                continue
            cells += [
                {"household_id": owner, "run": self.number, "record": table.name, "key": " ".join(map(str, key)),
                 "name": name, "before": _as_text(stood[name]), "after": _as_text(row[name])}
                for name in changed if name not in _SYSTEM
            ]  # fmt: skip
        if cells:
            self.connection.execute(insert(model.import_cell), cells)
        if lines:
            names = [column.name for column in model.import_ledger.c]
            self.connection.execute(insert(model.import_ledger), [{n: line.get(n) for n in names} for line in lines])

    # rows that the run made

    def _all_of(self, table: Table) -> list[Key]:
        """All rows of a table that was empty, but for what was entered by hand since."""
        by_hand = self._entered.get(table.name, {})
        columns = list(table.primary_key)
        asked = select(*columns)
        for name in (name for name in _MADE_AT if name in table.c):
            asked = asked.where(table.c[name] <= self.at)
        keys = [tuple(row) for row in self.connection.execute(asked)]
        edited = [key for key in keys if key in by_hand]
        for some in batches(edited, _STEP):
            for key, row in self._held(table, some).items():
                self._edited[table.name].append(key)
                entry = max(by_hand[key].values(), key=lambda one: one.at)
                self._stands(table.name, row, CHANGED, entry=entry)
        return [key for key in keys if key not in by_hand] if edited else keys

    def _remove(self, table: Table) -> None:
        """Take away what the run made and nothing refers to; end the rest."""
        name, keys = table.name, self._candidates[table.name]
        stays: dict[Key, tuple[str, ...]] = {}
        if name in _CHAINS:
            keys = self._not_built_upon(table, keys)
        if keys:
            names = _keys(table)
            stage(self.connection, table, names, keys, name="going")
            if table is model.household:
                withdraw(self.connection, "SELECT id FROM going", self.now)
            hangs = hanging_on(self.connection, table)
            stays = {key: tuple(sorted(tables)) for key, tables in hangs.items()}
            for some in batches(list(stays), _STEP):
                for key in some:
                    here = " AND ".join(f'"{one}" = :{one}' for one in names)
                    self.connection.execute(text(f"DELETE FROM going WHERE {here}"), dict(zip(names, key, strict=True)))
            for key in (key for key in keys if key not in stays):
                self._concerns(table, key, dict(zip(names, key, strict=True)))
            listed = ", ".join(f'"{one}"' for one in names)
            for other, words in ALONG.get(name, ()):
                self.connection.exec_driver_sql(f"DELETE FROM {other} WHERE {words}")
            gone = self.connection.exec_driver_sql(
                f'DELETE FROM "{name}" WHERE ({listed}) IN (SELECT {listed} FROM going)'
            )
            self.done.removed[name] += gone.rowcount
            self.connection.exec_driver_sql("DROP TABLE going")
        for key in self._edited[name]:
            stays.setdefault(key, ())
        for some in batches(list(stays), _STEP):
            for key, row in self._held(table, some).items():
                self._end(table, key, row, stays[key])

    def _not_built_upon(self, table: Table, keys: list[Key]) -> list[Key]:
        """Without rows of a history that somebody wrote later ones behind; of values, only what first said how it was
        stays then."""
        name, names = table.name, _keys(table)
        chain, day = [names.index(one) for one in _CHAINS[name]], names.index(_DAY.get(name, "day"))
        later: dict[Key, str] = {}
        for key, cells in self._entered.get(name, {}).items():
            if WHOLE not in cells:
                of = tuple(key[place] for place in chain)
                later[of] = max(later.get(of, ""), str(key[day]))
        if not later:
            return keys
        known = self._known_since(name, {of[0] for of in later}) if name in _SAYS_SO_FAR else {}
        going = []
        for key in keys:
            of, when = tuple(key[place] for place in chain), str(key[day])
            if of not in later or when >= later[of] or (known and when != known.get(of[0])):
                going.append(key)
            elif not known:
                self._stands(name, dict(zip(names, key, strict=True)), BUILT_UPON)
        return going

    def _known_since(self, name: str, owners: Iterable[object]) -> dict[object, str]:
        """Since when the columns of households or members are known: a row of that day says what they did."""
        of, key = (model.member, "code") if name == "member_fact" else (model.household, "id")
        first = self.connection.execute(select(func.min(model.month.c.first_day))).scalar()
        found: dict[object, str] = {}
        for some in batches(sorted(owners, key=str)):
            asked = select(of.c[key], func.coalesce(of.c.collected, first)).where(of.c[key].in_(some))
            found |= dict(self.connection.execute(asked).all())
        return found

    def _end(self, table: Table, key: Key, row: Values, hangs: tuple[str, ...]) -> None:
        """One that cannot go: end it as if it had not been, where there is a way to."""
        ends = {"household": self._strike_off, "member": self._leave, "region": self._close}.get(table.name)
        if ends is not None and ends(row, hangs):
            self.done.ended[table.name] += 1
        if hangs and table is not model.person:  # whoever the application knows by now is no row of a workbook
            self._stands(table.name, row, HELD, hangs=hangs)

    def _strike_off(self, row: Values, hangs: tuple[str, ...]) -> bool:
        event = model.household_event
        ended = select(event.c.day).where(event.c.household_id == row["id"], event.c.kind.in_(ENDS))
        if self.connection.execute(ended).first() is not None:
            return False
        today = self.now.date().isoformat()
        day = min((str(one) for one in (row["collected"], row["identified"]) if one), default=today)
        reason: Values = {"other": None, "reason": NEVER_MADE}
        whole: Values = {"household_id": row["id"], "day": day, "kind": STRUCK_OFF}
        self.connection.execute(insert(event).values({**whole, **reason}))
        self._told[int(str(row["id"]))].append(Edit(event.name, whole, None, reason))
        return True

    def _leave(self, row: Values, hangs: tuple[str, ...]) -> bool:
        """From his first day on; who came or went since by somebody's hand stays as that says."""
        event, spell = model.member_event.c, member_spell.c
        if self.connection.execute(select(event.day).where(event.member == row["code"])).first() or row["gone"]:
            return False
        first = self.connection.execute(select(func.min(spell.since)).where(spell.member == row["code"])).scalar()
        day = first or row["joined"] or row["collected"] or self.now.date().isoformat()
        after: Values = {"gone": day, "gone_reason": _GONE_REASON}
        self.connection.execute(update(model.member).where(model.member.c.code == row["code"]).values(after))
        edit = Edit("member", {"code": row["code"]}, {name: row[name] for name in after}, after)
        self._told[int(str(row["household_id"]))].append(edit)
        return True

    def _close(self, row: Values, hangs: tuple[str, ...]) -> bool:
        """A region of which nothing but what was shown is kept ends today; one that something lies in does not."""
        if row["closed"] is not None or set(hangs) - {"figure_shown"}:
            return False
        ended = update(model.region).where(model.region.c.code == row["code"])
        self.connection.execute(ended.values(closed=self.now.date().isoformat()))
        return True

    def _agree(self, tables: Iterable[Table]) -> None:
        """Where somebody wrote to a history since, the columns say what its last rows do."""
        staged = []
        for table in tables:
            if table.name not in _CHAINS or not (by_hand := self._entered.get(table.name)):
                continue
            names = _keys(table)
            owners = {key[names.index(_CHAINS[table.name][0])] for key in by_hand}
            columns, rows = [column.name for column in table.c], list[Values]()
            for some in batches(sorted(owners, key=str)):
                asked = select(table).where(table.c[_CHAINS[table.name][0]].in_(some))
                rows += [dict(row) for row in self.connection.execute(asked).mappings()]
            if rows:
                told = [tuple(row[name] for name in columns) for row in rows]
                staged.append(Staged(self.connection, table, columns, told, cleared=()))
        Histories(staged, self.now.date().isoformat()).finish()
        for one in staged:
            one.drop()

    # what is said of it

    def _concerns(self, table: Table, key: Key, row: Values) -> None:
        if len(self.done.examples[table.name]) < 5:
            self.done.examples[table.name].append(dict(zip(_keys(table), key, strict=True)))
        if table.name in WATCHED and not WATCHED[table.name].lasting:
            self._vouched[table.name].add(key[0])  # type: ignore[arg-type]  # a number or a code

    def _stands(
        self,
        table: str,
        row: Values,
        why: str,
        cell: str = "",
        entry: Entry | None = None,
        hangs: tuple[str, ...] = (),
    ) -> None:
        self.done.stands.append(Stands(table, row, why, cell, entry, hangs))

    def _entry(self, table: str, key: Key, cell: str) -> Entry | None:
        return self._entered.get(table, {}).get(key, {}).get(cell)


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _key(keys: Sequence[str], row: Values | RowMapping) -> Key:
    return tuple(row[name] for name in keys)


def _only(keys: Iterable[Key]) -> list[object]:
    return [key[0] for key in keys]


def _of(held: dict[Key, Values], keys: Sequence[str], row: Values, cell: str) -> object:
    stood = held.get(_key(keys, row))
    return None if stood is None else stood[cell]


def _without_amounts(row: Values) -> Values:
    return {name: None if name.endswith("_fen") else value for name, value in row.items()}


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)
