"""The demonstration county and prefecture: made up, seeded, and written as the files a user would bring."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from data.demo import duties, helping
from data.demo.files import LONGEST, table, write_boundaries, write_workbook, write_zip
from data.demo.geography import draw
from data.demo.ground import SCALES, Ground
from data.demo.homesteads import draw_homesteads, household_columns, region_columns
from data.demo.incomes import ledger
from data.demo.people import draw_people, member_columns
from data.demo.projects import draw_projects
from data.demo.statuses import draw_statuses
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
    today: date | None = None,
    seed: int = SEED,
    progress: Callable[[str, int, int], None] | None = None,
) -> DemoFiles:
    """Write a demonstration that ends in ``month`` (ordinal; the current one) and knows nothing after ``today``.

    ``preset`` is county (示范市), prefecture (示范州) or small (a few villages, for tests). The same arguments write
    the same bytes. ``progress`` is called with a label, what is done and the total.
    """
    report = progress or (lambda step, done, total: None)
    steps = ["区划", "农户", "项目", "帮扶", "工作簿", LEDGER, VISITS]

    def say(step: str) -> None:
        report("生成演示数据", steps.index(step), len(steps))

    say("区划")
    ground = _ground(preset, month, today or date.today(), seed)
    boundaries = write_boundaries(directory, ground.land)
    say("农户")
    homes = draw_homesteads(ground)
    codes, village = homes.code, homes.village
    people = draw_people(ground, village)
    statuses = draw_statuses(ground, people)
    say("项目")
    projects = draw_projects(ground, village, codes, statuses)
    say("帮扶")
    helpers = helping.draw_helpers(ground)
    pairings = helping.draw_pairings(ground, people, statuses, village)
    arranged, paid = duties.funds(ground, projects.columns)
    sheets = {
        "行政区划": region_columns(ground),
        "户": household_columns(ground, homes, people, statuses),
        "家庭成员": member_columns(ground, people, codes, homes.area),
        "帮扶措施": duties.measures(ground, people, statuses, codes, village),
        "项目": projects.columns,
        "项目收益": projects.returns,
        "项目带户": projects.takers,
        "帮扶责任人": helpers,
        "结对帮扶": {
            "helper": helpers["code"][pairings["helper"]],
            "household_id": codes[pairings["household"]],
            "started": pairings["started"],
            "ended": pairings["ended"],
        },
        "资金": arranged,
        "资金拨付": paid,
        "问题": duties.problems(ground, codes, village),
        "作战任务": duties.tasks(ground, codes, village),
    }
    say("工作簿")
    name = ground.land.places[min(ground.land.places)][0].name
    tables = {sheet: table(sheet, columns) for sheet, columns in sheets.items()}
    short = {sheet: content for sheet, content in tables.items() if len(content) <= LONGEST}
    workbooks = [write_workbook(directory / f"{name}.xlsx", short)]
    workbooks += [write_zip(directory / f"{name}-{s}.zip", s, [tables[s]]) for s in tables if s not in short]
    say(LEDGER)
    lines = _ledger_tables(codes, ledger(ground, people, statuses, projects, village))
    workbooks.append(write_zip(directory / f"{name}-{LEDGER}.zip", LEDGER, lines))
    say(VISITS)
    visited = helping.visits(ground, statuses, village, pairings, codes, helpers["code"])
    visits = (table(VISITS, columns) for columns in visited)
    workbooks.append(write_zip(directory / f"{name}-{VISITS}.zip", VISITS, visits))
    report("生成演示数据", len(steps), len(steps))
    return DemoFiles(workbooks, boundaries)


def _ground(preset: str, month: int | None, today: date, seed: int) -> Ground:
    last = month_of(today) if month is None else month
    end = min(today, date.fromisoformat(last_day(last)))
    return Ground(draw(preset, seed), SCALES[preset], last, end, seed)


def _ledger_tables(codes: np.ndarray, lines: Iterator) -> Iterator[pa.Table]:
    households, subjects = pa.array(codes), pa.array(list(SUBJECTS))
    for household, month, subject, fen in lines:
        columns = {
            "household_id": households.take(pa.array(household)),
            "month": np.full(len(fen), month),
            "subject": subjects.take(pa.array(subject)),
            "amount_fen": fen,
        }
        yield table(LEDGER, columns)
