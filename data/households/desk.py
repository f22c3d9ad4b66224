"""A village's income of a month or an income year as one sheet, filled in at a desk and saved as one, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from data import model
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.errors import Refused
from data.households.booked import check_booked
from data.households.edit_rules import booked_otherwise, check_values
from data.households.edits import Edit, commit_within, last_change, queued
from data.households.fields import Unfit, read_field
from data.households.walking import walked
from data.households.words import Values
from data.months import spoken
from data.settings import value_of
from data.store.engine import writing
from data.terms import SUBJECTS

COLUMNS = {f"{column}_fen": subject for subject, (_, column) in SUBJECTS.items()}
"""Column of the books → its 科目."""
NAMED = 5  # cells that one sentence names
_CODE, _SUBJECT, _AMOUNT = "户编号", "科目", "金额"
Amounts = Mapping[int, Mapping[str, int]]
"""Household → column → fen, only what is on record."""
Typed = Mapping[int, Mapping[str, str]]
"""Household → column → what was typed; '' empties a cell."""


@dataclass(frozen=True)
class Period:
    """A month, or an income year by its twelve: ordinals of the first and the last month."""

    first: int
    last: int

    @property
    def yearly(self) -> bool:
        return self.last > self.first

    @property
    def name(self) -> str:
        """``2026年10月``, ``2026年度``."""
        return f"{self.last // 12}年度" if self.yearly else spoken(self.last)

    @property
    def table(self) -> str:
        """Where it is booked."""
        return "ledger_year" if self.yearly else "ledger"

    @property
    def key(self) -> Values:
        """Its part of a row's key."""
        return {"last_month" if self.yearly else "month": self.last}


@dataclass(frozen=True)
class Home:
    """A household of the sheet: its place on the walk from 1, its head, its code."""

    id: int
    number: int
    head: str
    code: str


@dataclass(frozen=True)
class Sheet:
    """What stood when it was opened. ``otherwise``: (household, column) that is booked the other way, by the year or
    by months, and can take nothing here → the last month in which it is. ``usual``: the columns in which any of the
    households has had anything in the year up to the period."""

    village: str
    period: Period
    homes: tuple[Home, ...]
    amounts: Amounts
    otherwise: Mapping[tuple[object, str], int]
    usual: frozenset[str]

    def with_standing(self, clashes: "Sequence[Clash]") -> "Sheet":
        """The same with what others wrote meanwhile."""
        amounts = {id: dict(cells) for id, cells in self.amounts.items()}
        for one in clashes:
            own = amounts.setdefault(one.household, {})
            own.pop(one.column, None)
            own |= {} if one.stands is None else {one.column: one.stands}
        return replace(self, amounts=amounts)


@dataclass(frozen=True)
class Cell:
    """A cell of the sheet and what is wrong with it."""

    household: int
    head: str
    column: str
    reason: str

    @property
    def sentence(self) -> str:
        item = COLUMNS.get(self.column, "")
        return f"{' · '.join(filter(None, (self.head, item)))}：{self.reason.rstrip('。')}"


@dataclass(frozen=True)
class Clash:
    """A cell that somebody changed since the sheet was opened: fen as it was, as it stands, as typed; by whom
    (``Viewer.actor``) and when, None where it came otherwise."""

    household: int
    head: str
    column: str
    before: int | None
    stands: int | None
    mine: int | None
    who: str | None
    at: str | None


class Unsound(Refused):
    """Cells that cannot be saved, all of them; nothing was written."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        more = f"；另有 {len(cells) - NAMED} 格" if len(cells) > NAMED else ""
        named = "；".join(one.sentence for one in cells[:NAMED])
        super().__init__(f"有 {len(cells)} 格不能保存，这次一格也没有写入。{named}{more}。")
        self.cells = tuple(cells)


class Clashed(Refused):
    """Cells that others changed meanwhile; nothing was written."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__(f"您填写期间，别人已经改了其中 {len(clashes)} 格，这次一格也没有写入。请核对后决定。")
        self.clashes = tuple(clashes)


def income_years(connection: Connection, month: int) -> list[Period]:
    """The income year in which a month lies, and the two before."""
    start = int(value_of(connection, "income_year_start"))
    first = month - (month % 12 + 1 - start) % 12
    return [Period(first - 12 * back, first - 12 * back + 11) for back in range(3)]


@needs(WRITE, HOUSEHOLDS)
def sheet(connection: Connection, viewer: Viewer, village: str, period: Period) -> Sheet:
    """The households of the village that are the viewer's, as they are walked today, with what is on record of the
    period. Raises OutOfScope for a village that is not his."""
    today = connection.execute(select(func.max(model.month.c.month))).scalar()
    rows = walked(connection, viewer, village, today or 0)
    ids = [int(id) for id in rows["id"]]
    named = select(model.household.c.id, model.household.c.code).where(model.household.c.id.in_(ids))
    code = {id: code for id, code in connection.execute(named)}
    homes = [
        Home(id, int(number), head, code[id])
        for id, number, head in zip(ids, rows["number"], rows["head"], strict=True)
    ]
    otherwise = booked_otherwise(connection, ids, period.table, period.key)
    amounts = _amounts(connection, ids, period)
    usual = {name for cells in amounts.values() for name in cells} | _usual(connection, ids, period)
    return Sheet(village, period, tuple(homes), amounts, otherwise, frozenset(usual))


def _usual(connection: Connection, ids: Sequence[int], period: Period) -> set[str]:
    """Columns of months and of years that hold anything from a year before the period to its end."""
    found = set()
    for table, last in ((model.ledger, "month"), (model.ledger_year, "last_month")):
        within = table.c[last].between(period.last - 12, period.last)
        asked = select(*(func.count(table.c[name]).label(name) for name in COLUMNS))
        row = connection.execute(asked.where(table.c.household_id.in_(ids), within)).mappings().one()
        found |= {name for name in COLUMNS if row[name]}
    return found


def _amounts(connection: Connection, ids: Sequence[int], period: Period) -> Amounts:
    table = model.metadata.tables[period.table]
    (name, last) = next(iter(period.key.items()))
    rows = connection.execute(select(table).where(table.c[name] == last, table.c.household_id.in_(ids))).mappings()
    return {row["household_id"]: {name: row[name] for name in COLUMNS if row[name] is not None} for row in rows}


@needs(WRITE, HOUSEHOLDS)
def save(engine: Engine, viewer: Viewer, before: Sheet, typed: Typed, *, now: datetime) -> list[int]:
    """Write what was typed where it is otherwise than ``before``, in one transaction, all or nothing; returns the
    changes, which can be taken back together (``edits.undo_together``).

    Raises Unsound with every cell that cannot be saved, Clashed with every one that somebody changed meanwhile (what
    was typed the same as he wrote is none), Refused where nothing is another, and what ``commit_within`` raises.
    """
    cells = _read(before, typed, now)
    if not cells:
        raise Refused("没有改动，不需要保存。")
    with queued(), writing(engine) as connection:
        stands = _amounts(connection, list(cells), before.period)
        if clashes := _clashes(connection, before, cells, stands):
            raise Clashed(clashes)
        done = {
            id: [Edit(before.period.table, before.period.key, {n: stands.get(id, {}).get(n) for n in own}, dict(own))]
            for id, own in cells.items()
            if any(stands.get(id, {}).get(name) != fen for name, fen in own.items())
        }
        if not done:
            raise Refused("没有改动，不需要保存。")
        _judge(connection, before, cells)
        return commit_within(connection, viewer, done, what=f"批量填报：{before.period.name}收支", now=now)


def _read(before: Sheet, typed: Typed, now: datetime) -> dict[int, dict[str, int | None]]:
    """Household → column → fen of the cells that are otherwise than before. Raises Unsound."""
    found: dict[int, dict[str, int | None]] = {}
    wrong: list[Cell] = []
    heads = {one.id: one.head for one in before.homes}
    for id, cells in typed.items():
        if id not in heads:
            wrong.append(Cell(id, "有一户", "", "已不在这张表里，请重新打开再填"))
            continue
        for name, text in cells.items():
            try:
                fen = _fen(text, now)
            except Unfit as unfit:
                wrong.append(Cell(id, heads[id], name, f"“{text.strip()[:20]}”{unfit.reason}"))
                continue
            if fen != before.amounts.get(id, {}).get(name):
                found.setdefault(id, {})[name] = fen
    if wrong:
        raise Unsound(wrong)
    return found


def _fen(text: str, now: datetime) -> int | None:
    if not text.strip():
        return None
    fen = read_field("ledger", "amount_fen", text, today=now.date())
    assert isinstance(fen, int)
    return fen


def _clashes(
    connection: Connection, before: Sheet, cells: Mapping[int, Mapping[str, int | None]], stands: Amounts
) -> list[Clash]:
    heads = {one.id: one.head for one in before.homes}
    found = []
    for id, own in cells.items():
        for name, mine in own.items():
            was, now = (side.get(id, {}).get(name) for side in (before.amounts, stands))
            if was != now and now != mine:
                edit = Edit(before.period.table, {**before.period.key, "household_id": id}, None, None)
                found.append(Clash(id, heads[id], name, was, now, mine, *last_change(connection, id, [edit])))
    return found


def _judge(connection: Connection, before: Sheet, cells: Mapping[int, Mapping[str, int | None]]) -> None:
    """Raises Unsound with each cell that the rules of the books refuse."""
    heads = {one.id: one.head for one in before.homes}
    period, wrong = before.period, []
    for id, own in cells.items():
        for name, fen in own.items():
            try:
                check_values(connection, period.table, {**period.key, "household_id": id}, {name: fen})
                if not period.yearly:
                    check_booked(connection, id, period.last, {name: fen})
            except Refused as refused:
                wrong.append(Cell(id, heads[id], name, str(refused).removeprefix(f"{COLUMNS[name]}：")))
    if wrong:
        raise Unsound(wrong)


def pasted(sheet: Sheet, text: str) -> dict[int, dict[str, str]]:
    """A small table as it was pasted, by 户编号: either a column for each 科目, or rows of 户编号, 科目, 金额.

    Raises Refused for a table without these headings, Unsound for rows of no household here, or of one named twice.
    """
    rows = [_parts(line) for line in text.strip().splitlines() if line.strip()]
    if len(rows) < 2 or _CODE not in rows[0]:
        raise Refused("第一行应是表头，其中要有“户编号”一栏，以下每行一户。")
    head = rows[0]
    long = _SUBJECT in head and any(one.startswith(_AMOUNT) for one in head)
    columns = {subject: name for name, subject in COLUMNS.items()}
    places = {place: columns[one] for place, one in enumerate(head) if one in columns}
    if not long and not places:
        raise Refused("表头里没有认得的科目，科目名称应与表格里的一样，如：务工工资、养老金。")
    ids = {one.code: one for one in sheet.homes}
    found: dict[int, dict[str, str]] = {}
    wrong: list[Cell] = []
    for number, row in enumerate(rows[1:], 2):
        cells = dict(zip(head, row, strict=False))
        home = ids.get(cells.get(_CODE, ""))
        if home is None:
            wrong.append(Cell(0, f"第 {number} 行", "", f"户编号“{cells.get(_CODE, '')[:20]}”不在这张表里"))
            continue
        given = _long(cells, columns) if long else {name: row[at] for at, name in places.items() if at < len(row)}
        if given is None:
            wrong.append(Cell(home.id, home.head, "", f"第 {number} 行的科目“{cells[_SUBJECT][:20]}”不认得"))
        elif given.keys() & found.get(home.id, {}).keys():
            wrong.append(Cell(home.id, home.head, "", f"第 {number} 行与上面重复"))
        else:
            found.setdefault(home.id, {}).update({name: text for name, text in given.items() if text})
    if wrong:
        raise Unsound(wrong)
    return found


def _parts(line: str) -> list[str]:
    return [part.strip().strip('"') for part in line.split("\t" if "\t" in line else ",")]


def _long(cells: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str] | None:
    name = columns.get(cells.get(_SUBJECT, ""))
    amount = next((text for heading, text in cells.items() if heading.startswith(_AMOUNT)), "")
    return None if name is None else {name: amount}
