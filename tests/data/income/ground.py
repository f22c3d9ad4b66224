"""Income worked out in plain Python from the rows of a store; and a county whose households are there all the time."""

import random
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, Engine, select

from data import model
from data.figures import cube
from data.months import month_of
from data.store.engine import upsert, writing
from data.terms import INCOME_KINDS, SUBJECTS, Record
from tests.data.plain_books import comparable, record
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES

PARTS = (*INCOME_KINDS, "expense")
STEADY = tuple(range(1, 41))


@dataclass(frozen=True)
class Books:
    """The rows of a store; ``counted``: month → ids of the households that count (states are tested elsewhere)."""

    village: dict[int, str]
    members: dict[int, int]
    ledger: dict[tuple[int, int], dict]
    counted: dict[int, set[int]]

    @cached_property
    def lines(self) -> dict[int, set[int]]:
        """Household → its months with a row of the books."""
        listed: dict[int, set[int]] = {}
        for household, month in self.ledger:
            listed.setdefault(household, set()).add(month)
        return listed

    def parts(self, household: int, month: int) -> dict[str, int] | None:
        """Fen of twelve months by kind and expense; None where they are not whole."""
        whole = record(self.lines.get(household, set()), month) == Record.WHOLE
        if not whole or household not in self.counted.get(month, ()):
            return None
        return self._sums(household, month)

    def _sums(self, household: int, month: int) -> dict[str, int]:
        rows = [row for back in range(12) if (row := self.ledger.get((household, month - back)))]
        return {
            part: sum(row[f"{column}_fen"] or 0 for row in rows for of, column in SUBJECTS.values() if of == part)
            for part in PARTS
        }

    def before(self, household: int, month: int) -> dict[str, int] | None:
        """The same of the twelve months a year before, where the two may be compared."""
        if not comparable(self.lines.get(household, set()), month):
            return None
        return self._sums(household, month - 12) if household in self.counted.get(month - 12, ()) else None

    def net(self, household: int, month: int) -> int | None:
        return net_of(self.parts(household, month))

    def here(self, region: str, month: int) -> list[int]:
        """Households of a region with an income in a month."""
        return sorted(
            id
            for id in self.counted.get(month, ())
            if self.village[id].startswith(region) and self.parts(id, month) is not None
        )

    def per_head(self, region: str, month: int) -> float | None:
        ids = self.here(region, month)
        persons = sum(self.members.get(id, 0) for id in ids)
        return sum(self.net(id, month) for id in ids) / persons / 100 if persons else None


def net_of(parts: dict[str, int] | None) -> int | None:
    """The four kinds less the expense."""
    return parts and sum(parts[kind] for kind in INCOME_KINDS) - parts["expense"]


def books(connection: Connection) -> Books:
    """All of it, as plain Python."""
    members: dict[int, int] = {}
    for id in connection.execute(select(model.member.c.household_id)).scalars():
        members[id] = members.get(id, 0) + 1
    counted: dict[int, set[int]] = {}
    for month, id in connection.execute(select(model.household_month.c.month, model.household_month.c.household_id)):
        counted.setdefault(month, set()).add(id)
    rows = connection.execute(select(model.ledger)).mappings()
    return Books(
        dict(connection.execute(select(model.household.c.id, model.household.c.village)).all()),
        members,
        {(row["household_id"], row["month"]): dict(row) for row in rows},
        counted,
    )


def fill_steady(engine: Engine) -> None:
    """Forty households with the same members and complete books for 47 months, some of whose wages break off."""
    chance = random.Random(11)
    regions = [(COUNTY, "示范市", ""), *((code, f"示范镇{code[-1]}", COUNTY) for code in TOWNSHIPS)]
    regions += [(code, f"示范村{number}", code[:9]) for number, code in enumerate(VILLAGES)]
    tables = {
        model.region: [dict(zip(("code", "name", "parent"), row, strict=True)) for row in regions],
        model.household: [
            {
                "id": id,
                "code": f"S{id}",
                "village": VILLAGES[id % 5],
                "head": f"赵某{id}",
                "type": "未脱贫户",
                "identified": "2015-01-01",
            }
            for id in STEADY
        ],
        model.member: [
            {"code": f"S{id}-{number}", "household_id": id, "name": "赵某", "relation": ("户主", "子女")[number > 0]}
            for id in STEADY
            for number in range(1 + id % 4)
        ],
        model.ledger: [row for id in STEADY for row in _steady_ledger(chance, id)],
        model.helper: [{"code": "B1", "name": "王某", "unit": "示范局", "team": "教师"}],
        model.pairing: [
            {"helper": "B1", "household_id": id, "started": "2024-01-01", "ended": None} for id in STEADY if id % 3 == 0
        ],
    }
    with writing(engine) as connection:
        for table, rows in tables.items():
            upsert(connection, table, list(rows[0]), [tuple(row.values()) for row in rows])
        cube.rebuild(connection, today=TODAY)


def _steady_ledger(chance: random.Random, id: int) -> list[dict]:
    persons, breaks = 1 + id % 4, LAST - 5 if id % 5 == 1 else LAST - 14 if id % 7 == 2 else LAST + 1
    return [
        {
            "household_id": id,
            "month": month,
            "wage_work_fen": persons * chance.randrange(40_000, 80_000) if month < breaks else None,
            "business_crop_fen": persons * chance.randrange(20_000, 40_000) if month % 3 == 0 else None,
            "transfer_pension_fen": 15_000 + (month - LAST) * 50,
            "expense_fen": persons * chance.randrange(2_000, 6_000),
        }
        for month in range(month_of("2023-01"), LAST + 1)
    ]
