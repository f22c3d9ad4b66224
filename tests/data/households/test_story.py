"""The story of a household against what the figures hold and plain Python says; never beyond its day or its viewer."""

from itertools import pairwise

import pytest
from sqlalchemy import Engine, text

from data import model
from data.access.viewer import Viewer
from data.figures.spells import make_spells
from data.households.file import household
from data.households.story import BEFORE_ALL, Event, Story, story
from data.months import first_day, last_day, month_of
from data.terms import STATE_NAMES, Record
from tests.data.plain_books import record
from tests.data.small_county import LAST, TODAY
from tests.data.village_ground import COUNTY, VILLAGE, fill_village

pytestmark = pytest.mark.filled(by=fill_village)

COUNTY_CADRE = Viewer("county", COUNTY)
MONTHS = (LAST, LAST - 7)


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def told(engine: Engine, id: int, month: int = LAST, viewer: Viewer = COUNTY_CADRE) -> Story:
    with engine.connect() as connection:
        return story(connection, viewer, household(connection, viewer, id, month))


def everybody(engine: Engine, month: int) -> dict[int, Story]:
    with engine.connect() as connection:
        ids = connection.execute(text("SELECT id FROM household")).scalars().all()
        return {id: story(connection, COUNTY_CADRE, household(connection, COUNTY_CADRE, id, month)) for id in ids}


def state_on(found: Story, day: str) -> str:
    return [span.state for span in found.spans if span.since <= day][-1]


def test_the_states_are_those_that_the_figures_count(county: Engine):
    stories = everybody(county, LAST)
    with county.connect() as connection:
        held = connection.execute(
            text("SELECT m.as_of, hm.household_id, hm.state FROM household_month hm JOIN month m ON m.month = hm.month")
        ).all()
    assert len(held) > 1000
    for day, id, state in held:
        assert state_on(stories[id], day) == STATE_NAMES[state], (id, day)
    for found in stories.values():
        assert found.spans[0].since == BEFORE_ALL
        states = [span.state for span in found.spans]
        assert all(before != after for before, after in pairwise(states))


def test_crossings_are_where_twelve_months_a_head_change_sides_of_the_line(county: Engine):
    with county.connect() as connection:
        books: dict[int, dict[int, int]] = {}
        for row in connection.execute(model.ledger.select()).mappings():
            fen = sum(value or 0 for name, value in row.items() if name.endswith("_fen") and name != "expense_fen")
            books.setdefault(row["household_id"], {})[row["month"]] = fen - (row["expense_fen"] or 0)
        persons = dict(connection.execute(text("SELECT household_id, COUNT(*) FROM member GROUP BY 1")).all())
        lines = dict(
            connection.execute(text("SELECT since, amount_fen FROM monitoring_line WHERE province = ''")).all()
        )
    crossed = 0
    for month in MONTHS:
        for id, found in everybody(county, month).items():
            book = {at: net for at, net in books.get(id, {}).items() if at <= month}
            expected, below = [], None
            for end in range(min(book, default=month), month + 1) if id in persons else ():
                if record(set(book), end) != Record.WHOLE:
                    continue
                net = sum(book.get(at, 0) for at in range(end - 11, end + 1))
                line = lines[max(since for since in lines if since <= last_day(end))]
                now = round(net / persons[id]) < line
                if below is not None and now != below:
                    expected.append(("below" if now else "above", min(last_day(end), found.until)))
                below = now
            crossings = [(event.kind, event.day) for event in found.events if event.kind in ("above", "below")]
            assert crossings == expected, id
            crossed += len(crossings)
    assert crossed > 20


def test_events_are_in_order_and_none_is_later_than_its_day(county: Engine):
    for month in MONTHS:
        for id, found in everybody(county, month).items():
            days = [event.day for event in found.events]
            assert days == sorted(days), id
            assert found.until == min(last_day(month), TODAY.isoformat())
            assert max([*days, *found.visits, found.since]) <= found.until, id
            assert min([*days, *found.visits, found.until]) >= found.since, id
            assert all(at <= month for at in found.course.index)


def test_the_household_s_own_days_are_told_in_the_field_s_words(county: Engine):
    turns = ("identified", "monitored", "lifted", "relapsed", "risk_removed")

    def days(id: int, month: int = LAST) -> list[tuple]:
        return [(event.day, event.kind, event.what) for event in told(county, id, month).events if event.kind in turns]

    assert days(901) == [("2020-01-01", "identified", "精准识别，建档立卡")]
    assert days(902) == [("2015-01-01", "identified", "精准识别，建档立卡"), ("2018-01-01", "lifted", "脱贫")]
    assert days(903) == [("2024-01-01", "monitored", "纳入监测（边缘易致贫户）")]
    assert days(904) == []
    with county.begin() as connection:
        connection.execute(text("UPDATE household SET risk_removed = '2026-10-15', type = '一般户' WHERE id = 903"))
        connection.execute(text("UPDATE household SET relapsed = '2026-03-01' WHERE id = 902"))
        make_spells(connection, VILLAGE)
    assert days(903)[-1] == ("2026-10-15", "risk_removed", "风险消除")
    assert days(903, month_of("2026-09")) == [("2024-01-01", "monitored", "纳入监测（边缘易致贫户）")]
    assert days(902)[-1] == ("2026-03-01", "relapsed", "返贫")
    assert state_on(told(county, 902), "2026-03-01") == "未脱贫户"


def test_measures_begin_and_end_with_their_sum_and_unit(county: Engine):
    found = told(county, 901)
    assert [event for event in found.events if event.kind in ("begun", "ended")] == [
        Event("2024-01-01", "begun", "其他教育：助学金（教育局）"),
        Event("2024-12-31", "ended", "其他教育：助学金"),
        Event("2025-01-01", "begun", "健康：大病救助（医保局，1,200 元）"),
    ]
    assert found.measures["name"].tolist() == ["助学金", "大病救助"]
    assert [event.kind for event in told(county, 901, month_of("2024-06")).events].count("ended") == 0


def test_documents_are_told_by_their_own_day_but_not_hidden_ones_nor_to_a_wall(county: Engine):
    papers = [
        ("公示材料", "公示", "2020-02-01", None),
        ("其他", "旧照", None, None),
        ("其他", "撤下", "2020-03-01", "2026-01-01"),
    ]
    with county.begin() as connection:
        for kind, title, dated, hidden in papers:
            connection.execute(
                model.archive.insert().values(
                    household_id=901,
                    digest="0" * 64,
                    kind=kind,
                    title=title,
                    media_type="image/png",
                    size=1,
                    dated=dated,
                    added="2026-10-05T10:00:00",
                    hidden=hidden,
                )
            )
    documents = [event for event in told(county, 901).events if event.kind == "document"]
    assert documents == [
        Event("2020-02-01", "document", "公示材料：公示"),
        Event("2026-10-05", "document", "其他：旧照"),
    ]
    earlier = told(county, 901, month_of("2026-09")).events
    assert [event.day for event in earlier if event.kind == "document"] == ["2020-02-01"]
    wall = told(county, 901, viewer=Viewer("display", COUNTY))
    assert not [event for event in wall.events if event.kind == "document"]
    assert not [event for event in wall.events if "大病" in event.what or "医保" in event.what]


def test_visits_are_all_of_them_not_a_page(county: Engine):
    with county.begin() as connection:
        for number in range(50):
            day = first_day(LAST - number % 30)
            connection.execute(
                model.visit.insert().values(
                    code=f"many{number}", household_id=904, helper="D1", visited=day, occasion="日常走访"
                )
            )
    found = told(county, 904)
    assert len(found.visits) == 50
    assert list(found.visits) == sorted(found.visits)
