"""What is measured on: the demonstration county and prefecture, as files and as databases, and a million households
copied from the prefecture; made once and kept."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select

from benchmarks import million
from benchmarks.commands import run_data
from data.clock import county_clock
from data.demo.cleaning import make_cleaning
from data.demo.faults import make_faults
from data.demo.watching import make_watching
from data.figures import cube
from data.model import clue, household, region
from data.regions import tree as regions
from data.rules.running import run
from data.store.engine import ready_engine, writing

ROOT = Path(__file__).resolve().parents[1]
MILLION = "million"
PRESETS = ("county", "prefecture", MILLION)
_GENERATE = (
    "import sys, pathlib; from data.clock import county_clock; from data.demo.county import generate; "
    "generate(pathlib.Path(sys.argv[1]), preset=sys.argv[2], today=county_clock().date())"
)


@dataclass(frozen=True)
class Place:
    """A region by code and name."""

    code: str
    name: str


@dataclass(frozen=True)
class Ground:
    """One preset: a folder with its files (the million has none), and beside it its database. ``beside``: the tree of
    another revision that is measured in the same run, where the measurement can."""

    preset: str
    directory: Path
    beside: Path | None = None

    @property
    def database(self) -> Path:
        return self.directory / f"{self.preset}.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.database}"

    def engine(self) -> Engine:
        return ready_engine(self.url)

    def workbooks(self) -> list[Path]:
        """The official workbook and the zips beside it; generated where the folder does not hold them yet."""
        return sorted([*self._files().glob("*.xlsx"), *self._files().glob("*.zip")])

    def boundaries(self) -> list[Path]:
        """The files of boundaries."""
        return sorted(self._files().glob("*.geojson"))

    def _files(self) -> Path:
        folder = self.directory / self.preset
        if not folder.exists():
            making = Path(tempfile.mkdtemp(dir=self.directory))
            subprocess.run([sys.executable, "-c", _GENERATE, making, self.preset], cwd=ROOT, check=True)
            making.rename(folder)
        return folder

    def empty(self) -> None:
        """Take the database away."""
        for path in self.directory.glob(f"{self.database.name}*"):
            path.unlink()

    def ready(self) -> None:
        """Make the database where there is none."""
        if self.database.exists():
            return
        if self.preset == MILLION:
            prefecture = Ground("prefecture", self.directory)
            prefecture.ready_with_cases()
            cube.ensure(engine := prefecture.engine(), county_clock().date())  # as the application does at its start
            engine.dispose()
            million.make(prefecture.database, self.database)
        else:
            run_data(self.url, "import", *self.workbooks())
            run_data(self.url, "boundaries", *self.boundaries())

    def ready_with_cases(self) -> None:
        """Make it, and once what no workbook brings: clues, plans, exits and faults as the demonstration makes them, a
        year of cleaning after all rules were run."""
        self.ready()
        engine, now = self.engine(), county_clock()
        with engine.connect() as connection:
            there = connection.execute(select(func.count()).select_from(clue)).scalar_one()
        if not there and self.preset != MILLION:
            make_watching(engine, now)
            make_faults(engine, now.date())
            with writing(engine) as connection:
                cube.rebuild(connection, today=now.date())
                run(connection, now, actor="benchmark")
            make_cleaning(engine, now)
        engine.dispose()

    def top(self) -> Place:
        """The region that holds all others."""
        with self.engine().connect() as connection:
            found = regions.roots(connection)[0]
        return Place(found.code, found.name)

    def villages(self, count: int) -> list[Place]:
        """The villages with the most households."""
        asked = (
            select(region.c.code, region.c.name)
            .join(household, household.c.village == region.c.code)
            .group_by(region.c.code, region.c.name)
            .order_by(func.count().desc(), region.c.code)
            .limit(count)
        )
        with self.engine().connect() as connection:
            return [Place(code, name) for code, name in connection.execute(asked)]

    def households(self, village: str, count: int) -> list[tuple[int, str]]:
        """Id and head's name of some households of a village."""
        asked = select(household.c.id, household.c.head).where(household.c.village == village).limit(count)
        with self.engine().connect() as connection:
            return [(id, head) for id, head in connection.execute(asked)]

    def last_months(self, count: int) -> list[int]:
        """The months of the calendar, the newest first, without the latest that a page opens on."""
        with self.engine().connect() as connection:
            status = regions.status(connection)
        return list(range(status.last_month - 1, max(status.first_month, status.last_month - count) - 1, -1))
