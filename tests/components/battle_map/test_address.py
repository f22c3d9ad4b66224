"""The battle map's address: every value is looked up, what means nothing is said, and a link says the same again."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from components.battle_map.address import MapChoice, map_link, read_choice
from components.shell.screen import Screen
from data.access.viewer import Viewer
from data.figures.indicators import INDICATORS
from data.households.village import Filters
from data.months import month_of
from data.regions.tree import Region, Status
from tests.moment import clock

LAST = month_of("2026-11")
STATUS = Status(1, "2026-11-22T08:00:00", "2026-11-22", LAST - 23, LAST, True)
LEVELS = (9, 12)
COUNTY = Screen(Viewer("county", "990181"), Region("990181", "示范市"), LAST, STATUS, False, None, clock, {})
INCOME = INDICATORS["net_income_per_capita"]


def read(**parameters: str) -> tuple[MapChoice, list[str]]:
    return read_choice(parameters, levels=LEVELS, status=STATUS, month=lambda indicator: LAST)


def test_an_address_that_says_nothing_is_the_default():
    assert read() == (MapChoice(INCOME), [])


@pytest.mark.parametrize(
    "choice",
    [
        MapChoice(INCOME),
        MapChoice(INDICATORS["visits"], level=12, other=INDICATORS["households"]),
        MapChoice(INCOME, other_month=LAST - 12, sort="-value", page=3),
        MapChoice(INCOME, filters=Filters((1, 3), ("因病", "因婚"), True, True, True), sort="per_head"),
    ],
)
def test_a_link_holds_the_whole_choice(choice: MapChoice):
    link = urlsplit(map_link(COUNTY, choice, page=choice.page))
    told = dict(parse_qsl(link.query))
    assert (link.path, told["region"], told["month"]) == ("/battle_map", "990181", "2026-11")
    assert read(**told) == (choice, [])


def test_another_filter_or_order_starts_at_the_first_page():
    told = dict(parse_qsl(urlsplit(map_link(COUNTY, MapChoice(INCOME, page=4), sort="name")).query))
    assert "page" not in told


def test_the_address_names_causes_by_number_and_never_in_words():
    link = map_link(COUNTY, MapChoice(INCOME, filters=Filters(causes=("因病",))))
    assert "cause=1" in link
    assert "%" not in link


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"indicator": "'; DROP TABLE household"}, 1),
        ({"with": "nonsense"}, 1),
        ({"with": "2019-01"}, 1),
        ({"with": "2026-11-01"}, 1),
        ({"with": "2026-13"}, 1),
        ({"state": "9-x"}, 1),
        ({"state": "１"}, 1),
        ({"cause": "99"}, 1),
        ({"page": "0", "sort": "h.head", "household": "1 OR 1=1", "level": "'"}, 1),
        ({"page": "9" * 400, "household": "²"}, 1),
    ],
)
def test_nonsense_is_replaced_by_the_default_and_said_where_it_matters(parameters: dict[str, str], said: int):
    choice, problems = read(**parameters)
    assert choice == MapChoice(INCOME)
    assert len(problems) == said


def test_half_of_a_filter_that_is_known_is_kept():
    choice, problems = read(state="1-8", cause="2-0")
    assert choice.filters == Filters((1,), ("因残",))
    assert len(problems) == 2


def test_a_map_is_not_compared_with_itself():
    assert not read(**{"with": "net_income_per_capita"})[0].compares
    assert not read(**{"with": "2026-11"})[0].compares
    assert read(**{"with": "2025-11"})[0].other_month == LAST - 12


def test_the_nearest_level_needs_no_word_and_one_that_is_not_there_is_left_out():
    assert read(level="village")[0].level == 12
    assert read(level="township")[0].level is None
    assert read(level="county")[0].level is None
