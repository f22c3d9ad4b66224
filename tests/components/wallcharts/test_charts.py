"""Charts on paper: their size, type and codes; what stands on them, for whom, and that nothing leaves its cell."""

import io
import re
import zipfile
from base64 import b64decode

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import Engine, insert, select, update

from components.drawing import wording
from components.wallcharts.making import ChartOrder, bundled, charts, sample
from components.wallcharts.region import OF_REGION
from components.wallcharts.sheets import MILLIMETRE, SHEETS
from components.wallcharts.village import OF_VILLAGE
from data import model
from data.access.viewer import Viewer
from data.errors import NoRight, NotFound, OutOfScope, Refused
from data.figures import read
from data.figures.indicators import INDICATORS
from data.households.walking import walked
from data.model import access_log, setting
from data.paper import typeset
from data.store.engine import writing
from data.terms import CAUSES
from tests.components.wallcharts.ground import BASE, CADRE, HEAD, LARGE, MANY, UNIT, printed
from tests.data.paper import reading as paper
from tests.data.small_county import LAST
from tests.data.village_ground import COUNTY, OTHER_TOWNSHIP, TOWNSHIPS, VILLAGE
from tests.moment import clock

TELLING = (
    *(cause for cause in CAUSES if cause.startswith("因")), "大病", "慢性病", "残疾", "健康", "K901", "L5001",
    "13812345678", "990181196001011234", "看望",
)  # fmt: skip
"""What of the ground tells of illness, cause, ID, code or phone of a household."""
EVIL = '#panic("x") $a$ `b` *c* _d_ <e> @f \\g [h] {i}'


def decided(engine: Engine, name: str, value: str) -> None:
    with writing(engine) as connection:
        connection.execute(insert(setting).values(name=name, value=value, changed="2026-11-01", actor="admin"))


@pytest.mark.parametrize("size", list(SHEETS))
def test_a_chart_is_paper_of_its_size_with_its_fonts_in_it(walls: Engine, size: str):
    (chart,) = printed(walls, VILLAGE, size=size)
    sheet = SHEETS[size]
    for page in PdfReader(io.BytesIO(chart.content)).pages:
        assert [round(float(side) / MILLIMETRE) for side in page.mediabox.upper_right] == [sheet.width, sheet.height]
    fonts = paper.embedded(chart.content)
    assert fonts and all(fonts.values()) and all(re.match(r"/[A-Z]{6}\+", name) for name in fonts)
    assert len(chart.content) <= 2_000_000 and chart.name == f"{VILLAGE}_示范村0_{size}.pdf"
    text = "".join(paper.texts(chart.content))
    for told in ("示范村0作战室·挂图作战", "演示数据", "钱**", "郑六", "示意", "打印人县级干部", "12317"):
        assert told in text, told


@pytest.mark.parametrize(("size", "least"), [("A0", 24), ("A1", 24), ("A2", 16.9), ("A3", 11.2), ("A4", 9.8)])
def test_type_follows_the_distance_and_not_the_paper(size: str, least: float):
    sheet = SHEETS[size]
    assert least <= sheet.text <= least * 1.05 and sheet.head >= 1.5 * sheet.text
    if sheet.far > 1:
        assert sheet.head >= 2 * sheet.text and min(sheet.titles) >= 4 * sheet.text


@pytest.mark.parametrize("size", ["A0", "A2", "A4"])
def test_the_longest_names_of_300_households_stay_in_their_cells(walls: Engine, size: str):
    decided(walls, "wall_names", "0")
    with writing(walls) as connection:
        connection.execute(update(model.region).where(model.region.c.code == LARGE).values(name=UNIT))
    (chart,) = printed(walls, LARGE, size=size)
    margin = SHEETS[size].margin * MILLIMETRE - 1
    numbered = set()
    for width, height, found in paper.words(chart.content):
        for left, top, right, bottom, word in found:
            if word[-1] in "、，。；：）":
                right -= (bottom - top) / 2  # at the end of a line half of its place is white, and left out
            assert left >= margin and right <= width - margin and top >= 0 and bottom <= height, word
        assert not overlapping(found)
        numbered |= {word for *_, word in found}
    assert {str(number) for number in range(1, MANY + 1)} <= numbered
    assert HEAD in "".join(paper.texts(chart.content)) or HEAD[:4] in "".join(paper.texts(chart.content))
    assert len(chart.content) <= 2_000_000


def overlapping(found: list[tuple[float, float, float, float, str]]) -> list[tuple[str, str]]:
    """Words that lie over each other by more than what letters hang over."""
    over = []
    rows = sorted(found)
    for place, (left, top, right, bottom, word) in enumerate(rows):
        small = (bottom - top) * 0.15
        for other_left, other_top, other_right, other_bottom, other in rows[place + 1 :]:
            if other_left >= right - small:
                break
            low, high = max(top, other_top), min(bottom, other_bottom)
            if high - low > 0.4 * min(bottom - top, other_bottom - other_top) and other_right - left > small:
                over.append((word, other))
    return over


@pytest.mark.parametrize("size", ["A0", "A4"])
def test_the_code_is_read_from_the_picture_and_opens_the_region(walls: Engine, size: str):
    (chart,) = printed(walls, TOWNSHIPS[0], size=size)
    width = SHEETS[size].width
    corner = paper.part(chart.content, (width * 0.7, 0, width, SHEETS[size].height * 0.2), dpi=150)
    assert paper.codes(corner) == {f"{BASE}/battle_map?region={TOWNSHIPS[0]}"}


def test_no_sheet_tells_of_illness_cause_number_or_phone_of_a_household(walls: Engine):
    decided(walls, "wall_names", "0")
    for chart in printed(walls, COUNTY, TOWNSHIPS[0], VILLAGE, LARGE):
        text = "".join(paper.texts(chart.content))
        assert not [told for told in TELLING if told in text], chart.name


def test_names_are_masked_unless_the_county_decides_otherwise(walls: Engine):
    text = "".join(paper.texts(printed(walls, VILLAGE)[0].content))
    assert "钱**" in text and "钱一" not in text
    decided(walls, "wall_names", "0")
    assert "钱一" in "".join(paper.texts(printed(walls, VILLAGE)[0].content))


def test_what_names_hold_is_printed_and_not_obeyed(walls: Engine):
    decided(walls, "wall_names", "0")
    with writing(walls) as connection:
        connection.execute(update(model.region).where(model.region.c.code == VILLAGE).values(name=f"{EVIL}/../x"))
        connection.execute(update(model.household).where(model.household.c.id == 901).values(head="\u202e钱\ue123倒"))
        connection.execute(update(model.helper).where(model.helper.c.code == "D1").values(name=EVIL, unit=EVIL))
    (chart,) = printed(walls, VILLAGE)
    text = "".join(paper.texts(chart.content))
    assert "".join(EVIL.split()) in text and "钱〓倒" in text and chart.lacking == "\ue123"
    assert "/" not in chart.name and "\\" not in chart.name


def test_the_figures_are_those_of_the_screen_in_that_month(walls: Engine):
    for month in (None, LAST - 2):
        for region, ids in ((COUNTY, OF_REGION), (VILLAGE, OF_VILLAGE)):
            with walls.connect() as connection:
                figures = read.figures(connection, CADRE, region, month, ids)
            (chart,) = printed(walls, region, month=month)
            text = "".join(paper.texts(chart.content))
            for id, figure in figures.items():
                said = wording.amount(INDICATORS[id], figure.value)
                assert f"{said.number}{said.unit}" in text, id
                assert "".join(figure.standing.words.split()) in text, id


def test_regions_are_ranked_by_the_figure_that_is_asked_for(walls: Engine):
    order = ChartOrder((COUNTY,), "A4", None, BASE, "127.0.0.1", figure="visit_coverage")
    (chart,) = charts(walls, CADRE, order, clock=clock)
    with walls.connect() as connection:
        below = read.children(connection, CADRE, COUNTY, LAST, "visit_coverage").sort_values("value")
    text = "".join(paper.texts(chart.content))
    assert "走访覆盖率走势" in text and "人均纯收入走势" not in text
    told = [f"{row.name}{row.value * 100:.1f}" for row in below.itertuples()]
    assert all(one in text for one in told), told


def test_households_bear_the_numbers_of_the_walk(walls: Engine):
    with walls.connect() as connection:
        walk = walked(connection, CADRE, VILLAGE, LAST)
    (chart,) = printed(walls, VILLAGE)
    text = "".join(paper.texts(chart.content))
    for row in walk.itertuples():
        assert re.search(rf"{row.number}{row.head[0]}\*\*{row.persons}[▲◆●■○□·]{row.state}", text), row.number


@pytest.mark.parametrize(
    ("viewer", "region", "error"),
    [
        (Viewer("display", COUNTY), VILLAGE, NoRight),
        (Viewer("helper", VILLAGE, "D1"), VILLAGE, NoRight),
        (Viewer("stranger", VILLAGE), VILLAGE, NoRight),
        (Viewer("village", VILLAGE), OTHER_TOWNSHIP, OutOfScope),
        (Viewer("village", VILLAGE), TOWNSHIPS[0], OutOfScope),
        (Viewer("township", TOWNSHIPS[0]), COUNTY, OutOfScope),
        (CADRE, COUNTY + "999", NotFound),
        (Viewer("admin", ""), "", Refused),
    ],
)
def test_who_may_not_print_a_region_prints_nothing(walls: Engine, viewer: Viewer, region: str, error: type):
    with pytest.raises(error):
        printed(walls, VILLAGE if viewer.may_see(VILLAGE) and error is OutOfScope else region, region, viewer=viewer)
    assert log(walls) == []


def log(engine: Engine) -> list[tuple]:
    with engine.connect() as connection:
        asked = select(access_log.c.actor, access_log.c.household_id, access_log.c.detail)
        return [tuple(row) for row in connection.execute(asked.where(access_log.c.view == "print"))]


def test_what_left_stands_in_the_log_and_what_was_cancelled_does_not(walls: Engine):
    printed(walls, TOWNSHIPS[0], VILLAGE)
    assert log(walls) == [(CADRE.key, None, f"挂图A4（PDF） · 示范镇1 {TOWNSHIPS[0]} · 2 份")]
    order = ChartOrder((VILLAGE,), "A4", None, BASE, "127.0.0.1")
    with pytest.raises(typeset.Cancelled):
        list(charts(walls, CADRE, order, clock=clock, cancelled=lambda: True))
    assert len(log(walls)) == 1


def test_a_sample_is_a_picture_of_the_first_sheet_that_stands_in_the_log(walls: Engine):
    source = sample(walls, CADRE, ChartOrder((TOWNSHIPS[0],), "A3", None, BASE, "127.0.0.1"), clock())
    with Image.open(io.BytesIO(b64decode(source.partition(",")[2]))) as picture:
        assert picture.width == pytest.approx(1400, abs=3) and picture.height == pytest.approx(1400 * 297 / 420, abs=3)
    assert log(walls) == [(CADRE.key, None, f"挂图A3样张 · 示范镇1 {TOWNSHIPS[0]} · 1 份")]


def test_what_was_given_before_the_end_stands_in_the_log(walls: Engine):
    order = ChartOrder((TOWNSHIPS[0], VILLAGE), "A4", None, BASE, "127.0.0.1")
    giving = charts(walls, CADRE, order, clock=clock)
    next(giving)
    giving.close()
    assert [detail for *_, detail in log(walls)] == [f"挂图A4（PDF） · 示范镇1 {TOWNSHIPS[0]} · 1 份"]


def test_many_are_one_pdf_or_a_zip_of_files_by_code_and_name(walls: Engine):
    order = ChartOrder((TOWNSHIPS[0], VILLAGE), "A4", None, BASE, "127.0.0.1")
    done: list[int] = []
    made = list(charts(walls, CADRE, order, clock=clock, told=done.append))
    pages = [len(PdfReader(io.BytesIO(chart.content)).pages) for chart in made]
    merged, _ = bundled(made, order)
    assert len(PdfReader(io.BytesIO(merged)).pages) == sum(pages) and done == [1, 1]
    packed, _ = bundled(made, ChartOrder(order.regions, "A4", None, BASE, "", zipped=True))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == [f"{TOWNSHIPS[0]}_示范镇1_A4.pdf", f"{VILLAGE}_示范村0_A4.pdf"]


def test_an_address_that_is_not_set_leaves_the_code_away(walls: Engine):
    (chart,) = printed(walls, VILLAGE, base="")
    assert not paper.codes(paper.pictures(chart.content)[0])
