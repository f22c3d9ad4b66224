"""明白卡 on paper: the record's figures, whatever the names hold, on sheets that can be read, scanned and selected."""

import io
import math
from dataclasses import replace
from datetime import date

import pytest
from PIL import Image, ImageChops, ImageFilter
from pypdf import PdfReader
from sqlalchemy import Engine, insert

from components.drawing.qr import qr_svg
from data import settings
from data.access.viewer import Viewer
from data.cards import card as income_card
from data.cards import pages as card_pages
from data.cards.card import Helper, IncomeCard, Measure, Member, Share
from data.cards.lights import card_lights
from data.income.year import IncomeYear
from data.model import assurance
from data.paper import typeset
from data.store.engine import writing
from tests.data.paper import reading as paper
from tests.data.village_ground import COUNTY, HERE, fill_village
from tests.moment import NOW

CADRE = Viewer("county", COUNTY)
YEAR, RUNNING = IncomeYear(2026, 10), IncomeYear(2027, 10)
MARK = "7K3F-9QXM"
URL = "http://192.168.1.10:8501/q/AbCdEfGhIjKlMnOpQrStUv?c=" + MARK
LIGHTS = [("不愁吃", "稳固", True), ("饮水安全", "有风险", False)]
EVIL = '#panic("x") $a$ `b` *c* _d_ <e> @f \\g [h] {i} "j" </script>'
RARE = "㛃䶮喆"


@pytest.fixture(scope="module")
def known(migrated_sqlite, tmp_path_factory) -> list[IncomeCard]:
    """Cards of the households known by hand, for tests that write nothing."""
    from data.store.engine import open_engine

    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('cards') / 'x.db'}")
    with engine.connect() as connection:
        connection.connection.driver_connection.executescript(_dump(migrated_sqlite))
    fill_village(engine)
    with engine.connect() as connection:
        found = income_card.cards(connection, CADRE, HERE, YEAR)
        found += income_card.cards(connection, CADRE, HERE[:1], RUNNING)
    engine.dispose()
    return found


def _dump(path) -> str:
    import sqlite3

    with sqlite3.connect(path) as connection:
        return "\n".join(connection.iterdump())


def page(card: IncomeCard, *, masked: bool = False) -> dict:
    return card_pages.page(card, mark=MARK, qr=qr_svg(URL), lights=LIGHTS, masked=masked)


def printed(*cards: IncomeCard, masked: bool = False) -> bytes:
    shared = card_pages.shared(cards[0], hotline="12317", printed=date(2026, 11, 22))
    return typeset.pdf(card_pages.TEMPLATE, [page(card, masked=masked) for card in cards], shared)


def large(card: IncomeCard, members: int, measures: int) -> IncomeCard:
    """A household with long names and many of everything."""
    name = "阿卜杜热合曼·买买提依明江·" + RARE
    member = Member(name, "之孙子女", "女", 101, None, "本科及以上", None, "长期慢性病", "普通劳动力", "县外省内", 11)
    measure = Measure(
        "产业", "特色种植养殖业到户补助资金" * 2, "2025-11-01", "2026-09-30", 1_234_567_89, "农业农村局" * 3
    )
    share = Share("示范市冷链物流与蔬菜加工一体化项目（二期）", "加工", "土地流转", 98_765_43)
    helpers = (Helper("欧阳" + RARE, "示范市人力资源和社会保障局", "区直干部", None, "13900000000"),) * 3
    return replace(
        card, members=(member,) * members, measures=(measure,) * measures, projects=(share,) * 3, helpers=helpers
    )


def test_the_back_bears_the_figures_of_the_record(known):
    card = known[0]
    front, back = paper.texts(printed(card))
    assert [front.count(word) for word in ("钱一", "钱小", "大病救助", "郑六", "138****5678", "主要致贫原因因病")] == [
        *(3, 1, 1, 1, 1, 1)
    ]
    # 1,000 yuan a month and 100 of expense, since ten months of the year before; two persons; the share is of 2025
    assert "工资性L12,000.0010,000.00+2,000.00" in back and "务工工资12,000.0010,000.00+2,000.00" in back
    assert "总收入K工资性12,000+生产经营性0+财产性0+转移性012,000.00" in back
    assert "纯收入S总收入12,000−生产经营性支出1,20010,800.00" in back
    assert "人均纯收入T纯收入10,800÷家庭人口2人5,400.00" in back
    assert "上年度人均纯收入4,500元，增加900元" in back and "大棚" not in back


def test_both_sides_name_the_check_code_the_day_and_the_hotline(known):
    for side, text in enumerate(paper.texts(printed(known[0])), start=1):
        assert f"校验码{MARK}" in text and "钱一K901" in text
        assert "打印日期2026年11月22日" in text and "帮扶热线12317" in text and f"第{side}页，共2页" in text


def test_there_is_a_place_to_sign(known):
    back = paper.texts(printed(known[0]))[1]
    assert all(who in back for who in ("户主（签字）", "帮扶责任人（签字）", "村委会（盖章）"))


def test_the_distance_to_the_line_is_on_the_card(known):
    below, above = replace(known[0], line=880_000), replace(known[0], line=500_000)
    assert "2026年监测线每人8,800元，低于监测线3,400元" in paper.texts(printed(below))[1]
    assert "2026年监测线每人5,000元，高于监测线400元" in paper.texts(printed(above))[1]
    assert "没有设定2026年监测线" in paper.texts(printed(replace(known[0], line=None)))[1]


def test_a_year_that_still_runs_is_held_against_the_same_months(known):
    front, back = paper.texts(printed(known[-1]))
    assert "截至2026年11月" in front and "上年同期（元）" in back
    assert "工资性L2,000.002,000.000.00" in back and "年度未完，只计至2026年11月，共2个月" in back


def test_an_estimated_expense_is_said_to_be_one(engine: Engine):
    fill_village(engine)
    with writing(engine) as connection:
        settings.decide(connection, CADRE, "expense_coefficients", "种植业=0.40", now=NOW)
        connection.exec_driver_sql("UPDATE ledger SET expense_fen = NULL, business_crop_fen = 50000")
    with engine.connect() as connection:
        card = income_card.card(connection, CADRE, 901, YEAR)
    back = paper.texts(printed(card))[1]
    assert "生产经营性支出R（估算）种植业6,000×0.402,400.00" in back and "按本县设定的系数估算" in back


def test_a_posted_card_tells_nobody_what_is_not_his_business(known):
    text = "".join(paper.texts(printed(known[0], masked=True)))
    assert "钱**" in text
    assert not [
        told
        for told in ("钱一", "钱小", "大病", "因病", "13812345678", "一组1号")
        if told in text.replace("大病救助", "")
    ]


def test_markup_in_every_field_stays_text(known):
    evil = {"code": EVIL[:20], "village_name": EVIL, "head": EVIL, "attribute": EVIL, "cause": EVIL, "address": EVIL}
    card = replace(
        known[0],
        **evil,
        phone=EVIL,
        township_name=EVIL,
        members=(Member(EVIL, EVIL, EVIL, 3, None, EVIL, EVIL, EVIL, EVIL, EVIL, 3),),
        helpers=(Helper(EVIL, EVIL, EVIL, EVIL, EVIL),),
        measures=(Measure(EVIL, EVIL, "2026-01-01", None, 1, EVIL),),
        projects=(Share(EVIL, EVIL, EVIL, 1),),
    )
    text = "".join(paper.texts(printed(card)))
    assert text.count("#panic(") >= 15
    reader = PdfReader(io.BytesIO(printed(card)))
    assert not [page for page in reader.pages if "/Annots" in page] and "/JavaScript" not in str(reader.trailer)


def test_rare_characters_of_names_are_drawn_selectable_and_embedded(known):
    member = replace(known[0].members[0], name=f"张{RARE}")
    made = printed(replace(known[0], members=(member,)))
    assert f"张{RARE}" in paper.texts(made)[0]
    assert paper.embedded(made) and all(paper.embedded(made).values())


@pytest.mark.parametrize(("members", "measures", "sheets"), [(2, 2, 1), (9, 20, 2), (40, 60, 4)])
def test_a_large_household_goes_on_to_more_sheets_and_loses_nothing(known, members: int, measures: int, sheets: int):
    made = printed(large(known[0], members, measures), known[1])
    pages = paper.texts(made)
    assert len(pages) == 2 * sheets + 2
    own = "".join(pages[:-2])
    assert own.count("之孙子女") == members and own.count("1,234,567.89") == measures
    assert own.count("户主（签字）") == 1 and "孙二" in pages[-2]
    for picture in paper.pictures(made, dpi=40):
        edge = ImageChops.invert(picture).point(lambda ink: 255 * (ink > 40))
        box = edge.getbbox()
        assert box is None or (box[0] > 15 and box[2] < picture.width - 15)


def test_what_is_beyond_the_most_rows_is_said(known):
    text = "".join(paper.texts(printed(large(known[0], 1, 63))))
    assert text.count("1,234,567.89") == 60 and "另有3项，见户档案。" in text


def test_demonstration_data_bear_their_mark_on_every_page(known):
    assert all("演示数据" in page for page in paper.texts(printed(large(known[0], 30, 60))) if page)
    real = replace(known[0], village="210881101201")
    assert "演示数据" not in "".join(paper.texts(printed(real)))


def test_a_specimen_says_that_it_is_one(known):
    shared = card_pages.shared(known[0], hotline="", printed=date(2026, 11, 22), sample=True)
    made = typeset.pdf(card_pages.TEMPLATE, [page(known[0])], shared)
    assert all("样张·不作凭据" in text for text in paper.texts(made))


def _shadow(picture: Image.Image) -> Image.Image:
    """Half of it as dark as under an eave, the border running through the code."""
    dark = picture.point(lambda level: level * 0.35)
    mask = Image.new("L", picture.size, 0)
    mask.paste(255, (0, 0, int(picture.width * 0.83), picture.height))
    return Image.composite(dark, picture, mask.filter(ImageFilter.GaussianBlur(6)))


def _aslant(picture: Image.Image) -> Image.Image:
    """Seen from the side: what is on the right is farther away and smaller, by three tenths at the edge."""
    coefficients = (1, 0, 0, 0, 1, 0, -0.3 / picture.width, 0)
    return picture.transform(
        picture.size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, fillcolor="white"
    )


HARM = {
    "straight": lambda picture: picture,
    "turned 7": lambda picture: picture.rotate(7, Image.Resampling.BICUBIC, expand=True, fillcolor="white"),
    "turned 31": lambda picture: picture.rotate(31, Image.Resampling.BICUBIC, expand=True, fillcolor="white"),
    "blurred": lambda picture: picture.filter(ImageFilter.GaussianBlur(1.6)),
    "half in shadow": _shadow,
    "aslant": _aslant,
}


@pytest.mark.parametrize("harm", HARM)
def test_the_printed_code_is_read_again(known, harm: str):
    front = paper.pictures(printed(known[0]))[0]
    assert math.isclose(front.width, 1240, abs_tol=2)
    assert paper.codes(HARM[harm](front)) == {URL}


def test_the_six_lights_are_those_of_the_record(engine: Engine):
    fill_village(engine)
    with writing(engine) as connection:
        connection.execute(
            insert(assurance),
            [
                {"household_id": 901, "item": "water", "checked": "2026-09-01", "secure": 0, "evidence": "断水"},
                {"household_id": 901, "item": "food", "checked": "2026-09-01", "secure": 1, "evidence": None},
            ],
        )
        connection.exec_driver_sql("UPDATE household SET housing_safe = 0 WHERE id = 902")
    with engine.connect() as connection:
        cards = income_card.cards(connection, CADRE, [902, 901], YEAR)
        other, one = card_lights(connection, cards)
    assert [name for name, *_ in one] == ["不愁吃", "不愁穿", "义务教育", "基本医疗", "住房安全", "饮水安全"]
    assert one[0] == ("不愁吃", "稳固", True) and one[5] == ("饮水安全", "有风险", False)
    assert one[4] == ("住房安全", "未核实", True) and other[4] == ("住房安全", "有风险", False)
