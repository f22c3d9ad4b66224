"""What stands on the page behind a code, from the records; and how addresses that ask in vain are counted."""

import pytest
from sqlalchemy import Engine, insert, select, update

from data import model, settings
from data.access.viewer import Viewer
from data.codes.phone_card import (
    VISITS_SHOWN,
    CadreCard,
    StrangerCard,
    Visit,
    cadre_card,
    household_viewer,
    own_card,
    stranger_card,
)
from data.errors import NotFound
from data.figures.read import figures
from data.store.engine import writing
from tests.data.small_county import LAST
from tests.data.village_ground import COUNTY, FAR, VILLAGE, fill_village

pytestmark = pytest.mark.filled(by=fill_village)


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def stranger(engine: Engine, household: int, facts: str = "help,helper,persons,visited") -> StrangerCard:
    with engine.connect() as connection:
        return stranger_card(connection, household, {**settings.values(connection), "stranger_facts": facts})


def measure(engine: Engine, code: str, category: str, started: str, ended: str | None = None) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(model.measure).values(
                code=code, household_id=901, category=category, name=category, started=started, ended=ended
            )
        )


def test_a_stranger_card_holds_what_runs_today_and_who_helps_today(county: Engine):
    measure(county, "t1", "就业", "2026-11-22")
    measure(county, "t2", "饮水安全保障", "2026-11-23")  # not begun
    measure(county, "t3", "产业", "2020-01-01", "2026-11-21")  # over
    measure(county, "t4", "产业", "2020-01-01", "2026-11-22")
    assert stranger(county, 901) == StrangerCard(
        "钱**", "示范村0", "示范镇1", ("产业", "就业"), (("郑六", "示范局"),), 2, "2026-10-30"
    )
    assert stranger(county, 903).helpers == ()


def test_help_that_would_tell_of_illness_or_want_is_not_told(county: Engine):
    measure(county, "t1", "综合保障", "2026-01-01")
    assert stranger(county, 901).kinds == ()  # 健康 runs as well


@pytest.mark.parametrize("facts", ["", "help", "helper", "persons", "visited"])
def test_each_fact_is_told_only_where_the_county_says_so(county: Engine, facts: str):
    measure(county, "t1", "产业", "2026-01-01")
    card = stranger(county, 901, facts)
    told = {"help": card.kinds, "helper": card.helpers, "persons": card.persons, "visited": card.visited}
    assert [name for name, value in told.items() if value] == [name for name in [facts] if name]


def test_a_household_reads_its_latest_visits_without_their_words(county: Engine):
    with writing(county) as connection:
        for day in range(10, 20):
            connection.execute(
                insert(model.visit).values(
                    code=f"w{day}", household_id=901, helper="D1", visited=f"2026-11-{day}", occasion="日常走访"
                )
            )
        connection.execute(
            insert(model.visit).values(
                code="w", household_id=901, helper="D1", visited="2026-11-23", occasion="日常走访"
            )
        )
    with county.connect() as connection:
        own = own_card(connection, household_viewer(VILLAGE), 901)
    assert own.visits == tuple(Visit(f"2026-11-{19 - n}", "郑六", "日常走访") for n in range(VISITS_SHOWN))
    assert own.card.head == "钱一" and own.card.year.year == 2026


def test_a_household_reads_no_card_outside_its_village(county: Engine):
    with county.connect() as connection, pytest.raises(NotFound):
        own_card(connection, household_viewer(VILLAGE), FAR)


def test_a_cadre_reads_the_short_of_the_household(county: Engine):
    with county.connect() as connection:
        card = cadre_card(connection, Viewer("village", VILLAGE), 901)
        line = figures(connection, Viewer("county", COUNTY), VILLAGE, LAST, ["problems_overdue"])["problems_overdue"]
    assert card == CadreCard(
        "钱一", "K901", "示范村0", "未脱贫户", 2, 540_000, card.below_line, "2026-10-30", 1, 1, LAST, "138****5678"
    )
    assert card.below_line is True and line.value >= 1
    with county.connect() as connection:
        assert cadre_card(connection, Viewer("village", VILLAGE), 902).open_problems == 0


def test_a_cadre_card_follows_the_problems_that_the_map_counts(county: Engine):
    with writing(county) as connection:
        connection.execute(update(model.problem).where(model.problem.c.code == "q1").values(rectified="2026-11-01"))
    with county.connect() as connection:
        card = cadre_card(connection, Viewer("county", COUNTY), 901)
    assert (card.open_problems, card.overdue_problems) == (1, 0)


def test_a_household_without_income_has_no_figure_rather_than_nought(county: Engine):
    with writing(county) as connection:
        connection.execute(update(model.household_month).values(wage_fen=None, below_line=None))
    with county.connect() as connection:
        card = cadre_card(connection, Viewer("county", COUNTY), 901)
    assert (card.per_head, card.below_line) == (None, None)


@pytest.mark.parametrize(
    ("viewer", "household"),
    [(Viewer("village", VILLAGE), FAR), (Viewer("helper", COUNTY, "D2"), 901), (Viewer("admin", ""), 424242)],
)
def test_a_cadre_reads_nothing_beyond_his_scope(county: Engine, viewer: Viewer, household: int):
    with county.connect() as connection, pytest.raises(NotFound):
        cadre_card(connection, viewer, household)


def test_the_page_changes_nothing_in_the_store(county: Engine):
    with county.connect() as connection:
        before = connection.execute(select(model.data_version)).one()
    stranger(county, 901)
    with county.connect() as connection:
        own_card(connection, household_viewer(VILLAGE), 901)
        assert connection.execute(select(model.data_version)).one() == before
