"""A month that is not closed is said to be open wherever a figure of it stands: every page and all that leaves them."""

import io
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass

import openpyxl
import pytest

from components.figures.explanation import CLOSES
from data.figures.indicators import BOOKS, INDICATORS, NOTHING
from data.figures.lists import list_kind
from data.figures.standing import OPEN, standings
from data.income.year import year_of
from data.months import spoken
from data.regions import tree as regions
from data.settings import value_of
from data.store.engine import open_engine
from tests.components.shell.ground import BIGGEST_VILLAGE, COUNTY, PROJECT, Ground

HOME = f"SELECT MIN(id) FROM household WHERE village = ({BIGGEST_VILLAGE})"
INCOME_PAGES = [
    ("income", COUNTY, {}), ("income", COUNTY, {"span": "year"}), ("income", COUNTY, {"span": "growth"}),
    ("income", COUNTY, {"map": "growth", "with": "990181102-990181106"}), ("income", COUNTY, {"view": "spread"}),
    ("income", COUNTY, {"view": "sinking"}), ("income", BIGGEST_VILLAGE, {}),
    ("income", BIGGEST_VILLAGE, {"view": "spread"}), ("income", BIGGEST_VILLAGE, {"view": "sinking"}),
]  # fmt: skip
MAPS = [
    ("overview", COUNTY, {}), ("overview", COUNTY, {"indicator": "visit_coverage"}), ("overview", BIGGEST_VILLAGE, {}),
    ("battle_map", COUNTY, {}), ("battle_map", COUNTY, {"level": "12", "indicator": "return_received"}),
]  # fmt: skip
PROJECT_PAGES = [
    ("projects", COUNTY, {}), ("projects", COUNTY, {"view": "compare"}), ("project", COUNTY, {"project": PROJECT}),
]  # fmt: skip
OTHERS = [
    ("battle_map", COUNTY, {"indicator": "households", "with": "net_income_per_capita"}),
    ("battle_map", BIGGEST_VILLAGE, {}), ("figure", COUNTY, {"indicator": "households"}), ("funds", COUNTY, {}),
    ("projects", COUNTY, {"view": "risk", "found": PROJECT}), ("dividends", COUNTY, {}),
    ("household", BIGGEST_VILLAGE, {}), ("household", BIGGEST_VILLAGE, {"household": HOME}),
    ("card", BIGGEST_VILLAGE, {"household": HOME}), ("prints", BIGGEST_VILLAGE, {}), ("scan", COUNTY, {}),
]  # fmt: skip
KINDS = {
    (one.closes, one.format, one.denominator is None, list_kind(one.id).id): one
    for one in INDICATORS.values()
    if one.closes != NOTHING
}
FIGURES = [("figure", COUNTY, {"indicator": one.id}) for one in KINDS.values()]  # the page knows no more of a figure
Walked = tuple[str, str, dict[str, str]]


@dataclass
class Drawn:
    """What a page says: ``markup`` as it is, its ``pieces`` (a tile, a line of a list, a heading with what stands below
    it) as they are read, the names of what its ``charts`` draw or say of months, and the cells of the workbooks that
    are ``taken``."""

    markup: str
    pieces: list[str]
    charts: list[list[str]]
    taken: dict[str, list[str]]


@pytest.fixture
def ground(shared_county_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    engine = open_engine(shared_county_url)
    yield Ground(engine, monkeypatch)
    engine.dispose()


def drawn(ground: Ground, walked: Walked) -> Drawn:
    page, region, parameters = walked
    shown = ground.run(page, ground.known(region), **{name: ground.known(value) for name, value in parameters.items()})
    markup = "".join(re.sub(r"<(script|style).*?</\1>", "", one.proto.body, flags=re.S) for one in shown.get("html"))
    for words in filter(None, CLOSES.values()):
        markup = markup.replace(words, "")
    ends = re.sub(r"</(li|div|tr|section|p|a|summary|caption)>|；", "\n", markup)
    texts = (" ".join(re.sub(r"<[^>]*>", " ", line).split()) for line in ends.split("\n"))
    figures = [json.loads(one.proto.spec)["data"] for one in shown.get("plotly_chart")]
    charts = [[str(line.get("name")) for line in figure] for figure in figures]
    for drawings in re.findall(r'<div class="drawn">(.*?)</div>', markup):  # what their months say under the pointer
        one = b64decode(re.findall(r"svg\+xml;base64,([^\"]+)", drawings)[0]).decode()
        charts.append(re.findall(r"<title>(.*?)</title>", one, flags=re.S))
    taken = {}
    for button in ground.buttons:
        if button.name.endswith(".xlsx"):
            sheet = openpyxl.load_workbook(io.BytesIO(button.made())).active
            taken[button.name] = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    return Drawn(markup, [text for text in texts if text], charts, taken)


def running(ground: Ground) -> int:
    with ground.engine.connect() as connection:
        return regions.status(connection).last_month


def told(pieces: list[str], *, books_alone: bool = False) -> list[str]:
    """Those in which a figure that is closed some day stands with its value."""
    closing = [one.label for one in INDICATORS.values() if one.closes == BOOKS or (one.closes and not books_alone)]
    names = "|".join(sorted(map(re.escape, closing), key=len, reverse=True))
    return [one for one in pieces if re.search(rf"(^|· )({names})(（{OPEN}）)? ?({OPEN}|[+−]?\d)", one)]


@pytest.mark.parametrize("walked", [*INCOME_PAGES, *MAPS, *PROJECT_PAGES, *OTHERS, *FIGURES], ids=str)
def test_of_the_month_that_runs_every_figure_over_books_or_the_calendar_is_said_to_be_open(
    ground: Ground, walked: Walked
):
    ground.asked = running(ground)
    page = drawn(ground, walked)
    if "household" not in walked[2]:  # whose tables say it above their columns
        assert not [piece for piece in told(page.pieces) if OPEN not in piece]
    about = walked not in OTHERS
    names = [one.label for one in INDICATORS.values() if one.closes]
    for piece in page.pieces:
        if re.search(rf"{spoken(ground.asked)}(?!\d)", piece) and (about or any(name in piece for name in names)):
            assert OPEN in piece or "人均纯收入截至" in piece or piece.startswith("各类户"), piece
    if about:
        assert page.taken or walked[0] == "overview" or any("名单：0 " in piece for piece in page.pieces)
        open = {name: any(OPEN in cell for cell in cells) for name, cells in page.taken.items() if "带动户" not in name}
        assert all(open.values()), open


@pytest.mark.parametrize("walked", [*MAPS, *FIGURES, *INCOME_PAGES[:1]], ids=str)
def test_what_is_open_is_ranked_nowhere_and_drawn_as_a_ring_beside_its_line(ground: Ground, walked: Walked):
    ground.asked = running(ground)
    page = drawn(ground, walked)
    ranked = re.findall(r'<ol class="ranking(?: answered)?">(.*?)</ol>', page.markup, flags=re.S)
    rows = [re.sub(r"<[^>]*>", " ", row) for part in ranked for row in part.split("</li>") if row]
    rows = [row for row in rows if "无数据" not in row]
    assert all(OPEN in row for row in rows)
    assert rows or walked[0] == "figure" or walked[1] == BIGGEST_VILLAGE
    if walked[0] in ("overview", "figure"):
        assert any(OPEN in name for name in page.charts[0])


@pytest.mark.parametrize("walked", [*INCOME_PAGES, *MAPS, *PROJECT_PAGES, *OTHERS], ids=str)
def test_without_a_month_income_stands_at_its_last_closed_one_and_is_whole(ground: Ground, walked: Walked):
    page = drawn(ground, walked)
    assert not [piece for piece in told(page.pieces, books_alone=True) if OPEN in piece]
    if walked in INCOME_PAGES:
        assert not any(OPEN in text for texts in (page.pieces, *page.taken.values()) for text in texts)
        with ground.engine.connect() as connection:
            month = standings(connection, COUNTY, None)[BOOKS].month
        assert month < running(ground) and any(spoken(month) in piece for piece in page.pieces)


@pytest.mark.parametrize("walked", [one for one in FIGURES if INDICATORS[one[2]["indicator"]].closes == BOOKS], ids=str)
def test_without_a_month_the_course_alone_goes_on_into_open_months(ground: Ground, walked: Walked):
    page = drawn(ground, walked)
    with ground.engine.connect() as connection:
        month = standings(connection, COUNTY, None)[BOOKS].month
    after = [f"{spoken(later)}（{OPEN}）" for later in range(running(ground), month, -1)]
    assert [piece.split(" ")[0] for piece in page.pieces if f"（{OPEN}" in piece] == after
    assert not any(f"{OPEN}（" in cell for cells in page.taken.values() for cell in cells)


def test_a_card_of_the_year_that_runs_says_so(ground: Ground):
    ground.asked = running(ground)
    with ground.engine.connect() as connection:
        year = year_of(ground.asked, int(value_of(connection, "income_year_start"))).year
    file = drawn(ground, ("household", BIGGEST_VILLAGE, {"household": HOME}))
    assert any(re.search(rf"{year}年度 ?至{ground.asked % 12 + 1}月（{OPEN}）", piece) for piece in file.pieces)
    card = drawn(ground, ("card", BIGGEST_VILLAGE, {"household": HOME, "year": str(year)}))
    assert any(f"{year}年度" in piece and f"，{OPEN}）" in piece for piece in card.pieces)


def test_the_glossary_says_of_each_figure_whether_its_month_is_open(ground: Ground):
    closing = sum(one.closes != NOTHING for one in INDICATORS.values())
    calendar = sum(one.closes not in (BOOKS, NOTHING) for one in INDICATORS.values())
    for asked, open in ((None, calendar), (running(ground), closing)):
        ground.asked = asked
        assert sum(f" {OPEN}" in piece for piece in drawn(ground, ("figure", COUNTY, {})).pieces[1:]) == open
