"""Any screen on one sheet of A4 or A3: all of it, or what finds no room is named; nothing smaller than 7 pt."""

import io
import re
import unicodedata
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pypdf import PageObject, PdfReader

from tests.browser.ready import ready

pytestmark = pytest.mark.screen(1366, 768)
A4, A3 = (210, 297), (297, 420)
POINTS = 72 / 25.4
_TYPE = """() => {
  warRoomSheet.prepare("A4");
  const main = document.querySelector("[data-testid=stMainBlockContainer]"), scale = Number(main.dataset.sheet) * 0.75;
  const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT), found = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const element = text.parentElement;
    if (text.data.trim() && element.getClientRects().length && !element.closest("svg, style, script"))
      found.push([parseFloat(getComputedStyle(element).fontSize) * scale, text.data.trim()]);
  }
  warRoomSheet.restore();
  return found;
}"""


def printed(page: Page, paper: str = "A4") -> PageObject:
    """The one sheet that the browser prints."""
    page.evaluate("paper => { warRoomSheet.paper = paper; }", paper)
    sheets = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True))).pages
    assert len(sheets) == 1
    sides = sorted(round(float(side) / POINTS) for side in sheets[0].mediabox[2:])
    assert tuple(sides) == {"A4": A4, "A3": A3}[paper]
    return sheets[0]


def words(sheet: PageObject) -> str:
    """What stands on it; the font tells some signs as their radicals."""
    said = re.sub("[⼀-⿕]", lambda sign: unicodedata.normalize("NFKC", sign.group()), sheet.extract_text())
    return re.sub(r"\s+", "", said.translate(str.maketrans("戶⻓⻰⻔⻋⻅⻉⻜⻢", "户长龙门车见贝飞马")))


@pytest.mark.parametrize(
    ("path", "title", "holds"),
    [
        ("/", "总览", ["人均纯收入较上年同月", "超期事项", "各乡镇人均纯收入", "年收益率"]),
        ("/overview?region=990181001201", "总览", ["各类户"]),
        ("/battle_map", "挂图作战", ["县均", "超期事项"]),
        ("/battle_map?region=990181001201", "挂图作战", ["扶持谁", "谁来扶", "怎么扶"]),
        ("/income", "收入趋势", ["人均纯收入", "一年来"]),
        ("/projects", "项目收益", ["欠收最多"]),
        ("/funds", "资金", ["历年资金"]),
        ("/dividends", "收益分配", ["村提方案"]),
        ("/figure?indicator=below_line_households", "指标说明", ["低于监测线户"]),
        ("/todo", "我的待办", []),
        ("/duty", "帮扶责任", []),
        ("/problems", "督办整改", []),
        ("/dispatch", "月调度", []),
        ("/prints", "打印发放", []),
        ("/admin", "用户与设置", []),
    ],
)
def test_a_screen_is_one_sheet_that_says_what_it_is_and_can_be_read(
    open_page: Callable[[str], Page], path: str, title: str, holds: list[str]
):
    page = open_page(path)
    place = page.locator(".breadcrumbs [aria-current]").inner_text()
    dates = page.locator(".dates").inner_text().replace(" ", "")
    for paper in ("A4", "A3"):
        said = words(printed(page, paper))
        assert f"{title}·{place}·{dates}·数据版本" in said and "演示数据" in said
        assert re.search(r"打印人县级干部·20\d\d-\d\d-\d\d\d\d:\d\d", said)
        assert [one for one in holds if one not in said.partition("未印")[0]] == []
        assert not [
            control for control in ("打印本页", "导出名单（Excel）", "看表格", "浅色", "下一页") if control in said
        ]
    sizes = page.evaluate(_TYPE)
    assert len(sizes) > 10 and [text for size, text in sizes if size < 7] == []


def test_what_finds_no_room_is_left_out_from_the_end_and_named(open_page: Callable[[str], Page]):
    page = open_page("/figure?indicator=households")
    small, large = (words(printed(page, paper)) for paper in ("A4", "A3"))
    told = re.search(r"共50行，印出前(\d+)行，导出名单可得全部。", large)
    assert told and 8 <= int(told[1]) < 50
    assert "未印（一张放不下）" not in large and len(large) > len(small)
    left = words(printed(open_page("/funds")))
    assert re.search(r"未印（一张放不下）：.*资金名单：\d+笔", left)
    assert left.index("历年资金") < left.index("未印")


def test_the_map_is_drawn_with_its_names_and_without_its_buttons(open_page: Callable[[str], Page]):
    page = open_page("/battle_map")
    names = set(
        re.findall(r"[一-鿿]{2}(?:镇|乡|街道)", page.frame_locator("iframe").first.locator(".map-names").text_content())
    )
    said = words(printed(page))
    assert len(names) > 10 and not {name for name in names if name not in said} and "全图" not in said


@pytest.mark.screen(1366, 768, color_scheme="dark")
def test_a_dark_screen_is_printed_on_white_and_stands_again_as_before(open_page: Callable[[str], Page]):
    page = open_page("/")
    expect(page.locator(".st-key-overview_map iframe")).not_to_have_attribute("height", "0")  # the map takes its place
    before = page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').outerHTML")
    box = page.locator(".st-key-overview_map iframe").bounding_box()
    printed(page)
    ready(page)
    assert page.evaluate("document.querySelector('[data-testid=stMainBlockContainer]').outerHTML") == before
    assert page.locator(".st-key-overview_map iframe").bounding_box() == box
    page.evaluate("warRoomSheet.prepare('A4')")
    ink = "getComputedStyle(document.querySelector('.tile .figure')).color"
    assert page.evaluate(ink) == "rgb(31, 35, 40)"
    page.evaluate("warRoomSheet.restore()")
    assert page.evaluate(ink) == "rgb(237, 241, 247)"


def test_the_button_asks_for_the_paper(open_page: Callable[[str], Page]):
    page = open_page("/")
    page.evaluate("() => { window.print = () => { window.asked = warRoomSheet.paper; }; }")
    page.locator(".printing summary").click()
    page.get_by_role("button", name="一张 A3").click()
    assert page.evaluate("window.asked") == "A3"
    expect(page.get_by_role("button", name="一张 A3")).to_be_hidden()
