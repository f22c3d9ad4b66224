"""The cube equals the records: every indicator is worked out again by plain Python from the raw rows."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import Connection, Engine, func, select

from data import model
from data.access.viewer import Viewer
from data.audit.chain import ready
from data.clock import written
from data.figures import cube
from data.figures.indicators import INDICATORS
from data.figures.monitoring_line import line_of
from data.figures.read import children, figures, trend
from data.months import first_day, last_day
from data.quality.checks import check
from data.store.engine import upsert, writing
from data.terms import EXITED, OUT_OF_SCHOOL, STATE_NAMES, SUBJECTS, UNCOUNTED, Record
from tests.data.people_ground import PEOPLE
from tests.data.plain_books import comparable, record
from tests.data.plain_money import begun, funds_of, part
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES, fill
from tests.moment import NOW

ALL = Viewer("admin", "")
ELSEWHERE = {"unreported_households", "above_mark_share", *PEOPLE} | {
    *(
        "cases_opening",
        "persons_opening",
        "cases_removing",
        "persons_removing",
        "clues_waiting",
        "plans_overdue",
        "plans_progress",
    ),
    *(one for one in INDICATORS if one.startswith(("assets_", "team_households_", "team_persons_"))),
}
"""What test_books, test_people and test_cases work out."""


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(fill, own=True)


class Plain:
    """The same figures from the raw rows, one loop at a time: the definitions once more, in Python."""

    def __init__(self, connection: Connection, region: str, month: int) -> None:
        self.month = month
        self.end = min(last_day(month), TODAY.isoformat())
        self.line = line_of(connection, "99", last_day(month))

        def rows(table, column):
            return [dict(row) for row in connection.execute(select(table)).mappings() if row[column].startswith(region)]

        self.households = {row["id"]: row for row in rows(model.household, "village")}
        self.of = {
            name: [
                dict(row)
                for row in connection.execute(select(model.metadata.tables[name])).mappings()
                if row["household_id"] in self.households
            ]
            for name in ("member", "ledger", "pairing", "visit")
        }
        self.projects, self.funds = rows(model.project, "region"), rows(model.fund, "region")
        self.problems, self.tasks = rows(model.problem, "region"), rows(model.task, "village")
        self.days = rows(model.day_record, "village")
        self.days_begin = str(connection.execute(select(func.min(model.day_record.c.day))).scalar())[:7]
        self.stages = [dict(row) for row in connection.execute(select(model.project_stage)).mappings()]
        self.returns = [dict(row) for row in connection.execute(select(model.project_return)).mappings()]
        self.payments = [dict(row) for row in connection.execute(select(model.fund_payment)).mappings()]
        self.fund_plans = [dict(row) for row in connection.execute(select(model.fund_plan)).mappings()]
        self.regions = rows(model.region, "code")
        self.plans = rows(model.dividend_plan, "village")
        self.all_lines = [dict(row) for row in connection.execute(select(model.ledger)).mappings()]
        self.all_plans = [dict(row) for row in connection.execute(select(model.dividend_plan)).mappings()]
        self.counted = {id: state for id, row in self.households.items() if (state := self.state(row)) != "一般户"}
        self.bases = {id: self.base(row, self.end) for id, row in self.households.items()}
        self.of["member"] = [row for row in self.of["member"] if (row["born"] or "") <= self.end]  # who was there
        self.sizes = {id: sum(row["household_id"] == id for row in self.of["member"]) for id in self.households}
        self.incomes = {id: self.income(id) for id in self.counted}

    def state(self, row: dict) -> str:
        since, until, kind = self.watched(row)
        if kind and (not since or since <= self.end) and not (until and until <= self.end):
            return kind
        return self.base(row, self.end)

    def watched(self, row: dict) -> tuple[str | None, str | None, str | None]:
        """From when to when it is watched as what."""
        kind, identified, lifted, removed = (row[name] for name in ("type", "identified", "lifted", "risk_removed"))
        if removed and kind in ("脱贫户", "一般户"):
            kind = "脱贫不稳定户" if kind == "脱贫户" else "边缘易致贫户"
        if kind not in ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户"):
            return None, None, None
        since = identified if not lifted or (identified is not None and identified > lifted) else lifted
        return since, None if since and removed and removed < since else removed, kind

    def base(self, row: dict, end: str) -> str:
        identified, lifted, relapsed = row["identified"], row["lifted"], row["relapsed"]
        for_monitoring = self.watched(row)[2] and (not lifted or (identified is not None and identified > lifted))
        if row["type"] not in ("未脱贫户", "脱贫户", "脱贫不稳定户") and not lifted and not relapsed:
            return "一般户"
        if not for_monitoring and identified and identified > end:
            return "一般户"
        events = sorted((day, what) for day, what in ((lifted, "脱贫户"), (relapsed, "未脱贫户")) if day and day <= end)
        if lifted and lifted == relapsed and lifted <= end:
            return "脱贫户"
        if events:
            return events[-1][1]
        if relapsed and not (lifted and lifted <= relapsed):
            return "脱贫户"
        return "未脱贫户" if lifted or row["type"] == "未脱贫户" else "脱贫户"

    def income(self, id: int) -> dict | None:
        return self.twelve(id) if self.record(id) == Record.WHOLE else None

    def twelve(self, id: int) -> dict:
        window = [
            row
            for row in self.of["ledger"]
            if row["household_id"] == id and self.month - 12 < row["month"] <= self.month
        ]
        sums = dict.fromkeys(("wage", "business", "property", "transfer", "expense"), 0)
        for row in window:
            for kind, column in SUBJECTS.values():
                sums[kind] += row[f"{column}_fen"] or 0
        sums["gross"] = sums["wage"] + sums["business"] + sums["property"] + sums["transfer"]
        return sums | {"net": sums["gross"] - sums["expense"]}

    def record(self, id: int) -> Record:
        return record(self.lines(id), self.month)

    def lines(self, id: int) -> set[int]:
        return {row["month"] for row in self.of["ledger"] if row["household_id"] == id}

    def growth(self, before: "Plain") -> float | None:
        both = [id for id in self.counted if id in before.counted and comparable(self.lines(id), self.month)]
        now, then = (sum(plain.twelve(id)["net"] for id in both) for plain in (self, before))
        return now / then - 1 if then > 0 else None

    def count(self, *states: str) -> int:
        return sum(state in states for state in self.counted.values())

    def values(self) -> dict[str, float | None]:
        parts = (
            self.of_households,
            self.of_incomes,
            self.of_projects,
            self.of_funds,
            self.of_dividends,
            self.of_work,
            self.of_worries,
        )
        return {id: value for part in parts for id, value in part().items()}

    def of_households(self) -> dict:
        window = first_day(self.month - 11)
        everybody = self.households.values()
        persons = sum(self.sizes[id] for id in self.counted)
        poor = sum(self.sizes[id] for id, state in self.counted.items() if state == "未脱贫户")
        rural = [row["rural_population"] for row in self.regions if row["rural_population"]]
        monitored = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
        return {
            "households": len(self.counted),
            "persons": persons,
            "monitored_households": self.count(*monitored),
            "unstable_households": self.count(monitored[0]),
            "marginal_households": self.count(monitored[1]),
            "hardship_households": self.count(monitored[2]),
            "unlifted_households": list(self.bases.values()).count("未脱贫户"),
            "lifted_households": list(self.bases.values()).count("脱贫户"),  # watched as well or not
            "relapsed_households": sum(
                bool(row["relapsed"])
                and row["relapsed"] <= self.end
                and self.base(row, self.end) == "未脱贫户"  # whom nobody has registered yet did not fall back
                and not (row["lifted"] and row["relapsed"] <= row["lifted"] <= self.end)
                for row in everybody
            ),
            "newly_identified_households": sum(
                bool(row["identified"])
                and window <= row["identified"] <= self.end
                and (self.base(row, before(row["identified"])), self.base(row, row["identified"]))
                == ("一般户", "未脱贫户")
                for row in everybody
            ),
            "newly_monitored_households": sum(
                bool(kind and since and window <= since <= self.end) and (until is None or until > since)
                for since, until, kind in map(self.watched, everybody)
            ),
            "incidence": poor / sum(rural) if rural else None,
        }

    def of_incomes(self) -> dict:
        known = {id: income for id, income in self.incomes.items() if income}
        persons = sum(self.sizes[id] for id in known)
        total = {kind: sum(income[kind] for income in known.values()) for kind in ("net", "gross")}
        values = {
            f"{kind}_share": sum(income[kind] for income in known.values()) / total["gross"] if total["gross"] else None
            for kind in ("wage", "business", "property", "transfer")
        }
        values["net_income_per_capita"] = total["net"] / 100 / persons if persons else None
        below = [income["net"] / self.sizes[id] < self.line for id, income in known.items() if self.sizes[id]]
        values["below_line_households"] = sum(below) if below else None
        heads = [Fraction(income["net"], self.sizes[id]) for id, income in known.items() if self.sizes[id]]
        near = [self.line <= head <= Fraction(12, 10) * self.line for head in heads]
        values["near_line_households"] = sum(near) if near else None
        records = [self.record(id) for id in self.counted]
        values["silent_households"] = records.count(Record.SILENT)
        values["short_records"] = records.count(Record.SHORT) + records.count(Record.BEGUN)
        values["unbooked_households"] = records.count(Record.NONE)
        return values

    def of_projects(self) -> dict:
        counted = [row for row in self.projects if begun(row, self.returns, self.month, self.end)]
        parts = {row["code"]: part(row, self.returns, self.stages, self.month, self.end) for row in counted}
        returns = [row for row in self.returns if row["project"] in parts and row["month"] <= self.month]
        year = [row for row in returns if row["month"] > self.month - 12]

        def invested(*names: str) -> float:
            return sum(row["investment_fen"] for row in counted if parts[row["code"]] in names) / 100

        def earned(rows: list[dict]) -> float:
            return sum(row["received_fen"] for row in rows if parts[row["project"]] == "earning") / 100

        earning = invested("earning")
        return {
            "projects": len(counted),
            "project_investment": invested(*parts.values()),
            "investment_earning": earning,
            "investment_building": invested("building"),
            "investment_public": invested("公益性"),
            "investment_to_households": invested("到户类"),
            "return_due": sum(row["due_fen"] for row in year) / 100,
            "return_received": sum(row["received_fen"] for row in year) / 100,
            "return_rate": earned(year) / earning if earning else None,
            "cumulative_return_rate": earned(returns) / earning if earning else None,
        }

    def of_funds(self) -> dict:
        year = self.month // 12
        every = funds_of(self.funds, self.payments, self.fund_plans, self.end)
        alive = [fund for fund in every if fund.year <= year]
        own = [fund for fund in every if fund.year == year]
        arranged, disbursed, planned = (
            sum(getattr(fund, name) for fund in own) for name in ("arranged", "paid", "planned")
        )
        by_plan = sum(fund.paid for fund in own if fund.plans)
        return {
            "fund_arranged": arranged / 100,
            "fund_disbursed": disbursed / 100,
            "fund_progress": disbursed / arranged if arranged else None,
            "fund_paid": sum(fund.paid_in(year) for fund in every) / 100,
            "fund_unpaid": sum(fund.unpaid for fund in alive) / 100,
            "fund_planned": planned / 100,
            "fund_plan_progress": by_plan / planned if planned else None,
            "late_funds": sum(fund.short > 0 for fund in alive),
            "fund_short": sum(fund.short for fund in alive) / 100,
        }

    def of_dividends(self) -> dict:
        """Nothing at all before the first filed plan of all; a reversal takes off in the month of what it reverses."""
        known = [row for row in self.all_lines if row["property_dividend_fen"] is not None]
        booked = None
        if self.month >= min(row["month"] for row in known):
            here = [row for row in known if row["household_id"] in self.households]
            booked = sum(row["property_dividend_fen"] for row in here if 0 <= self.month - row["month"] < 12) / 100
        if self.month < min(row["booked"] for row in self.all_plans if row["state"] == "filed"):
            return {"dividend_income": booked, "dividend_distributed": None, "dividend_kept": None}
        mine = [row for row in self.plans if row["state"] == "filed" and self.month - 12 < row["booked"] <= self.month]
        by_plans = {
            f"dividend_{name}": sum(row[f"{name}_fen"] for row in mine) / 100 for name in ("distributed", "kept")
        }
        return {"dividend_income": booked, **by_plans}

    def of_work(self) -> dict:
        end, number = self.end, len(self.counted)
        paired = {
            row["household_id"]
            for row in self.of["pairing"]
            if row["started"] <= end and (not row["ended"] or row["ended"] >= end)
        }
        visits = [row["household_id"] for row in self.of["visit"] if first_day(self.month) <= row["visited"] <= end]
        found = [row for row in self.problems if row["found"] <= end]
        unclosed = [row for row in found if not row["closed"] or row["closed"] > end]
        unrectified = [row for row in unclosed if not row["rectified"] or row["rectified"] > end]
        done = [row for row in found if any(row[day] and row[day] <= end for day in ("rectified", "closed"))]
        tasks = [row for row in self.tasks if row["started"] <= end]
        finished = [bool(row["finished"]) and row["finished"] <= end for row in tasks]
        progress = [
            1.0 if done else 0.0 if row["finished"] else row["progress_bp"] / 10_000
            for row, done in zip(tasks, finished, strict=True)
        ]
        days = [row for row in self.days if first_day(self.month) <= row["day"] <= end and not row["withdrawn"]]
        return {
            "day_records": len(days) if end[:7] >= self.days_begin else None,
            "paired_share": sum(id in paired for id in self.counted) / number if number else None,
            "visits": len(visits),
            "visit_coverage": sum(id in visits for id in self.counted) / number if number else None,
            "problems_open": len(unclosed),
            "problems_overdue": sum(row["deadline"] < end for row in unrectified),
            "rectification_rate": len(done) / len(found) if found else None,
            "tasks_overdue": sum(not done and row["deadline"] < end for row, done in zip(tasks, finished, strict=True)),
            "task_progress": sum(progress) / len(tasks) if tasks else None,
        }

    def of_worries(self) -> dict:
        members = [row for row in self.of["member"] if row["household_id"] in self.counted]
        end = date.fromisoformat(self.end)

        def age(born: str) -> int:
            birth = date.fromisoformat(born)
            return end.year - birth.year - ((end.month, end.day) < (birth.month, birth.day))

        return {
            "unsafe_housing": sum(self.households[id]["housing_safe"] == 0 for id in self.counted),
            "unsafe_water": sum(self.households[id]["water_safe"] == 0 for id in self.counted),
            "dropouts": sum(
                row["schooling"] in OUT_OF_SCHOOL and bool(row["born"]) and 6 <= age(row["born"]) < 16
                for row in members
            ),
            "uninsured_persons": sum(row["medical_insured"] == 0 for row in members),
        }


def before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(1)).isoformat()


def test_every_indicator_equals_what_plain_python_makes_of_the_rows(county: Engine):
    with county.connect() as connection:
        for region in ("", COUNTY, TOWNSHIPS[1], VILLAGES[0], VILLAGES[2], VILLAGES[3]):
            for month in (LAST, LAST - 1, LAST - 7, LAST - 17):
                measured = {id: figure.value for id, figure in figures(connection, ALL, region, month).items()}
                own = Plain(connection, region, month)
                plain = own.values() | {"net_income_growth": own.growth(Plain(connection, region, month - 12))}
                assert measured.keys() == plain.keys() | ELSEWHERE == INDICATORS.keys()
                for id, expected in plain.items():
                    near = None if expected is None else pytest.approx(expected, rel=1e-12)
                    assert measured[id] == near, (id, region, month)


def test_every_state_of_the_registry_occurs_in_the_small_county(county: Engine):
    with county.connect() as connection:
        found = set(connection.execute(select(model.household_month.c.state)).scalars())
    assert found == set(STATE_NAMES) - {UNCOUNTED, EXITED}


def test_a_refreshed_village_leaves_the_same_cube_as_a_rebuild(county: Engine):
    village = VILLAGES[2]
    with writing(county) as connection:
        ids = select(model.household.c.id).where(model.household.c.village == village)
        first = connection.execute(select(func.min(model.household.c.id)).where(model.household.c.village == village))
        household = first.scalar_one()
        row = (household, LAST - 2, 123_456)
        assert upsert(connection, model.ledger, ["household_id", "month", "wage_work_fen"], [row]) == 1
        connection.execute(model.visit.delete().where(model.visit.c.household_id.in_(ids)))
        connection.execute(model.household.update().where(model.household.c.id == household).values(housing_safe=0))
        before = connection.execute(select(model.data_version.c.version)).scalar_one()
        cube.refresh(connection, village, NOW)
        assert connection.execute(select(model.data_version.c.version)).scalar_one() == before + 1
        refreshed = _whole_cube(connection)
        cube.rebuild(connection, today=TODAY)
        assert refreshed == _whole_cube(connection)


def test_a_refreshed_township_takes_in_its_own_records_only(county: Engine):
    with writing(county) as connection:
        connection.execute(
            model.problem.insert().values(
                code="NEW",
                region=TOWNSHIPS[0],
                source="暗访",
                category="饮水",
                description="水压不足",
                found="2026-05-05",
                deadline="2026-06-05",
                owner="赵某",
            )
        )
        cube.refresh(connection, TOWNSHIPS[0], NOW)
        refreshed = _whole_cube(connection)
        cube.rebuild(connection, today=TODAY)
        assert refreshed == _whole_cube(connection)


def test_the_cube_of_yesterday_moves_on_to_today(engine: Engine):
    fill(engine, build=False)
    with writing(engine) as connection:
        cube.rebuild(connection, today=date(2026, 10, 5))
    cube.ensure(engine, TODAY)
    with writing(engine) as connection:
        moved = _whole_cube(connection)
        assert connection.execute(select(model.data_version.c.built)).scalar() == TODAY.isoformat()
        cube.rebuild(connection, today=TODAY)
        assert moved == _whole_cube(connection)


def test_a_calendar_as_long_as_it_may_be_moves_on_with_the_months(engine: Engine):
    fill(engine, build=False)
    with writing(engine) as connection:
        connection.execute(model.ledger.insert().values(household_id=1, month=LAST - 300, wage_work_fen=5))
        cube.rebuild(connection, today=date(2026, 10, 31))
    cube.ensure(engine, TODAY)
    with writing(engine) as connection:
        moved = _whole_cube(connection)
        months = connection.execute(select(func.min(model.month.c.month), func.count())).one()
        assert tuple(months) == (LAST - 239, 240)
        cube.rebuild(connection, today=TODAY)
        assert moved == _whole_cube(connection)


def test_check_finds_nothing_grave_in_a_sound_store(county: Engine):
    ready(county, written(NOW))
    assert [finding for finding in check(county) if finding.grave] == []


def test_check_sees_a_cube_that_was_tampered_with_and_leaves_it_so(county: Engine):
    ready(county, written(NOW))
    with writing(county) as connection:
        spot = (cube.cube.c.region == TOWNSHIPS[0]) & (cube.cube.c.month == LAST)
        connection.execute(cube.cube.update().where(spot).values(households=cube.cube.c.households + 1))
        tampered = _whole_cube(connection)
    grave = [finding.what for finding in check(county) if finding.grave]
    assert len(grave) == 2
    assert "下级之和与上级不一致" in grave
    with county.connect() as connection:
        assert _whole_cube(connection) == tampered


def test_a_trend_has_one_row_a_month_and_agrees_with_the_figures(county: Engine):
    with county.connect() as connection:
        course = trend(connection, ALL, COUNTY, ["households", "net_income_per_capita"], until=LAST, months=24)
        now = figures(connection, ALL, COUNTY, LAST)
    assert list(course.index) == list(range(LAST - 23, LAST + 1))
    assert course["households"].iloc[-1] == now["households"].value
    assert course["net_income_per_capita"].iloc[-1] == pytest.approx(now["net_income_per_capita"].value)


def test_children_of_a_county_are_its_townships_and_add_up(county: Engine):
    with county.connect() as connection:
        below = children(connection, ALL, COUNTY, LAST, "households")
        villages = children(connection, ALL, COUNTY, LAST, "households", level=12)
        whole = figures(connection, ALL, COUNTY, LAST)["households"].value
    assert tuple(below["code"]) == TOWNSHIPS
    assert tuple(villages["code"]) == VILLAGES
    assert below["value"].sum() == villages["value"].sum() == whole


def _whole_cube(connection: Connection) -> list[tuple]:
    return [tuple(row) for row in connection.execute(select(cube.cube).order_by(cube.cube.c.region, cube.cube.c.month))]
