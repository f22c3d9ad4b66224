"""What is kept goes by the region that a question is about: nothing out of date is answered, the rest stays kept."""

import ast
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, func, select, update
from streamlit.testing.v1 import AppTest

from components.shell import asking
from components.shell.header import region_choices
from components.shell.screen import Screen
from data import model, settings
from data.access.viewer import Viewer
from data.days.entries import Told
from data.days.entries import write as write_day
from data.dividends.drafts import create
from data.dividends.steps import step
from data.figures import cube
from data.figures.books import decide_books
from data.households import lives
from data.households.edits import Edit, commit, undo
from data.households.life_events import record_event, record_festival
from data.households.pairings import add_pairing
from data.matters.raising import Place, raise_tasks
from data.matters.round_reports import Entry, report, reports
from data.matters.rounds import close_round, open_round
from data.matters.steps import Given
from data.matters.steps import step as matter_step
from data.projects import shock_tasks, troubles
from data.quality.rounds import begin as begin_round
from data.regions import tree as regions
from data.regions.versions import versions, way_to
from data.rules.running import run
from data.store.engine import writing
from data.villages.edits import Deed, carry_out, merges, renames, take_back
from data.villages.leaders import appoint
from tests.data.projects import ground as projects
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES
from tests.moment import NOW, clock
from tests.source_code import ROOT

VILLAGE, SIBLING, FAR = VILLAGES[0], VILLAGES[1], VILLAGES[2]
CADRE, TOWN, OWN = Viewer("county", COUNTY), Viewer("township", TOWNSHIPS[0]), Viewer("village", VILLAGE)
PLACES = (COUNTY, *TOWNSHIPS, VILLAGE, SIBLING, FAR)
PAGES: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("overview", {}), ("battle_map", {}), ("battle_map", {"state": "1"}), ("figure", {}),
    ("figure", {"indicator": "net_income_per_capita"}), ("figure", {"indicator": "problems_overdue"}),
    ("income", {}), ("income", {"with": "-".join(TOWNSHIPS)}), ("income", {"view": "spread"}),
    ("income", {"view": "sinking", "tested": "1"}), ("income", {"view": "way"}), ("household", {}), ("projects", {}),
    ("projects", {"view": "compare"}),
    ("projects", {"view": "risk"}), ("projects", {"view": "risk", "found": projects.LATE}),
    ("duty", {}), ("duty", {"view": "teams"}), ("duty", {"view": "visits"}),
    ("problems", {}), ("problems", {"kind": "task", "view": "matrix"}), ("problems", {"view": "place"}),
    ("problems", {"kind": "task", "raise": "task", "indicator": "households"}),
    ("days", {}),
    ("monitoring", {}), ("monitoring", {"view": "cases"}), ("monitoring", {"view": "plans"}),
    ("monitoring", {"view": "exits"}), ("monitoring", {"view": "clues"}),
    ("todo", {}), ("todo", {"view": "all"}), ("todo", {"view": "regions"}), ("todo", {"view": "digest"}),
    ("projects", {"view": "risk", "trouble": "1"}), ("funds", {}), ("dividends", {}), ("dispatch", {}), ("prints", {}),
    ("prints", {"what": "chart", "below": "all"}),
    ("quality", {}), ("quality", {"view": "regions"}), ("quality", {"view": "score"}), ("quality", {"view": "waivers"}),
    ("quality", {"view": "rounds"}), ("quality", {"view": "rounds", "round": "1"}), ("quality", {"rule": "R208"}),
    ("data", {}), ("data", {"view": "boundaries"}), ("data", {"view": "out"}), ("data", {"view": "backups"}),
)  # fmt: skip
SOME = 0.2
"""Of the questions about other regions than a write's so many are asked again after it."""
OF_ONE = (("project", {"project": projects.SHORT}), ("funds", {"fund": "F1"}))


@dataclass(frozen=True)
class Question:
    """What a page asked, on a screen of a region, by one of the ways that keep answers."""

    screen: Screen
    way: str
    query: Callable
    arguments: tuple
    options: Mapping

    @property
    def words(self) -> str:
        return f"{self.query.__module__}.{self.query.__qualname__}{self.arguments}{dict(self.options)}"


@dataclass
class Cache:
    """Stands where Streamlit's caches stand: hears every question, and keeps what is answered by its key."""

    engine: Engine
    heard: dict[str, Question] = field(default_factory=dict)
    kept: dict[tuple, object] = field(default_factory=dict)
    latest: tuple = ()

    def hear(self, way: str) -> Callable:
        def answered(answer, key, arguments, options):
            screen, query, *_ = answer.args
            question = Question(screen, way, query, arguments, options)
            self.heard.setdefault(f"{screen.viewer.key} {screen.region.code} {question.words}", question)
            self.latest = (way, key, arguments, tuple(sorted(options.items())))
            return answer()

        return answered

    def ask(self, question: Question) -> tuple[object, bool, bool]:
        """Ask again as a run of now would: what the store answers, whether an answer was kept, whether it is right."""
        with self.engine.connect() as connection:
            known = versions(connection, question.screen.region.code)
        screen = replace(question.screen, versions=known)
        fresh = plain(getattr(asking, question.way)(screen, question.query, *question.arguments, **question.options))
        kept = self.latest in self.kept
        right = self.kept.setdefault(self.latest, fresh) == fresh
        return fresh, kept, right


def plain(value: object) -> object:
    """An answer in a form that can be compared: frames, arrays and dataclasses taken apart."""
    if isinstance(value, pd.DataFrame):
        return [list(value.columns), plain(list(value.index)), plain(value.to_numpy(dtype=object).tolist())]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, *(plain(getattr(value, one.name)) for one in dataclasses.fields(value))]
    if isinstance(value, Mapping):
        return [[plain(key), plain(one)] for key, one in value.items()]
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return repr(value)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill, own=True)


def fill(engine: Engine) -> None:
    """Projects, coordinates, whole books, an operator that is marked, and versions as an import leaves them."""
    projects.fill(engine)
    chance, homes = Random(5), model.household
    with writing(engine) as connection:
        for id, village in connection.execute(select(homes.c.id, homes.c.village)).all():
            place = {"lon": 120 + int(village[-3:]) / 100 + chance.random() / 100, "lat": 40 + int(village[8]) / 100}
            connection.execute(update(homes).where(homes.c.id == id).values(place))
        lines = [
            {"household_id": id, "month": month, "wage_work_fen": 50_000 + 1_000 * id}
            for id in connection.execute(select(homes.c.id)).scalars()
            for month in range(LAST - 29, LAST)
        ]
        connection.execute(model.ledger.delete())
        connection.execute(model.ledger.insert(), lines)
        connection.execute(update(model.fund).where(model.fund.c.code == "F1").values(project=projects.SHORT))
        cube.rebuild(connection, today=TODAY)
        cube.stamp(connection, NOW)
        run(connection, NOW, actor="system")
    begin_round(engine, CADRE, COUNTY, name="第一轮", rules=(), until=TODAY, now=NOW)
    open_round(engine, CADRE, COUNTY, due=TODAY, now=NOW)
    troubles.mark(engine, CADRE, operator=projects.FIRM, place=COUNTY, since="2026-11-01", reason="欠收", now=NOW)


@pytest.fixture
def cache(county: Engine, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """With everything heard that pages and header ask about the county, both townships and three villages."""
    cache = Cache(county)
    for way, function in (("ask", "_copied"), ("ask_shared", "_shared"), ("ask_large", "_large")):
        monkeypatch.setattr(asking, function, cache.hear(way))
    with county.connect() as connection:
        status = regions.status(connection)
        screens = [
            Screen(viewer, regions.find(connection, viewer, code), LAST, status, False, county, clock, {})
            for viewer, places in ((CADRE, PLACES), (TOWN, (TOWN.region,)), (OWN, (OWN.region,)))
            for code in places
        ]
    for screen in screens:
        asking.ask(screen, regions.ancestors, screen.region.code)
        asking.ask(screen, regions.told_of, screen.region.code)
        asking.ask_shared(screen, region_choices, screen.region.code[:9])
        for page, parameters in (*PAGES, *(OF_ONE if screen.region.code == COUNTY else ())):
            draw(screen, page, parameters)
    return cache


def draw(screen: Screen, page: str, parameters: Mapping[str, str]) -> None:
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=120)
    app.session_state["screen"] = screen
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, (page, parameters, app.exception)


def home_in(engine: Engine, village: str) -> int:
    with engine.connect() as connection:
        table = model.household_month
        here = (table.c.village == village) & (table.c.month == LAST) & (table.c.state > 0)
        return connection.execute(select(func.min(table.c.household_id)).where(here)).scalar_one()


def edited(engine: Engine, village: str, *edits: Edit) -> int:
    return commit(engine, CADRE, home_in(engine, village), edits, what="改", now=NOW)


def visited(engine: Engine, village: str = VILLAGE, day: str = "2026-11-20") -> int:
    new = {"helper": "B1", "visited": day, "occasion": "日常走访", "content": "看望"}
    return edited(engine, village, Edit("visit", {"code": f"V-{village}-{day}"}, None, new))


def appointed(engine: Engine, region: str = VILLAGE, post: str = "包村干部") -> int:
    typed = {"post": post, "name": "钱一", "started": "2026-11-01"}
    return appoint(engine, CADRE, region, typed, now=NOW)


def feasted(engine: Engine) -> None:
    record_festival(engine, CADRE, VILLAGE, day="2026-11-02", words="节日", now=NOW)


def in_hospital(engine: Engine) -> None:
    home = home_in(engine, SIBLING)
    record_event(engine, CADRE, home, kind="hospital", day="2026-11-03", words="", now=NOW)


def paired(engine: Engine) -> None:
    home = home_in(engine, VILLAGE)
    with engine.connect() as connection:
        theirs = select(model.pairing.c.helper).where(model.pairing.c.household_id == home)
        free = select(func.min(model.helper.c.code)).where(model.helper.c.code.not_in(theirs))
        code = connection.execute(free).scalar_one()
    add_pairing(engine, CADRE, home, code=code, whom="", started=TODAY.isoformat(), now=NOW)


def booked(engine: Engine, month: int, column: str = "wage_work_fen") -> int:
    with engine.connect() as connection:
        line = model.ledger.c
        here = (line.household_id == home_in(engine, VILLAGE)) & (line.month == month)
        before = connection.execute(select(line[column]).where(here)).scalar()
    return edited(engine, VILLAGE, Edit("ledger", {"month": month}, {column: before}, {column: 9_876_500}))


def booked_year(engine: Engine) -> int:
    """What a household has by the year alone."""
    year = {"last_month": LAST - 2}
    return edited(
        engine, VILLAGE, Edit("ledger_year", year, {"transfer_farm_fen": None}, {"transfer_farm_fen": 55_500})
    )


def moved(engine: Engine) -> int:
    with engine.connect() as connection:
        asked = select(model.household.c.lon, model.household.c.lat).where(
            model.household.c.id == home_in(engine, VILLAGE)
        )
        before = connection.execute(asked).mappings().one()
    return edited(engine, VILLAGE, Edit("household", {}, dict(before), {"lon": 120.9, "lat": 40.9}))


def found_leaking(engine: Engine) -> int:
    found = {"source": "排查", "category": "住房", "description": "漏雨", "found": "2026-11-01",
             "deadline": "2026-11-10", "owner": "赵某"}  # fmt: skip
    return edited(engine, VILLAGE, Edit("problem", {"code": "P-new"}, None, found))


def handed_out(engine: Engine) -> None:
    typed = {"name": "入户核查", "target": "逐户核查", "started": "2026-11-20", "deadline": "2026-12-04"}
    raise_tasks(engine, CADRE, [(Place(VILLAGE), None, None)], typed, now=NOW)


def urged(engine: Engine) -> None:
    with engine.connect() as connection:
        code = connection.execute(select(model.task.c.code).where(model.task.c.name == "入户核查")).scalar_one()
    given = Given(reason="抓紧")
    matter_step(engine, CADRE, "task", code, "urge", version=1, given=given, now=NOW)


def day_written(engine: Engine) -> None:
    told = Told("00000000-0000-4000-8000-000000000001", "done", VILLAGE, None, None, "修路", "")
    write_day(engine, CADRE, told, now=NOW)


def filed(engine: Engine) -> None:
    """A plan from its draft to the books."""
    plan = create(engine, OWN, VILLAGE, LAST - 4, LAST - 1, at=NOW - timedelta(days=20))
    way = (("publish", OWN, 0), ("submit", OWN, 5), ("approve", TOWN, 6), ("file", CADRE, 8))
    for version, (action, viewer, days) in enumerate(way, 1):
        step(engine, viewer, plan, action, version=version, at=NOW - timedelta(days=19 - days))


def reported(engine: Engine) -> None:
    with engine.connect() as connection:
        one = reports(connection, CADRE, VILLAGE, LAST)[0]
    report(engine, OWN, one.id, Entry("", "on", "按计划", 1), now=NOW)


def marked(engine: Engine) -> None:
    troubles.mark(engine, CADRE, project=projects.SHORT, since="2026-11-02", reason="欠收", now=NOW)


def closed(engine: Engine) -> None:
    with writing(engine) as connection:
        decide_books(connection, CADRE, COUNTY, LAST - 3, now=NOW)
        cube.stamp(connection, NOW, COUNTY)


def decided(engine: Engine, name: str, value: str) -> None:
    with writing(engine) as connection:
        settings.decide(connection, CADRE, name, value, now=NOW)
        cube.stamp(connection, NOW)


def done_to(engine: Engine, make: Callable[..., Deed], *told: str) -> None:
    with engine.connect() as connection:
        deed = make(connection, CADRE, *told, day=TODAY.isoformat(), today=TODAY)
    carry_out(engine, CADRE, deed, today=TODAY, now=NOW)


def moved_away(engine: Engine) -> None:
    with engine.connect() as connection:
        homes = model.household.c
        id = connection.execute(select(func.min(homes.id)).where(homes.village == VILLAGE)).scalar_one()
        day = TODAY.isoformat()
        deed = lives.moves(connection, CADRE, id, SIBLING, day=day, note="", today=TODAY)
    lives.carry_out(engine, CADRE, deed, now=NOW)


WRITES: tuple[tuple[str, str | None, Callable[[Engine], object]], ...] = (
    ("a visit", VILLAGE, visited),
    ("a visit in the village beside it", SIBLING, lambda engine: visited(engine, SIBLING)),
    ("a visit taken back", VILLAGE, lambda engine: undo(engine, CADRE, 1, now=NOW)),
    ("a line of the running month", VILLAGE, lambda engine: booked(engine, LAST)),
    ("a line of a month long ago", VILLAGE, lambda engine: booked(engine, LAST - 14)),
    ("a household elsewhere on the map", VILLAGE, moved),
    ("a household that moves to the village beside it", TOWNSHIPS[0], moved_away),
    ("a problem", VILLAGE, found_leaking),
    ("the county's first who leads", None, lambda engine: appointed(engine, COUNTY, "县长")),
    ("somebody who leads", VILLAGE, appointed),
    ("a festival of a village", VILLAGE, feasted),
    ("an event of a household", SIBLING, in_hospital),
    ("a pairing", VILLAGE, paired),
    ("a task handed out", VILLAGE, handed_out),
    ("that task urged", VILLAGE, urged),
    ("a day's record", VILLAGE, day_written),
    ("the first dividend of all in the books", None, lambda engine: booked(engine, LAST - 1, "property_dividend_fen")),
    ("the first total of an income year", None, booked_year),
    ("a dividend plan that is filed", VILLAGE, filed),
    ("a report of the month's round", VILLAGE, reported),
    ("that round closed", COUNTY, lambda engine: close_round(engine, CADRE, 1, reason="月底汇总", now=NOW)),
    ("a mark on a project of the township", TOWNSHIPS[0], marked),
    ("that mark over", TOWNSHIPS[0], lambda engine: troubles.end(engine, CADRE, 2, now=NOW)),
    ("tasks for a project of the other township", TOWNSHIPS[1],
     lambda engine: shock_tasks.raise_tasks(engine, CADRE, {FAR: (None, "2026-12-10")}, project=projects.LATE,
                                            now=NOW)),
    ("those tasks taken back", TOWNSHIPS[1], lambda engine: shock_tasks.undo(engine, CADRE, 3, now=NOW)),
    ("a mark on an operator of the county over", COUNTY, lambda engine: troubles.end(engine, CADRE, 1, now=NOW)),
    ("books that a county closes", COUNTY, closed),
    ("the first visit of all", None, lambda engine: visited(engine, day="2024-02-03")),
    ("a setting", None, lambda engine: decided(engine, "arrears_months", "1")),
    ("a region renamed", None, lambda engine: done_to(engine, renames, FAR, "新村")),
    ("that region over to one of the other township", None,
     lambda engine: done_to(engine, merges, FAR, VILLAGE)),
    ("that taken back", None, lambda engine: take_back(engine, CADRE, 4, now=NOW)),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)  # what is kept knows nothing of the engine
def test_after_a_write_nothing_out_of_date_is_answered_and_answers_about_other_regions_stay_kept(cache: Cache):
    questions = list(cache.heard.values())
    assert asked_of_pages() <= {question.query.__name__ for question in questions}
    answers = [cache.ask(question) for question in questions]
    draw = Random(11)
    for name, region, write in WRITES:
        write(cache.engine)
        changed = False
        for at, question in enumerate(questions):
            of_it = region is None or concerned(question, region)
            if not of_it and draw.random() > SOME:
                continue
            fresh, kept, right = cache.ask(question)
            assert right, f"{name}: out of date is {question.words}"
            assert kept or of_it, f"{name}: asked anew was {question.words}"
            changed |= fresh != answers[at][0]
            answers[at] = fresh, kept, right
        assert changed, f"{name}: no answer is another"


def concerned(question: Question, region: str) -> bool:
    """Whether a write in a region may change an answer: a question that names no region is about everything; one off
    the way to the region that is looked at goes by what they have in common."""
    if question.way == "ask_shared":
        return False
    here = asking.about(question.query, question.arguments, question.options)
    nearest = max((code for code in way_to(question.screen.region.code) if here.startswith(code)), key=len)
    return region.startswith(nearest) or nearest.startswith(region)


def asked_of_pages() -> set[str]:
    """Names of all queries that components and pages ask by a way that keeps answers."""
    return {
        ast.unparse(call.args[1]).rpartition(".")[2]
        for top in ("components", "pages")
        for path in (ROOT / top).rglob("*.py")
        if path.name != "asking.py"
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("ask", "ask_shared", "ask_large")
    }
