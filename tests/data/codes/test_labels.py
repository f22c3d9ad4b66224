"""Labels for the wall: whose they may be, what stands on them, and that their codes are read from the sheet."""

import io

import pytest
import zxingcpp
from pypdf import PdfReader
from sqlalchemy import Engine, insert

from components.drawing.qr import qr_svg
from data.access.viewer import Viewer
from data.codes import labels as label_sheets
from data.codes.labels import SIZES, Household
from data.errors import NoRight, NotFound
from data.model import card_print
from data.paper import typeset
from data.store.engine import writing
from tests.data.paper import reading as paper
from tests.data.village_ground import COUNTY, FAR, VILLAGE, fill_village

pytestmark = pytest.mark.filled(by=fill_village)

CADRE = Viewer("county", COUNTY)


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def found(engine: Engine, ids: list[int], viewer: Viewer = CADRE, year: int = 2026) -> list[Household]:
    with engine.connect() as connection:
        return label_sheets.households(connection, viewer, ids, year)


def household(id: int = 1, **changes) -> Household:
    told = {
        "code": f"99018100120100{id:02d}",
        "village": VILLAGE,
        "head": "欧阳䶮喆",
        "village_name": "柳坊村",
        "township_name": "新林街道",
        "helper": "郑六",
        "printed": None,
    }
    return Household(id, **{**told, **changes})


def sheet(size: str, households: list[Household], **flags: bool) -> bytes:
    flags = {"masked": False, "with_code": True, "with_helper": True, **flags}
    labels = [label_sheets.label(one, qr=qr_svg(url(one.id)), **flags) for one in households]
    return typeset.pdf(label_sheets.TEMPLATE, labels, label_sheets.shared(SIZES[size], hotline="12317"))


def url(id: int) -> str:
    return f"http://192.168.1.10:8501/q/{id:022d}"


def test_households_come_in_the_order_asked_with_who_helps_them_today(county: Engine):
    first, second, third = found(county, [903, 901, FAR])
    assert (first.head, first.village_name, first.township_name, first.helper) == ("李三", "示范村0", "示范镇1", None)
    assert (second.code, second.helper, third.helper) == ("K901", "郑六", "郑六")


def test_the_last_printing_of_the_years_card_is_told(county: Engine):
    prints = [
        {"household_id": 901, "year": year, "mark": f"M{at}", "figures": "{}", "at": at}
        for year, at in ((2026, "2026-10-01T08:00:00"), (2026, "2026-11-02T08:00:00"), (2025, "2026-11-09T08:00:00"))
    ]
    with writing(county) as connection:
        connection.execute(insert(card_print), prints)
    assert [one.printed for one in found(county, [901, 902])] == ["2026-11-02T08:00:00", None]


@pytest.mark.parametrize(
    ("viewer", "ids"),
    [
        (Viewer("village", VILLAGE), [901, FAR]),
        (Viewer("helper", VILLAGE, "D1"), [901, 902]),
        (CADRE, [901, 99_999]),
    ],
)
def test_one_household_out_of_scope_refuses_all(county: Engine, viewer: Viewer, ids: list[int]):
    with pytest.raises(NotFound, match="没有找到这一户"):
        found(county, ids, viewer)


def test_a_wall_prints_no_labels(county: Engine):
    with pytest.raises(NoRight):
        found(county, [901], Viewer("display", COUNTY))


def test_a_label_tells_what_was_chosen_and_no_more():
    whole = paper.texts(sheet("small", [household()]))[0]
    told = ("欧阳䶮喆", "新林街道柳坊村", "9901810012010001", "郑六", "扫一扫看帮扶", "热线12317", "演示数据")
    assert [part for part in told if part not in whole] == []
    bare = paper.texts(sheet("small", [household()], masked=True, with_code=False, with_helper=False))[0]
    assert "欧阳**" in bare and not [part for part in ("䶮", "喆", "99018", "郑六") if part in bare]


@pytest.mark.parametrize("size", SIZES)
def test_a_sheet_holds_as_many_as_it_says_and_every_code_is_read(size: str):
    count = SIZES[size].per_sheet
    made = sheet(size, [household(id) for id in range(1, count + 2)])
    first, second = paper.pictures(made)
    assert paper.codes(first) == {url(id) for id in range(1, count + 1)} and paper.codes(second) == {url(count + 1)}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_labels_fit_the_paper_and_a_chunk_is_whole_sheets(size: label_sheets.LabelSize):
    assert size.columns * size.width <= 204 and size.rows * size.height <= 289  # printers leave a margin
    assert size.chunk % size.per_sheet == 0 and size.chunk >= 100


def test_the_smallest_code_is_25_millimetres_wide():
    """Its dark part, at 300 dots to the inch."""
    picture = paper.pictures(sheet("small", [household()]), dpi=300)[0]
    corner = picture.crop((0, 0, int(picture.width * 55 / 210), int(picture.height * 55 / 297)))
    place = zxingcpp.read_barcodes(corner)[0].position
    assert (place.top_right.x - place.top_left.x) / 300 * 25.4 >= 25


@pytest.mark.parametrize("size", SIZES)
def test_long_names_and_markup_stay_in_their_label(size: str):
    evil = '#panic("x") $a$ `b` <c>'
    long = household(
        1, head="阿卜杜热合曼·买买提依明江·䶮喆", village_name="很长的村民委员会名称" * 3, helper="某某某、" * 9
    )
    odd = household(2, head=evil, village_name=evil, township_name=evil, helper=evil, code=evil)
    made = sheet(size, [long, odd, household(3)])
    text = paper.texts(made)[0]
    assert "阿卜杜热合曼" in text and "#panic(" in text and "扫一扫看帮扶" in text
    assert paper.codes(paper.pictures(made)[0]) == {url(id) for id in (1, 2, 3)}


def test_fonts_are_embedded_and_real_regions_bear_no_mark():
    made = sheet("door", [household(village="210881101201")])
    assert all(paper.embedded(made).values()) and "演示数据" not in paper.texts(made)[0]
    assert len(PdfReader(io.BytesIO(made)).pages) == 1
