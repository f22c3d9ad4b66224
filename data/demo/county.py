"""The demonstration county and prefecture: made up, seeded, and written as the files a user would bring."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from data.demo import cases, duties, helping, histories
from data.demo.facts import fact_columns
from data.demo.families import UNITED, draw_ties, member_events, united_columns
from data.demo.files import LONGEST, table, write_boundaries, write_workbook, write_zip
from data.demo.fund_plans import fund_plans
from data.demo.geography import draw
from data.demo.ground import NOTHING, SCALES, Column, Ground, Sheet
from data.demo.homesteads import Homesteads, draw_homesteads, household_columns, region_columns
from data.demo.incomes import Lines, draw_incomes, ledger
from data.demo.leading import leaders
from data.demo.lines import line_columns
from data.demo.lives import draw_lives, life_columns
from data.demo.measures import measures
from data.demo.people import People, draw_people, member_columns
from data.demo.projects import Projects, draw_projects
from data.demo.repairs import Repairs, checks, draw_repairs
from data.demo.statuses import Statuses, draw_statuses
from data.demo.talks import Talks
from data.demo.traits import draw_traits
from data.demo.villages import Villages, draw_villages
from data.months import last_day, month_of
from data.terms import SUBJECTS

SEED = 7
LEDGER, VISITS = "收支", "走访"


@dataclass(frozen=True)
class DemoFiles:
    """What was written: workbooks (one .xlsx, zips of one CSV each) and boundaries (GeoJSON, a file a level)."""

    workbooks: list[Path]
    boundaries: list[Path]


def generate(
    directory: Path,
    *,
    preset: str = "county",
    month: int | None = None,
    today: date,
    seed: int = SEED,
    progress: Callable[[str, int, int], None] | None = None,
) -> DemoFiles:
    """Write a demonstration that ends in ``month`` (ordinal; the current one) and knows nothing after ``today``.

    ``preset`` is county (示范市), prefecture (示范州), township (one of its townships, to work on) or small (a few
    villages, for tests). The same arguments write
    the same bytes. ``progress`` is called with a label, what is done and the total.
    """
    report = progress or (lambda step, done, total: None)

    def say(done: int) -> None:
        report("生成演示数据", done, 5)

    say(0)
    ground = _ground(preset, month, today, seed)
    boundaries = write_boundaries(directory, ground.land)
    villages = draw_villages(ground)
    homes = draw_homesteads(ground, villages)
    people = draw_people(ground, homes.village)
    people, statuses, ties = draw_ties(ground, people, draw_statuses(ground, people), homes.village)
    lives = draw_lives(ground, people, statuses, ties.home[ties.kind == UNITED])
    repairs = draw_repairs(ground, statuses)
    projects = draw_projects(ground, homes.village, homes.code, statuses)
    helpers = helping.draw_helpers(ground)
    pairings = helping.draw_pairings(ground, people, statuses, homes.village)
    incomes = draw_incomes(ground, people, lives, statuses, projects, homes.village)
    traits = draw_traits(ground, people, statuses, incomes)
    say(1)
    sheets = _short_sheets(ground, villages, homes, people, statuses, repairs, projects)
    owners = duties.Owners(helpers["name"], helping.EACH)
    asked = owners.of(ground.rng("checkers"), homes.village)
    life = life_columns(ground, lives, statuses)
    members = member_columns(ground, lives.people, life, homes.code, homes.area)
    members = united_columns(members, lives, ties, homes.code)
    watched = histories.episodes(ground, statuses, people, traits, repairs, homes.code)
    sheets |= {
        "农村人口": histories.populations(ground, villages, sheets["行政区划"]),
        "户变动": histories.events(ground, statuses, people, ties, homes.code),
        "户迁移": histories.moves(ground, villages, statuses, homes),
        "家庭成员": _by_home(members),
        "成员变动": member_events(lives, ties, members, homes.code),
        "成员状况": fact_columns(ground, lives, statuses, np.asarray(life["collected"]), np.asarray(members["code"])),
        "监测": watched,
        "监测步骤": cases.steps(ground, statuses, traits, watched, helpers, homes.code, homes.village),
        "收支参考": cases.reference(ground, statuses, traits, homes.code),
        "帮扶措施": measures(ground, people, statuses, repairs, traits, homes.code, homes.village),
        "保障核实": checks(ground, statuses, repairs, homes.code, asked),
        "问题": duties.problems(ground, repairs, traits, homes.code, homes.village, owners),
        "作战任务": duties.tasks(ground, repairs, traits, homes.code, homes.village, owners),
    }
    quiet = ~np.isin(np.arange(len(homes.code)), [*ties.home, *ties.other])
    whom = helping.of_persons(ground, pairings, people, quiet)
    named = np.where(whom < 0, NOTHING, np.asarray(members["code"], object)[whom])
    paired = helping.pairing_columns(pairings, helpers["code"], homes.code, named)
    sheets |= {"帮扶责任人": helpers, "结对帮扶": paired, "区划负责人": leaders(ground, helpers)}
    tables = {sheet: table(sheet, columns) for sheet, columns in sheets.items()}
    say(2)
    name = ground.land.places[min(ground.land.places)][0].name
    short = {sheet: content for sheet, content in tables.items() if len(content) <= LONGEST}
    workbooks = [write_workbook(directory / f"{name}.xlsx", short)]
    workbooks += [write_zip(directory / f"{name}-{s}.zip", s, [tables[s]]) for s in tables if s not in short]
    say(3)
    lines = _ledger_tables(homes.code, ledger(ground, incomes, statuses, projects, homes.village, ties, villages))
    workbooks.append(write_zip(directory / f"{name}-{LEDGER}.zip", LEDGER, lines))
    say(4)
    talks = Talks(traits)
    visits = helping.visits(ground, statuses, homes.village, talks, pairings, homes.code, helpers["code"])
    visited = (table(VISITS, columns) for columns in visits)
    workbooks.append(write_zip(directory / f"{name}-{VISITS}.zip", VISITS, visited))
    say(5)
    return DemoFiles(workbooks, boundaries)


def _short_sheets(
    ground: Ground,
    villages: Villages,
    homes: Homesteads,
    people: People,
    statuses: Statuses,
    repairs: Repairs,
    projects: Projects,
) -> dict[str, Mapping[str, Column]]:
    arranged, paid = duties.funds(ground, projects.columns)
    return {
        "行政区划": region_columns(ground, villages),
        "户": household_columns(ground, homes, people, statuses, repairs),
        "项目": projects.columns,
        "项目进度": projects.stages,
        "项目收益": projects.returns,
        "项目带户": projects.takers,
        "资金": arranged,
        "资金拨付": paid,
        "拨付计划": fund_plans(ground, arranged, paid),
        "监测线": line_columns(ground),
    }


def _by_home(members: Sheet) -> Sheet:
    order = np.argsort(np.asarray(members["code"]).astype(str), kind="stable")
    return {name: np.asarray(column)[order] for name, column in members.items()}


def _ground(preset: str, month: int | None, today: date, seed: int) -> Ground:
    last = month_of(today) if month is None else month
    end = min(today, date.fromisoformat(last_day(last)))
    return Ground(draw(preset, seed), SCALES[preset], last, end, seed)


def _ledger_tables(codes: np.ndarray, lines: Iterator[Lines]) -> Iterator[pa.Table]:
    households, subjects = pa.array(codes), pa.array(list(SUBJECTS))
    for household, month, subject, fen in lines:
        columns = {
            "household_id": households.take(pa.array(household)),
            "month": np.full(len(fen), month),
            "subject": subjects.take(pa.array(subject)),
            "amount_fen": fen,
        }
        yield table(LEDGER, columns)
