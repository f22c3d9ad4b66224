"""The small county with what its people are: health, work, schooling, helpers of teams, projects, households lifted
twice, split and moved; and the same figures worked out of its raw rows by plain Python."""

import random
from collections.abc import Callable, Iterable
from datetime import date
from itertools import pairwise

from sqlalchemy import Connection, Engine, select, update

from data import model
from data.figures import cube
from data.figures.courses import Columns, Spell, Watched, household_spells, member_course
from data.months import first_day, last_day
from data.store.engine import upsert, writing
from data.terms import (
    ABLE,
    ASSET_STATES,
    ASSET_SUPERVISION,
    DISABILITY_LEVELS,
    HEALTH,
    ILL,
    PROBLEM_SOURCES,
    PROJECT_MODES,
    SKILLS,
    TEAMS,
    WORK_AREAS,
)
from tests.data.small_county import TODAY, VILLAGES, fill

_NO_DAY = "9999-12-31"
PEOPLE = (
    "unlifted_persons", "lifted_persons", "unstable_persons", "marginal_persons", "hardship_persons",
    "monitored_persons", "newly_identified_households", "newly_monitored_households", "newly_lifted_households",
    "newly_monitored_persons", "cleared_households", "cleared_persons", "newly_identified_persons",
    "newly_relapsed_households", "newly_relapsed_persons", "monitored_again",
    "newly_lifted_persons", "lifted_times", "lifted_once", "lifted_person_times", "lifted_persons_once", "workers",
    "workers_1", "workers_2", "workers_3", "workers_4", "labour", "pupils", "taught_pupils", "chronic_persons",
    "severely_ill_persons", "disabled_persons", "ill_persons", "doctored_persons", "doctored_ill",
    "doctored_disabled", *(f"team_{what}_{place}" for what in ("households", "persons") for place in (3, 4, 7)),
    "benefit_households",
    "benefit_times", "benefit_person_times", "benefit_person_times_ever", "posts", "problems_1", "problems_2",
    "problems_3", "problems_4", "problems_5", "post_income", "post_households", "helpers", "helping_units",
    "helping_branches", "team_villages",
)  # fmt: skip
"""The figures that ``PlainPeople`` works out."""


def fill_people(engine: Engine) -> None:
    """Fill an empty store; the cube is built for TODAY."""
    fill(engine, build=False)
    chance = random.Random(5)
    with writing(engine) as connection:
        households = list(connection.execute(select(model.household.c.id, model.household.c.village).order_by("id")))
        codes = list(connection.execute(select(model.member.c.code).order_by("code")).scalars())
        for code in codes:
            connection.execute(
                update(model.member)
                .where(model.member.c.code == code)
                .values(
                    health=chance.choice((None, *HEALTH)),
                    skill=chance.choice((None, *SKILLS)),
                    work_area=chance.choice((None, *WORK_AREAS)),
                    disability_level=chance.choice((None, None, None, *DISABILITY_LEVELS)),
                    collected=chance.choice((None, "2025-06-15", "2026-03-01")),
                )
            )
        for helper, team in zip(range(5), ("医生", "教师", "医生", "党支部", "教师"), strict=True):
            assert team in TEAMS
            connection.execute(
                update(model.helper)
                .where(model.helper.c.code == f"B{helper}")
                .values(team=team, unit=f"示范{helper % 3}局")
            )
        for table, column, words in (
            (model.problem, "source", PROBLEM_SOURCES),
            (model.project, "asset_supervision", (None, *ASSET_SUPERVISION)),
            (model.project, "asset_state", (None, *ASSET_STATES)),
        ):
            for key in list(connection.execute(select(table.c.code).order_by("code")).scalars()):
                connection.execute(update(table).where(table.c.code == key).values({column: chance.choice(words)}))
        for table, rows in {**_helped(households, codes), **_rows(chance, households, codes)}.items():
            upsert(connection, table, list(rows[0]), [tuple(row.values()) for row in rows])
        cube.rebuild(connection, today=TODAY)


FAR = "990182101201"
"""A village of another county, where some of the same people help."""


def _helped(households: list, codes: list[str]) -> dict:
    """Helpers of two villages of one township, of two townships, of two counties; until the last day of a month."""
    teams = {"B5": ("第一书记", "示范0局"), "B6": ("驻村工作队", "示范6局"), "B7": ("党支部", "示范村党支部")}
    homes = {village: [id for id, of in households if of == village] for village in VILLAGES} | {FAR: [101, 102, 103]}
    pairings = [
        {"helper": helper, "household_id": id, "member": "", "started": started, "ended": ended}
        for helper, village, started, ended in (
            ("B5", VILLAGES[0], "2024-02-01", "2026-10-31"),
            ("B6", VILLAGES[2], "2025-01-01", None),
            ("B6", VILLAGES[3], "2026-01-31", "2026-09-30"),
            ("B7", VILLAGES[1], "2026-03-01", None),
            ("B7", VILLAGES[4], "2024-03-01", "2026-06-30"),
            ("B7", FAR, "2026-06-02", None),
            ("B0", FAR, "2024-01-01", None),
        )
        for id in homes[village]
    ]
    pairings += [  # a doctor and a teacher with one of a household each
        {"helper": helper, "household_id": id, "member": code, "started": "2025-03-01", "ended": "2026-10-31"}
        for helper, place in (("B2", 0), ("B4", 1))
        for id in homes[VILLAGES[1]]
        if (code := f"M{id:04d}{place}") in codes
    ]
    return {
        model.region: [
            {"code": FAR[:length], "name": f"远方{length}", "parent": FAR[:above]}
            for above, length in ((0, 6), (6, 9), (9, 12))
        ],
        model.household: [
            {"id": id, "code": f"H{id}", "village": FAR, "head": "赵某", "type": "脱贫户", "identified": "2014-05-05"}
            for id in homes[FAR]
        ],
        model.helper: [
            {"code": code, "name": "王某", "unit": unit, "team": team} for code, (team, unit) in teams.items()
        ],
        model.pairing: pairings,
    }


def _rows(chance: random.Random, households: list, codes: list[str]) -> dict:
    ids = [id for id, _ in households]
    events = [
        {"household_id": id, "day": f"{year}-{chance.randrange(1, 13):02d}-15", "kind": kind}
        for id in ids[:20]
        for year, kind in zip((2015, 2018, 2021, 2026), ("识别", "脱贫", "返贫", "再脱贫"), strict=True)
        if not (id % 3 == 0 and year > 2018)
    ]
    facts = [
        {"member": code, "item": item, "day": f"{year}-05-20", "value": chance.choice((None, *words))}
        for code in codes[::3]
        for item, words in (("health", HEALTH), ("work_area", WORK_AREAS), ("skill", SKILLS))
        for year in (2025, 2026)
    ]
    return {
        model.household_event: events,
        model.household_move: [
            {"household_id": id, "day": f"2026-0{1 + id % 9}-10", "origin": origin, "village": village}
            for id, village in households[:30:3]
            for origin in [next(other for other in VILLAGES if other != village)]
        ],
        model.member_fact: facts,
        model.member_event: [
            {"member": code, "day": "2026-04-02", "kind": "离开", "household_id": int(code[1:5])}
            for code in codes[::11]
        ],
        model.episode: [
            {"code": f"E{id}-{n}", "household_id": id, "kind": "脱贫不稳定户", "identified": day, "removed": removed}
            for id in ids[20:30]
            for n, day, removed in ((1, "2026-01-07", "2026-04-08"), (2, "2026-08-09", None))
        ],
        model.project_household: [
            {
                "project": f"P{chance.randrange(1, 7)}", "household_id": id, "year": year,
                "mode": chance.choice(PROJECT_MODES), "amount_fen": 100, "persons": chance.choice((None, None, 1, 3)),
            }
            for id in ids[::2]
            for year in (2024, 2025, 2026)
        ],
    }  # fmt: skip


class PlainPeople:
    """The figures of people of a region at the end of a month, one loop at a time."""

    def __init__(self, connection: Connection, region: str, month: int) -> None:
        self.region, self.month = region, month
        self.end = min(last_day(month), TODAY.isoformat())
        self.year_ago = first_day(month - 11)
        self.tables = {
            name: [dict(row) for row in connection.execute(select(model.metadata.tables[name])).mappings()]
            for name in (
                "household", "member", "household_event", "household_move", "member_event", "member_fact", "episode",
                "helper", "pairing", "project_household", "ledger", "problem", "project",
            )
        }  # fmt: skip
        self.spells = {row["id"]: self._spells(row) for row in self.tables["household"]}
        self.belongings = [(row, spell) for row in self.tables["member"] for spell in self._belongings(row)]
        self.team = {row["code"]: row["team"] for row in self.tables["helper"]}

    def _of(self, table: str, id: int) -> list[dict]:
        return [row for row in self.tables[table] if row["household_id"] == id]

    def _spells(self, row: dict) -> list[Spell]:
        id = row["id"]
        columns = Columns(*(row[name] for name in ("type", "identified", "lifted", "relapsed", "risk_removed")))
        return household_spells(
            columns,
            row["village"],
            events=[(one["day"], one["kind"]) for one in self._of("household_event", id)],
            episodes=[Watched(4, one["identified"], one["removed"]) for one in self._of("episode", id)],
            moves=[(one["day"], one["origin"], one["village"]) for one in self._of("household_move", id)],
        )

    def _belongings(self, row: dict) -> list[tuple[str, str | None, int]]:
        of = row["household_id"]
        begun = next((one.since for one in self.spells[of] if one.state), "")
        events = [one for one in self.tables["member_event"] if one["member"] == row["code"]]
        told = [(one["day"], one["kind"], one["household_id"]) for one in events]
        return member_course(of, begun=begun, born=row["born"], joined=row["joined"], gone=row["gone"], events=told)

    def on(self, id: int, day: str) -> Spell:
        return next(one for one in self.spells[id] if one.since <= day and (one.until is None or one.until > day))

    def here(self, village: str) -> bool:
        return village.startswith(self.region)

    def counted(self, id: int) -> bool:
        spell = self.on(id, self.end)
        return self.here(spell.village) and spell.state not in (0, 6)

    def members_on(self, id: int, day: str) -> list[dict]:
        return [
            row
            for row, (since, until, of) in self.belongings
            if of == id and since <= day and (until is None or until > day)
        ]

    def fact(self, row: dict, item: str) -> object:
        known = [one for one in self.tables["member_fact"] if (one["member"], one["item"]) == (row["code"], item)]
        if known:
            past = sorted((one["day"], one["value"]) for one in known if one["day"] <= self.end)
            return past[-1][1] if past else None
        return row[item] if (row["collected"] or "") <= self.end else None

    def paired(self, id: int, team: str, code: str = "") -> bool:
        """Whether a helper of the team has the household, or the member of that code."""
        return any(
            (not code or one["member"] in ("", code))
            and self.team[one["helper"]] == team
            and one["started"] <= self.end
            and (one["ended"] or _NO_DAY) >= self.end
            for one in self._of("pairing", id)
        )

    def age(self, row: dict) -> int:
        birth, end = date.fromisoformat(row["born"]), date.fromisoformat(self.end)
        return end.year - birth.year - ((end.month, end.day) < (birth.month, birth.day))

    def values(self) -> dict[str, float]:
        return {
            **self.of_states(), **self.of_lifting(), **self.of_members(), **self.of_projects(), **self.of_posts(),
            **self.of_helping(),
        }  # fmt: skip

    def of_states(self) -> dict[str, float]:
        now = {id: spell for id in self.spells if self.here((spell := self.on(id, self.end)).village)}

        def persons(such: Callable[[Spell], bool]) -> int:
            return sum(len(self.members_on(id, self.end)) for id, spell in now.items() if such(spell))

        changes = [one for one in self.changes() if self.year_ago <= one[2].since <= self.end]
        in_year = [(before, spell) for _, before, spell in changes]
        cleared = [(id, spell.since) for id, before, spell in changes if before.watch and not spell.watch]
        watched = [(id, spell.since) for id, before, spell in changes if spell.watch not in (0, before.watch)]
        again = [
            day for id, day in watched if any(spell.watch for spell in self.spells[id] if spell.since < day)
        ]  # fmt: skip
        identified = [(id, spell.since) for id, before, spell in changes if (before.base, spell.base) == (0, 1)]
        relapsed = [(id, spell.since) for id, before, spell in changes if spell.relapsed and not before.relapsed]

        def persons_then(came: list[tuple[int, str]]) -> int:
            return sum(len(self.members_on(id, day)) for id, day in came)

        return {
            "unlifted_persons": persons(lambda spell: spell.base == 1),
            "lifted_persons": persons(lambda spell: spell.base == 5),
            "unstable_persons": persons(lambda spell: spell.watch == 4),
            "marginal_persons": persons(lambda spell: spell.watch == 3),
            "hardship_persons": persons(lambda spell: spell.watch == 2),
            "monitored_persons": persons(lambda spell: spell.watch != 0),
            "newly_identified_households": sum(spell.base == 1 and before.base == 0 for before, spell in in_year),
            "newly_monitored_households": len(watched),
            "newly_monitored_persons": persons_then(watched),
            "monitored_again": len(again),
            "newly_identified_persons": persons_then(identified),
            "newly_relapsed_households": len(relapsed),
            "newly_relapsed_persons": persons_then(relapsed),
            "cleared_households": len(cleared),
            "cleared_persons": persons_then(cleared),
        }

    def changes(self) -> Iterable[tuple[int, Spell, Spell]]:
        """Households here, with a spell and the one before it."""
        for id, spells in self.spells.items():
            for before, spell in pairwise(spells):
                if self.here(spell.village):
                    yield id, before, spell

    def of_lifting(self) -> dict[str, float]:
        def liftings(id: int) -> list[str]:
            return [spell.since for before, spell in pairwise(self.spells[id]) if (before.base, spell.base) == (1, 5)]

        here = [(id, spell.since) for id, before, spell in self.changes() if (before.base, spell.base) == (1, 5)]
        here = [(id, day) for id, day in here if day <= self.end]
        with_people = [(row["code"], day) for id, day in here for row in self.members_on(id, day)]
        ever: dict[str, str] = {}
        for id in self.spells:
            for day in liftings(id):
                for row in self.members_on(id, day):
                    ever[row["code"]] = min(day, ever.get(row["code"], _NO_DAY))
        return {
            "newly_lifted_households": sum(day >= self.year_ago for _, day in here),
            "newly_lifted_persons": sum(day >= self.year_ago for _, day in with_people),
            "lifted_times": len(here),
            "lifted_once": sum(day == min(liftings(id)) for id, day in here),
            "lifted_person_times": len(with_people),
            "lifted_persons_once": sum(day == ever[code] for code, day in with_people),
        }

    def of_members(self) -> dict[str, float]:
        now = [(id, row) for id in self.spells if self.counted(id) for row in self.members_on(id, self.end)]
        areas = [self.fact(row, "work_area") for _, row in now]
        pupils = [(id, row["code"]) for id, row in now if row["born"] and 6 <= self.age(row) < 16]
        illness = [self.fact(row, "health") for _, row in now]
        disabled = [
            health == "残疾" or self.fact(row, "disability_level") is not None
            for (_, row), health in zip(now, illness, strict=True)
        ]
        ill = [
            (self.paired(id, "医生", row["code"]), health in ILL, lame)
            for (id, row), health, lame in zip(now, illness, disabled, strict=True)
            if health in ILL or lame
        ]
        homes = {id for id in self.spells if self.counted(id)}
        teams = {3: "医生", 4: "教师", 7: "党支部"}
        of_teams = {place: {id for id in homes if self.paired(id, team)} for place, team in teams.items()}
        return {
            "workers": sum(area is not None for area in areas),
            **{f"workers_{place}": areas.count(area) for place, area in enumerate(WORK_AREAS, start=1)},
            "labour": sum(
                self.fact(row, "skill") in ABLE and bool(row["born"]) and 16 <= self.age(row) < 60 for _, row in now
            ),
            "pupils": len(pupils),
            "taught_pupils": sum(self.paired(id, "教师", code) for id, code in pupils),
            "chronic_persons": illness.count("长期慢性病"),
            "severely_ill_persons": illness.count("大病"),
            "disabled_persons": sum(disabled),
            "ill_persons": len(ill),
            "doctored_persons": sum(doctor for doctor, _, _ in ill),
            "doctored_ill": sum(doctor and sick for doctor, sick, _ in ill),
            "doctored_disabled": sum(doctor and lame for doctor, _, lame in ill),
            **{f"team_households_{place}": len(ids) for place, ids in of_teams.items()},
            **{f"team_persons_{place}": sum(id in ids for id, _ in now) for place, ids in of_teams.items()},
        }

    def of_projects(self) -> dict[str, float]:
        year = self.month // 12
        benefits = [
            row
            for row in self.tables["project_household"]
            if row["year"] <= year
            and self.here(self.on(row["household_id"], min(f"{row['year']}-12-31", self.end)).village)
        ]
        persons = [
            len(self.members_on(row["household_id"], f"{row['year']}-12-31")) if row["persons"] is None
            else row["persons"]
            for row in benefits
        ]  # fmt: skip
        this = [(row, heads) for row, heads in zip(benefits, persons, strict=True) if row["year"] == year]
        problems = [row for row in self.tables["problem"] if self.here(row["region"]) and row["found"] <= self.end]
        return {
            "benefit_households": len({row["household_id"] for row, _ in this}),
            "benefit_times": len(this),
            "benefit_person_times": sum(heads for _, heads in this),
            "benefit_person_times_ever": sum(persons),
            "posts": sum(row["persons"] or 1 for row, _ in this if row["mode"] == "公益岗位"),
            **{
                f"problems_{place}": sum(row["source"] == word for row in problems)
                for place, word in enumerate(PROBLEM_SOURCES, start=1)
            },
        }

    def of_posts(self) -> dict[str, float]:
        """Of each line in the village of the month that is told of."""
        lines = [
            row
            for row in self.tables["ledger"]
            if row["wage_post_fen"]
            and 0 <= self.month - row["month"] < 12
            and self.here(self.on(row["household_id"], self.end).village)
        ]
        return {
            "post_income": sum(row["wage_post_fen"] for row in lines) / 100,
            "post_households": len({row["household_id"] for row in lines}),
        }

    def of_helping(self) -> dict[str, float]:
        """Each once, in however many of the villages here."""
        helpers = {row["code"]: row for row in self.tables["helper"]}
        met = [
            (helpers[row["helper"]], spell.village)
            for row in self.tables["pairing"]
            if row["started"] <= self.end <= (row["ended"] or _NO_DAY)
            and self.here((spell := self.on(row["household_id"], self.end)).village)
            and spell.state not in (0, 6)
        ]
        return {
            "helpers": len({helper["code"] for helper, _ in met}),
            "helping_units": len({helper["unit"] for helper, _ in met if helper["team"] not in ("党支部", "网格员")}),
            "helping_branches": len({helper["unit"] for helper, _ in met if helper["team"] == "党支部"}),
            "team_villages": len({at for helper, at in met if helper["team"] in ("第一书记", "驻村工作队")}),
        }
