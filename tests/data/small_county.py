"""A small made-up county straight in the store: every table filled at random, states and edges of dates included."""

import random
from datetime import date, timedelta

from sqlalchemy import Engine

from data import model
from data.figures import cube
from data.matters.daily import settle_matters
from data.months import label, month_of
from data.store.engine import upsert, writing
from data.terms import HOUSEHOLD_TYPES, OUT_OF_SCHOOL, SUBJECTS

TODAY = date(2026, 11, 22)
LAST = month_of(TODAY)
COUNTY, TOWNSHIPS = "990181", ("990181101", "990181102")
VILLAGES = ("990181101201", "990181101202", "990181102201", "990181102202", "990181102203")
HOUSEHOLDS = 90
FIRST_PLAN = 9_000_000  # far from what a sequence begins with


def fill(engine: Engine, *, seed: int = 7, build: bool = True) -> None:
    """Fill an empty store; the same seed gives the same county."""
    chance = random.Random(seed)
    with writing(engine) as connection:
        for table, rows in _tables(chance).items():
            if rows:
                upsert(connection, table, list(rows[0]), [tuple(row.values()) for row in rows])
        settle_matters(connection, TODAY)
        if build:
            cube.rebuild(connection, today=TODAY)


def real_regions_arrive(engine: Engine) -> None:
    """Put a region outside the demonstration prefix beside the rest, as an import would."""
    with writing(engine) as connection:
        connection.execute(model.region.insert().values(code="210881", name="某市", parent=""))


def _day(chance: random.Random, first: str, last: str, *, missing: float = 0.0) -> str | None:
    if chance.random() < missing:
        return None
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return (start + timedelta(days=chance.randrange((end - start).days + 1))).isoformat()


def _tables(chance: random.Random) -> dict:
    households = [_household(chance, number) for number in range(1, HOUSEHOLDS + 1)]
    projects = [_project(chance, number) for number in range(1, 7)]
    for number, project in enumerate(projects):
        project |= {"completed": None, "asset_class": (None, "经营性", "公益性", "到户类")[number % 4]}
    projects += _without_returns()
    funds = [_fund(chance, number) for number in range(1, 9)]
    chance_of_plans = random.Random(11)  # of its own, so that the rest of the county stays as it is
    return {
        model.region: _regions(),
        model.household: households,
        model.member: [member for household in households for member in _members(chance, household["id"])],
        model.ledger: [row for household in households for row in _ledger(chance, household["id"])],
        model.project: projects,
        model.project_return: [row for project in projects[:6] for row in _returns(chance, project["code"])],
        model.project_stage: [
            {"project": code, "stage": "运营", "entered": day}
            for code, day in (("P2", "2026-04-09"), ("P8", "2025-05-05"))
        ],
        model.helper: [
            {"code": f"B{n}", "name": "王某", "unit": "示范局", "team": team}
            for n, team in enumerate(("教师", "教师", "教师", "第一书记", "党支部"))
        ],
        model.pairing: [_pairing(chance, household["id"]) for household in households if chance.random() < 0.9],
        model.visit: [row for household in households for row in _visits(chance, household["id"])],
        model.fund: [{**fund, **_ends(fund)} for fund in funds],
        model.fund_payment: [row for fund in funds for row in _payments(chance, fund)]
        + [row for fund in funds[::2] for row in _paid_later(fund)],
        model.fund_plan: [row for fund in funds[:-1] for row in _fund_plans(fund)],
        model.dividend_plan: [_plan(chance_of_plans, number) for number in range(1, 13)],
        model.problem: [_problem(chance, number) for number in range(40)],
        model.task: [_task(chance, number) for number in range(40)],
        model.day_record: [_day_record(number) for number in range(12)],
        model.books_decision: [closed_by_decision()],
    }


def closed_by_decision(until: int = LAST) -> dict:
    """That the county has closed its books, whatever lines have come: made-up ones come at random. Before all that a
    sequence numbers, so that what is decided later stands."""
    return {"id": 0, "county": COUNTY, "until": until, "reason": None, "at": "2026-11-01T08:00:00", "actor": "county"}


def _day_record(number: int) -> dict:
    """One every fifth day, in the last two villages; every fourth was taken back."""
    day = (TODAY - timedelta(days=5 * number)).isoformat()
    return {
        "id": FIRST_PLAN + number,
        "number": f"county-{number}",
        "village": VILLAGES[3 + number % 2],
        "day": day,
        "kind": "done",
        "words": "修路",
        "written": f"{day}T10:00:00",
        "at": f"{day}T10:00:00",
        "actor": "county:990181:",
        "withdrawn": f"{day}T11:00:00" if number % 4 == 3 else None,
    }


def _regions() -> list[dict]:
    regions = [(COUNTY, "示范市", "", None)]
    regions += [(code, f"示范镇{code[-1]}", COUNTY, None) for code in TOWNSHIPS]
    regions += [(code, f"示范村{n}", code[:9], 900 + n if n else None) for n, code in enumerate(VILLAGES)]
    return [dict(zip(("code", "name", "parent", "rural_population"), row, strict=True)) for row in regions]


def _household(chance: random.Random, number: int) -> dict:
    return {
        "id": number,
        "code": f"H{number:04d}",
        "village": chance.choice(VILLAGES),
        "head": "张某某",
        "type": chance.choice(HOUSEHOLD_TYPES),
        "identified": _day(chance, "2014-01-01", "2026-11-20", missing=0.1),
        "lifted": _day(chance, "2016-01-01", "2026-11-20", missing=0.4),
        "relapsed": _day(chance, "2017-01-01", "2026-11-20", missing=0.85),
        "risk_removed": _day(chance, "2022-01-01", "2026-11-20", missing=0.7),
        "housing_safe": chance.choice((0, 1, 1, None)),
        "water_safe": chance.choice((0, 1, 1, None)),
    }


def _members(chance: random.Random, household: int) -> list[dict]:
    return [
        {
            "code": f"M{household:04d}{number}",
            "household_id": household,
            "name": "李某",
            "relation": "户主" if number == 0 else "子女",
            "born": _day(chance, "1940-01-01", "2020-12-31", missing=0.05),
            "schooling": chance.choice((None, "小学", "初中", *OUT_OF_SCHOOL)),
            "medical_insured": chance.choice((0, 1, 1, None)),
        }
        for number in range(chance.randrange(5))
    ]


def _ledger(chance: random.Random, household: int) -> list[dict]:
    if chance.random() < 0.05:
        return []
    columns = [f"{column}_fen" for _, column in SUBJECTS.values()]
    rows = [
        {
            "household_id": household,
            "month": month,
            **{column: chance.randrange(0, 150_000) if chance.random() < 0.2 else None for column in columns},
        }
        for month in range(LAST - 29, LAST + 1)
        if chance.random() < 0.8
    ]
    return [row for row in rows if any(row[column] is not None for column in columns)]  # others have no row


def _project(chance: random.Random, number: int) -> dict:
    return {
        "code": f"P{number}",
        "name": f"项目{number}",
        "kind": "种植",
        "region": chance.choice((COUNTY, *TOWNSHIPS, *VILLAGES)),
        "stage": "运营",
        "investment_fen": chance.randrange(1_000_000, 90_000_000),
        "started": _day(chance, "2019-01-01", "2026-12-31", missing=0.3),
    }


def _without_returns() -> list[dict]:
    """Completed, in operation, being built; and one without a class, of which nobody knows."""
    known = ("started", "completed", "asset_class")
    return [
        {**_project(random.Random(number), number), **dict(zip(known, facts, strict=True))}
        for number, facts in enumerate(
            (
                ("2024-02-01", "2025-09-30", "经营性"),
                ("2024-02-01", None, "经营性"),
                ("2025-02-01", None, "经营性"),
                ("2024-02-01", "2025-09-30", None),
            ),
            start=7,
        )
    ]


def _returns(chance: random.Random, project: str) -> list[dict]:
    return [
        {
            "project": project,
            "month": month,
            "due_fen": chance.randrange(900_000),
            "received_fen": chance.randrange(900_000),
        }
        for month in range(LAST - 26, LAST + 1, 2)
    ]


def _pairing(chance: random.Random, household: int) -> dict:
    started = _day(chance, "2022-01-01", "2026-06-30")
    ended = _day(chance, "2026-07-01", "2027-06-30", missing=0.6)
    return {"helper": f"B{chance.randrange(5)}", "household_id": household, "started": started, "ended": ended}


def _visits(chance: random.Random, household: int) -> list[dict]:
    days = {_day(chance, "2025-03-01", "2026-11-22") for _ in range(chance.randrange(20))}
    return [
        {
            "code": f"V{household}-{day}",
            "household_id": household,
            "helper": "B1",
            "visited": day,
            "occasion": "日常走访",
        }
        for day in sorted(days)
    ]


def _fund(chance: random.Random, number: int) -> dict:
    return {
        "code": f"F{number}",
        "year": chance.randrange(2024, 2027),
        "source": "中央",
        "region": chance.choice((COUNTY, *TOWNSHIPS, *VILLAGES)),
        "name": f"资金{number}",
        "arranged_fen": chance.randrange(10_000_000, 90_000_000),
    }


def _ends(fund: dict) -> dict:
    """How a fund ends, by a chance of its own: most not at all, some settled, with or without money that went back."""
    chance = random.Random(fund["code"])
    settled = _day(chance, f"{fund['year'] + 1}-01-01", "2027-03-31", missing=0.5)
    return {"settled": settled, "recovered_fen": chance.choice((None, chance.randrange(fund["arranged_fen"])))}


def _paid_later(fund: dict) -> list[dict]:
    """What was paid in the January after."""
    chance = random.Random(fund["code"])
    day, fen = _day(chance, f"{fund['year'] + 1}-01-01", f"{fund['year'] + 1}-01-31"), chance.randrange(3_000_000)
    return [{"fund": fund["code"], "paid": day, "amount_fen": fen}] if day < TODAY.isoformat() else []


def _payments(chance: random.Random, fund: dict) -> list[dict]:
    days = {_day(chance, f"{fund['year']}-01-01", f"{fund['year']}-11-20") for _ in range(3)}
    return [{"fund": fund["code"], "paid": day, "amount_fen": chance.randrange(3_000_000)} for day in sorted(days)]


def _fund_plans(fund: dict) -> list[dict]:
    """A source of chance of its own, so that what was here before stays as it was."""
    chance = random.Random(fund["code"])
    days = {_day(chance, f"{fund['year']}-02-01", f"{fund['year'] + 1}-01-31") for _ in range(3)}
    if fund["year"] == TODAY.year:
        days.add(TODAY.isoformat())  # planned for today: due, and not late yet
    return [{"fund": fund["code"], "planned": day, "amount_fen": chance.randrange(3_000_000)} for day in sorted(days)]


def _plan(chance: random.Random, number: int) -> dict:
    """A plan without its parts: filed ones count in the figures, the last one takes the first back."""
    distributed, kept = chance.randrange(900_000), chance.randrange(90_000)
    booked = chance.randrange(LAST - 20, LAST + 1)
    if number == 12:
        first = _plan(random.Random(11), 1)
        distributed, kept, booked = -first["distributed_fen"], -first["kept_fen"], first["booked"]
    state = "filed" if number in (1, 12) else chance.choice(("filed", "filed", "draft", "approved", "void"))
    return {
        "id": FIRST_PLAN + number,
        "village": VILLAGES[(number - 1) % 4 if number < 12 else 0],
        "title": f"方案{number}",
        "first_month": LAST - 26,
        "last_month": LAST - 21,
        "rule": "{}",
        "received_fen": distributed + kept,
        "distributed_fen": distributed,
        "kept_fen": kept,
        "state": state,
        "version": 1,
        "created": "2026-01-01T08:00:00",
        "actor": "village:",
        "filed": "2026-01-02T08:00:00" if state == "filed" else None,
        "booked": booked if state == "filed" else None,
        "reverses": FIRST_PLAN + 1 if number == 12 else None,
    }


def _problem(chance: random.Random, number: int) -> dict:
    found = _day(chance, "2024-06-01", "2026-11-01")
    rectified = _day(chance, found, "2026-11-20", missing=0.4)
    return {
        "code": f"W{number}",
        "region": chance.choice((COUNTY, *TOWNSHIPS, *VILLAGES)),
        "source": "排查",
        "category": "住房",
        "description": "屋顶漏雨",
        "found": found,
        "deadline": _day(chance, found, "2027-01-31"),
        "owner": "赵某",
        "rectified": rectified,
        "closed": rectified and _day(chance, rectified, "2026-11-22", missing=0.4),
    }


def _task(chance: random.Random, number: int) -> dict:
    started = _day(chance, "2024-06-01", "2026-12-20")
    return {
        "code": f"T{number}",
        "village": chance.choice(VILLAGES),
        "name": "修缮房屋",
        "target": "入冬前完成",
        "started": started,
        "deadline": _day(chance, started, "2027-02-28"),
        "owner": "赵某",
        "progress_bp": chance.randrange(0, 10_001),
        "finished": _day(chance, started, "2026-12-21", missing=0.5) if started < "2026-11-01" else None,
    }


def month_label(back: int) -> str:
    """``YYYY-MM`` of the month ``back`` months before the last."""
    return label(LAST - back)
