"""The county's clock run day by day, with entries as they come: no headline moves by more than what was entered.

Forty days, New Year and the end of a February among them; ``make soak`` runs thirteen months (``WAR_ROOM_DAYS``).
"""

import os
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import Connection, Engine, func, select

from data import model
from data.access.viewer import Viewer
from data.figures import books, cube
from data.figures.read import Figure, figures, trend
from data.households.edits import Edit, commit, edits_of
from data.months import label, month_of
from data.store.engine import upsert, writing
from data.terms import Record
from tests.data.plain_books import comparable, record
from tests.data.small_county import COUNTY

CADRE = Viewer("county", COUNTY)
VILLAGES = (f"{COUNTY}001201", f"{COUNTY}001202", f"{COUNTY}001203")
HOMES = range(1, 31)
BEGINS = month_of("2025-09")
FORTY = [(date(2027, 12, 20), 22), (date(2028, 2, 22), 20)]  # New Year and a leap day
SPANS = [(date(2027, 12, 1), int(os.environ["WAR_ROOM_DAYS"]))] if "WAR_ROOM_DAYS" in os.environ else FORTY
OVER_BOOKS = ("net_income_per_capita", "net_income_growth", "below_line_households", "silent_households")
STANDING = ("households", "monitored_households", "fund_unpaid", "unsafe_housing", "problems_overdue", "tasks_overdue")


@dataclass
class County:
    """A store and what was entered into it: household → month → fen; payments; the day of each entry."""

    engine: Engine
    chance: random.Random
    lines: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    paid: int = 0
    deadlines: list[str] = field(default_factory=list)

    def amount(self, home: int, month: int) -> int:
        """Wages that go up by a fifth of a per cent a month, of a household near the line or well above it."""
        return int((60_000 + 6_000 * (home % 9)) * (1 + 0.002 * (month - BEGINS)))

    @staticmethod
    def _due(home: int) -> int:
        """The day of the month on which its last month is written down."""
        return 2 + (home * 7) % 14 + (12 if home % 10 == 3 else 0)

    def fill(self, first: date) -> None:
        """Books up to the last month, as far as its lines are written by that day."""
        regions = [(COUNTY, "示范县", ""), (COUNTY + "001", "示范镇", COUNTY)]
        regions += [(code, f"示范村{code[-1]}", code[:9]) for code in VILLAGES]
        with writing(self.engine) as connection:
            upsert(connection, model.region, ["code", "name", "parent"], regions)
            same = ("赵某", "未脱贫户", "2015-01-01")
            homes = [(id, f"H{id}", VILLAGES[id % 3], *same, int(id % 5 != 0)) for id in HOMES]
            names = ["id", "code", "village", "head", "type", "identified", "housing_safe"]
            upsert(connection, model.household, names, homes)
            people = [(f"H{id}1", id, "赵某", "户主") for id in HOMES]
            upsert(connection, model.member, ["code", "household_id", "name", "relation"], people)
            for id in HOMES:
                for month in range(BEGINS, month_of(first) - (self._due(id) >= first.day)):
                    self.lines[id][month] = self.amount(id, month)
            rows = [(id, month, fen) for id, months in self.lines.items() for month, fen in months.items()]
            upsert(connection, model.ledger, ["household_id", "month", "wage_work_fen"], rows)
            funds = [
                ("F1", first.year, "县", COUNTY, "资金", 90_000_000),
                ("F2", first.year, "县", COUNTY, "资金", 10_000_000),
            ]
            upsert(connection, model.fund, ["code", "year", "source", "region", "name", "arranged_fen"], funds)
            self.deadlines = [(first + timedelta(days=9 * number)).isoformat() for number in range(60)]
            problems = [
                (f"Q{place}", VILLAGES[0], "排查", "其他", "事", "2027-01-01", day, "王某")
                for place, day in enumerate(self.deadlines)
            ]
            names = ["code", "region", "source", "category", "description", "found", "deadline", "owner"]
            upsert(connection, model.problem, names, problems)
            cube.rebuild(connection, today=first - timedelta(days=1))

    def enter(self, day: date) -> None:
        """What cadres do on a day: of the last month from the 2nd on, a few households each day; a few are late, and
        some already write down the month that has begun."""
        now, last = datetime.combine(day, time(9)), month_of(day) - 1
        for id in HOMES:
            if day.day == self._due(id) and last not in self.lines[id] and id % 15 != 1:
                self._book(id, last, self.amount(id, last), now)
            if day.day == 1 + id % 28 and id % 11 == 0:
                self._book(id, last + 1, self.amount(id, last + 1), now)
        if day.day == 5:
            with writing(self.engine) as connection:
                fund = "F1" if self.paid < 80_000_000 else "F2"
                connection.execute(
                    model.fund_payment.insert().values(fund=fund, paid=day.isoformat(), amount_fen=1_000_000)
                )
                cube.refresh(connection, COUNTY, now, households=False)
            self.paid += 1_000_000

    def _book(self, home: int, month: int, fen: int, now: datetime) -> None:
        edit = Edit("ledger", {"month": month}, {"wage_work_fen": self.lines[home].get(month)}, {"wage_work_fen": fen})
        commit(self.engine, CADRE, home, [edit], what="收支", now=now)
        self.lines[home][month] = fen

    def net(self, home: int, month: int) -> int:
        return sum(fen for one, fen in self.lines[home].items() if month - 12 < one <= month)

    def plain(self, month: int) -> dict[str, float | None]:
        """The figures over books in plain Python."""
        months = {id: set(self.lines[id]) for id in HOMES}
        whole = [id for id in HOMES if record(months[id], month) == Record.WHOLE]
        both = [id for id in whole if comparable(months[id], month)]
        before = sum(self.net(id, month - 12) for id in both)
        return {
            "net_income_per_capita": sum(self.net(id, month) for id in whole) / 100 / len(whole),
            "net_income_growth": sum(self.net(id, month) for id in both) / before - 1 if before else None,
            "below_line_households": sum(self.net(id, month) < 880_000 for id in whole),
            "silent_households": sum(record(months[id], month) == Record.SILENT for id in HOMES),
        }


def headlines(connection: Connection) -> dict[str, Figure]:
    return figures(connection, CADRE, COUNTY, None, [*OVER_BOOKS, *STANDING, "visit_coverage"])


def closed_past(connection: Connection, until: int) -> dict[int, tuple[float, ...]]:
    """The figures over books of every closed month."""
    course = trend(connection, CADRE, COUNTY, OVER_BOOKS, until=until, months=24)
    return {month: tuple(row) for month, row in zip(course.index, course.fillna(-1).to_numpy().tolist(), strict=True)}


@pytest.mark.parametrize(("first", "days"), SPANS)
def test_day_by_day_nothing_moves_by_more_than_was_entered(tmp_path, first: date, days: int, engine: Engine):
    county = County(engine, random.Random(5))
    county.fill(first)
    with engine.connect() as connection:
        before, until = headlines(connection), books.closed_month(connection, COUNTY)
        past = closed_past(connection, until)
    closings = 0
    for day in (first + timedelta(days=number) for number in range(days)):
        cube.ensure(engine, day)
        with engine.connect() as connection:
            turned, now_until = headlines(connection), books.closed_month(connection, COUNTY)
        assert now_until >= until, day
        for id in OVER_BOOKS if now_until == until else ():
            told = [(one[id].value, one[id].numerator, one[id].standing.month) for one in (turned, before)]
            assert told[0] == told[1], (day, id)  # a night moves no figure over books
        for id in ("households", "monitored_households", "fund_unpaid", "unsafe_housing", "tasks_overdue"):
            assert turned[id].value == before[id].value, (day, id)
        passed = sum(deadline == (day - timedelta(days=1)).isoformat() for deadline in county.deadlines)
        assert turned["problems_overdue"].value == before["problems_overdue"].value + passed, day
        assert not turned["visit_coverage"].standing.closed

        paid, entered = county.paid, {id: dict(months) for id, months in county.lines.items()}
        county.enter(day)
        with engine.connect() as connection:
            after, until = headlines(connection), books.closed_month(connection, COUNTY)
            held = closed_past(connection, until)
            touched = _touched(connection, day)
        assert now_until <= until <= month_of(day) - 1
        closings += until - now_until
        assert after["fund_unpaid"].value == pytest.approx(turned["fund_unpaid"].value - (county.paid - paid) / 100)
        for id, value in county.plain(until).items():
            assert after[id].value == pytest.approx(value), (day, id)
            assert label(after[id].standing.month) == label(until) and after[id].standing.closed
        _moved_by_entries(county, entered, turned, after)
        for month, row in past.items():  # a closed month is changed by an entry into its twelve months alone
            if month in held and not any(month - 24 < one <= month for one in touched):
                assert held[month] == row, (day, label(month))
        before, past = after, held
    assert closings >= (1 if days < 40 else days // 31)


def _touched(connection: Connection, day: date) -> set[int]:
    """Months of the books that the history says were written to on a day."""
    rows = connection.execute(
        select(model.change.c.edits).where(func.substr(model.change.c.at, 1, 10) == day.isoformat())
    )
    return {int(edit.key["month"]) for (kept,) in rows for edit in edits_of(kept) if edit.table == "ledger"}


def _moved_by_entries(county: County, entered: dict, turned: dict[str, Figure], after: dict[str, Figure]) -> None:
    """The income of the households that count moves by what came into the twelve months and what left them."""
    then, now = turned["net_income_per_capita"], after["net_income_per_capita"]
    came = sum(
        fen
        for id, months in county.lines.items()
        for month, fen in months.items()
        if month > then.standing.month or month not in entered.get(id, {})
    )
    left = sum(
        fen
        for months in county.lines.values()
        for month, fen in months.items()
        if then.standing.month - 12 < month <= now.standing.month - 12
    )
    joined = abs(now.denominator - then.denominator) * 12 * 150_000
    assert abs(now.numerator - then.numerator) <= (came + left + joined) / 100 + 0.01
    if then.denominator == now.denominator:
        assert abs(now.value / then.value - 1) < 0.02
