"""Facts that carry their own days give one past, in whatever order they come, as rows of a workbook or at the door."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from data import model
from data.access.viewer import Viewer
from data.clock import written
from data.figures import cube
from data.figures.facts import check_on, fact_on
from data.figures.spells import make_spells, member_spell, state_spell
from data.households import lives
from data.households.checking import checks
from data.households.entries import correct_member
from data.households.fields import Unfit
from data.intake import import_files
from data.store.engine import open_engine, upsert, writing
from data.terms import VERDICTS
from tests.data.intake.books import Book, write_folder
from tests.moment import NOW

COUNTY = "990181"
VILLAGES = tuple(f"{COUNTY}00100{place}" for place in (1, 2, 3))
HOUSES = {1: f"{VILLAGES[0]}0001", 2: f"{VILLAGES[1]}0002"}
COLLECTED, FIRST = "2018-06-01", date(2017, 1, 1)
CADRE = Viewer("county", COUNTY)
STARTS = {  # what the columns of the first household say, and what may become of it
    ("一般户", None, None, None): ("识别", "脱贫", "返贫"),
    ("未脱贫户", "2014-12-01", None, None): ("脱贫", "返贫", "再脱贫"),
    ("脱贫户", "2014-12-01", "2016-03-01", None): ("返贫", "再脱贫", "有序退出"),
    ("未脱贫户", "2014-12-01", "2016-03-01", "2016-09-01"): ("再脱贫", "有序退出"),
    ("脱贫户", None, "2016-09-01", "2016-03-01"): ("返贫",),
    ("未脱贫户", None, None, None): ("脱贫", "有序退出", "返贫"),
}
CHECKED = {"housing": "住房", "medical": "基本医疗"}  # with a column beside, and without
_VERDICTS = {word: number for number, word in VERDICTS.items()}
HEALTH = ("健康", "大病", "残疾", "长期慢性病")
EARLIER = ("2014-01-01", "2015-06-01", "2016-05-01", COLLECTED)
Start = tuple[str, str | None, str | None, str | None]
day = st.integers(0, 3500).map(lambda number: (FIRST + timedelta(number)).isoformat())


WAYS = ("row", "cell", "door")
"""A row of a history, a cell of 户 or 家庭成员 with its 采集日期, an entry in the application."""


@dataclass(frozen=True)
class Fact:
    """Something that happened on a day; ``chain``: of what, one after the other; ``told``: the words of it."""

    chain: str
    day: str
    told: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """A made-up history: how the first household began, and its facts as they came, each by a way."""

    start: Start
    facts: Sequence[Fact]
    order: Sequence[Fact] = field(default=())
    ways: Sequence[str] = field(default=())


@st.composite
def histories(draw) -> Told:
    start = draw(st.sampled_from(list(STARTS)))

    def days(most: int) -> list[str]:
        return sorted(draw(st.lists(day, max_size=most, unique=True)))

    facts = [Fact("户变动", when, (kind,)) for when, kind in zip(days(3), STARTS[start], strict=False)]
    facts += [
        Fact("户迁移", when, ends) for when, ends in zip(days(2), pairwise((*VILLAGES, VILLAGES[0])), strict=False)
    ]
    facts += [Fact("成员变动", when, ends) for when, ends in zip(days(2), (("1", "2"), ("2", "")), strict=False)]
    facts += [Fact("成员状况", when, (draw(st.sampled_from(HEALTH)),)) for when in days(3)]
    facts += [
        Fact(f"保障核实 {item}", when, (draw(st.sampled_from(list(VERDICTS.values()))),))
        for item in CHECKED
        for when in days(2)
    ]
    since = days(3)
    facts += [Fact("监测", one, (f"J{place}", until)) for place, (one, until) in enumerate([*pairwise(since)][::2])]
    order = draw(st.permutations(facts))
    return Told(start, facts, order, draw(st.lists(st.sampled_from(WAYS), min_size=len(facts), max_size=len(facts))))


def sheet(*facts: Fact) -> Book:
    """The facts as rows of a workbook."""
    book: Book = {}
    for one in facts:
        name, _, item = one.chain.partition(" ")
        house, member = {"户编号": HOUSES[1], "日期": one.day}, {"人编号": "M2", "日期": one.day}
        rows: list[dict[str, object]]
        if name == "户变动":
            rows = [{**house, "变动": one.told[0]}]
        elif name == "户迁移":
            rows = [{**house, "原村代码": one.told[0], "新村代码": one.told[1]}]
        elif name == "成员变动":
            origin, to = one.told
            rows = [{**member, "变动": "离开", "户编号": HOUSES[int(origin)], "原因": "婚出" if to else "死亡"}]
            rows += [{**member, "变动": "加入", "户编号": HOUSES[int(to)], "原因": "婚入"}] if to else []
        elif name == "成员状况":
            rows = [{"人编号": "M1", "项目": "健康状况", "日期": one.day, "值": one.told[0]}]
        elif name == "保障核实":
            rows = [{**house, "保障": CHECKED[item], "结论": one.told[0]}]
        else:
            code, until = one.told
            rows = [
                {"监测编号": code, "户编号": HOUSES[2], "类型": "脱贫不稳定户", "识别日期": one.day, "风险": "因病",
                 "消除日期": until, "消除方式": "帮扶消除"}
            ]  # fmt: skip
        book.setdefault(name, []).extend(rows)
    return book


def cell(one: Fact) -> Book:
    """The fact as the columns of a record say it; empty where they cannot."""
    name, _, item = one.chain.partition(" ")
    home, member = {"户编号": HOUSES[1], "采集日期": one.day}, {"采集日期": one.day}
    if name == "户迁移":
        return {"户": [{**home, "村代码": one.told[1]}]}
    if name == "成员变动" and one.told[1]:
        return {"家庭成员": [{**member, "人编号": "M2", "户编号": HOUSES[int(one.told[1])]}]}
    if name == "成员变动":
        return {"家庭成员": [{"人编号": "M2", "离开日期": one.day, "离开原因": "死亡"}]}
    if name == "成员状况":
        return {"家庭成员": [{**member, "人编号": "M1", "健康状况": one.told[0]}]}
    if item == "housing" and one.told[0] != "存疑":
        return {"户": [{**home, "住房安全": "是" if one.told[0] == "达标" else "否"}]}
    return {}


class Store:
    """A store that hears of facts."""

    def __init__(self, folder: Path, template: Path, start: Start) -> None:
        self.folder, self.tellings, self.now = folder, 0, NOW
        self.engine = open_engine(f"sqlite:///{shutil.copy(template, folder / 'store.db')}")
        with writing(self.engine) as connection:
            values = dict(zip(("type", "identified", "lifted", "relapsed"), start, strict=True))
            connection.execute(model.household.update().where(model.household.c.id == 1).values(values))
            make_spells(connection)

    def read(self, book: Book) -> bool:
        """Import a workbook; whether it was taken."""
        self.tellings += 1
        path = write_folder(self.folder / str(self.tellings), book)
        result = import_files(self.engine, [path], now=self.now, rebuild=False, as_of=written(self.now))
        with writing(self.engine) as connection:
            make_spells(connection)
        assert not result.conflicts
        return not result.refusals

    def entered(self, one: Fact) -> bool:
        """Enter a fact at the door; whether it was taken."""
        today = {"today": self.now.date()}
        with self.engine.connect() as connection:
            try:
                if one.chain == "户变动":
                    deed = lives.turns(connection, CADRE, 1, one.told[0], words="", day=one.day, **today)
                elif one.chain == "户迁移":
                    deed = lives.moves(connection, CADRE, 1, one.told[1], day=one.day, note="", **today)
                elif one.chain == "成员变动" and one.told[1]:
                    origin, to = map(int, one.told)
                    deed = lives.goes_over(
                        connection, CADRE, origin, "M2", to, going="婚出", relation="配偶", day=one.day, **today
                    )
                elif one.chain == "成员变动":
                    deed = lives.goes(connection, CADRE, int(one.told[0]), "M2", reason="死亡", day=one.day, **today)
                elif one.chain.startswith("保障核实"):
                    item, verdict = one.chain.split()[1], _VERDICTS[one.told[0]]
                    deed = checks(
                        connection, CADRE, 1, item=item, verdict=verdict, evidence="看过", checked=one.day, **today
                    )
                else:
                    return one.chain == "成员状况" and self._noted(one)
            except Unfit:
                return False
        lives.carry_out(self.engine, CADRE, deed, now=self.now)
        return True

    def _noted(self, one: Fact) -> bool:
        with self.engine.connect() as connection:
            table = model.member
            before = dict(connection.execute(select(table).where(table.c.code == "M1")).mappings().one())
        correct_member(self.engine, CADRE, 1, "M1", before, {"health": one.told[0]}, since=one.day, now=self.now)
        return True

    def hear(self, one: Fact, way: str) -> bool:
        """Take a fact by a way, where that is closed as a row; whether it was taken."""
        self.now += timedelta(minutes=1)
        if way == "cell" and (book := cell(one)):
            return self.read(book) or self.read(sheet(one))
        return (way == "door" and self.entered(one)) or self.read(sheet(one))

    def past(self, days: Sequence[str]) -> dict[str, list[tuple[object, ...]]]:
        """What holds on each of the days."""
        asked = {
            "states": "SELECT household_id, village, base, watch, relapsed FROM state_spell"
            " WHERE since <= :day AND (until IS NULL OR until > :day) ORDER BY 1",
            "members": "SELECT member, household_id FROM member_spell"
            " WHERE since <= :day AND (until IS NULL OR until > :day) ORDER BY 1",
            "facts": f"SELECT p.code, {fact_on('health', ':day')} FROM member p ORDER BY 1",
            "checks": f"SELECT h.id, {check_on('housing', ':day')}, {check_on('medical', ':day')} FROM household h"
            " ORDER BY 1",
        }
        with self.engine.connect() as connection:
            return {
                when: [tuple(row) for sql in asked.values() for row in connection.execute(text(sql), {"day": when})]
                for when in days
            }

    def spells(self) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            asked = [select(table).order_by(*table.primary_key) for table in (state_spell, member_spell)]
            return [tuple(row) for one in asked for row in connection.execute(one)]


@pytest.fixture(scope="module")
def template(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two households and three members, all collected on a day, without any history."""
    path = Path(shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("orders") / "template.db"))
    engine = open_engine(f"sqlite:///{path}")
    regions = [(COUNTY, "示范市", ""), (f"{COUNTY}001", "示范镇", COUNTY)]
    regions += [(code, f"示范村{code[-1]}", code[:9]) for code in VILLAGES]
    homes = [
        (id, code, code[:12], "王某", "脱贫户", "2014-12-01", "2016-03-01", 1, COLLECTED) for id, code in HOUSES.items()
    ]
    people = [
        (code, id, "王某", relation, "1960-01-01", "健康", COLLECTED, "2014-01-01")
        for code, id, relation in (("M1", 1, "户主"), ("M2", 1, "配偶"), ("M3", 2, "户主"))
    ]
    with writing(engine) as connection:
        upsert(connection, model.region, ["code", "name", "parent"], regions)
        names = ["id", "code", "village", "head", "type", "identified", "lifted", "housing_safe", "collected"]
        upsert(connection, model.household, names, homes)
        names = ["code", "household_id", "name", "relation", "born", "health", "collected", "joined"]
        upsert(connection, model.member, names, people)
        cube.rebuild(connection, today=NOW.date())
    engine.dispose()
    return path


@pytest.fixture(scope="module")
def without_a_cube() -> Iterator[None]:
    """After a write the spells alone are made anew: what the cube counts of them is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cube, "refresh", lambda connection, region, now: make_spells(connection, region))
        yield


@pytest.mark.usefixtures("without_a_cube")
@settings(max_examples=12, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=histories())
def test_the_same_facts_in_any_order_and_by_either_way_give_the_same_past(template: Path, told: Told):
    days = sorted({one.day for one in told.facts} | {_before(one.day) for one in told.facts} | {*EARLIER})
    with TemporaryDirectory() as one_folder, TemporaryDirectory() as other_folder:
        by_one_book = Store(Path(one_folder), template, told.start)
        assert not told.facts or by_one_book.read(sheet(*told.facts))
        bit_by_bit = Store(Path(other_folder), template, told.start)
        waiting, heard = list(zip(told.order, told.ways, strict=True)), list[Fact]()
        while waiting:
            left = []
            for fact, way in waiting:
                stood = bit_by_bit.past([one for one in days if one < fact.day])
                before = [one for one in told.facts if one.chain == fact.chain and one.day < fact.day]
                own = sorted((one for one in heard if one.chain == fact.chain), key=lambda one: one.day)
                if way == "cell" and (before != own or fact.day <= COLLECTED):  # it says what is held, not what changed
                    way = "row"
                if fact.chain == "户迁移" and before != own:  # at the door one moves from where one is held to be
                    way = "row"
                if not bit_by_bit.hear(fact, way):
                    left.append((fact, way))
                    continue
                if before == own:
                    assert bit_by_bit.past(list(stood)) == stood, fact  # told in its order: nothing of before changes
                heard.append(fact)
            if len(left) == len(waiting):  # they fit together only
                assert bit_by_bit.read(sheet(*(fact for fact, _ in left))), left
                break
            waiting = left
        assert bit_by_bit.past(days) == by_one_book.past(days)
        assert bit_by_bit.spells() == by_one_book.spells()
        for store in (by_one_book, bit_by_bit):
            store.engine.dispose()


def _before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(1)).isoformat()
