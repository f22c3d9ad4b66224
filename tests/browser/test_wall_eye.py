"""The eye that looks at walls finds what is wrong with a poster, and nothing wrong with one that is well."""

import pytest
from playwright.sync_api import Page

from tests.browser.wall_eye import flaws, read

WELL = '<h1>3 个乡镇落后</h1><p class="sub">示范县 · 11月22日</p><div class="body"><p class="big">12</p></div>'
MAP = '<svg width="300" height="60"><rect width="300" height="60" fill="#fff"/><g paint-order="stroke">{}</g></svg>'
LABELS = "".join(f'<text x="{30 * at}" y="40" font-size="20" fill="#000">{at}</text>' for at in range(8))


def poster(body: str) -> str:
    return f"""<!doctype html><html style="--arc:0.08vw"><style>
        html, body {{ margin: 0; background: #fff; color: #222 }} h1, p {{ margin: 0; font-size: 24px }}
        .poster {{ width: 1280px; height: 800px; position: relative; overflow: hidden }} .big {{ font-size: 90px }}
        .body {{ height: 600px; overflow: hidden }}</style>
        <div class="layer on"><section class="poster"><article class="pane">{body}</article></section></div></html>"""


def test_a_poster_that_is_well_has_no_flaw_and_is_counted(page: Page):
    page.set_content(poster(WELL + MAP.format(LABELS)))
    assert flaws(page) == []
    (one,) = read(page)
    assert (one.title, one.figures, one.words, one.rows) == ("3 个乡镇落后", 2, 2, 0)


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        ('<p style="font-size:14px">小字</p>', "13.7' is too small: 小字"),
        ('<p style="color:#999">浅字</p>', "contrast 2.8: 浅字"),
        ('<p style="width:40px;white-space:nowrap">写不下的字</p>', "holds 80 px more than it is wide"),
        ('<p style="width:60px;overflow:hidden;white-space:nowrap">写不下的字</p>', "cut: 写不下的字"),
        ('<div style="height:20px;overflow:auto"><p>一</p><p>二</p></div>', "scrolls"),
        ('<p style="position:absolute;left:1270px;top:9px">边</p>', "lies over the edge"),
        ('<p>上面</p><p style="margin-top:-20px">下面</p>', '"上面" lies over "下面"'),
        ('<svg width="90" height="30"><text y="20" font-size="9">注</text></svg>', "8.8' is too small: 注"),
        ("<p>" + " ".join(map(str, range(100, 113))) + "</p>", "14 figures in 3 个乡镇落后"),
        ("<p>" + "四个字的、" * 40 + "</p>", "42 words in 3 个乡镇落后"),
        ("<ul>" + "<li>行</li>" * 8 + "</ul>", "8 rows in 3 个乡镇落后"),
    ],
)
def test_each_flaw_is_found(page: Page, body: str, flaw: str):
    page.set_content(poster(f"<h1>3 个乡镇落后</h1>{body}"))
    assert flaw in "\n".join(flaws(page))
