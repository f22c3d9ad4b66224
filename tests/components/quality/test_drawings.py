"""The drawings of 数据治理: nothing that people wrote becomes markup, what is not known is left empty."""

import pandas as pd
import pytest

from components.drawing.theme import palette
from components.quality import markup
from components.quality.charts import course_svg, course_words
from data.quality.board import Point
from data.quality.listing import Hit
from data.quality.waivers import Mark
from data.regions.tree import Region
from data.rules.registry import RULES

EVIL = '<img src=x onerror="alert(1)">'
RULE = next(iter(RULES))


def hit(**values: object) -> Hit:
    kept = {
        "mark": Mark(RULE, "household", "1"), "household": 1, "head": EVIL, "code": None, "what": EVIL,
        "village": "990181001201", "place": EVIL, "label": EVIL, "value": EVIL, "since": "2026-11-01", "days": 3,
        "waiver": None,
    }  # fmt: skip
    return Hit(**{**kept, **values})


@pytest.mark.parametrize(
    "drawn",
    [
        markup.field_markup(hit()), markup.rule_markup(RULE, EVIL, None), markup.waiver_markup(("agreed", EVIL)),
        markup.strip_markup([(EVIL, 1, EVIL, True)], name=EVIL),
        markup.grid_markup(
            pd.DataFrame({"rule": [RULE], "code": ["1"], "hits": [2]}), [RULE], [Region("1", EVIL)],
            lambda rule, code: EVIL, lambda code: EVIL, caption=EVIL,
        ),
    ],
)  # fmt: skip
def test_nothing_that_people_wrote_becomes_markup(drawn: str):
    assert "<img" not in drawn and "&lt;img" in drawn


def test_a_cell_is_as_strong_as_its_share_of_the_rules_fullest():
    cells = pd.DataFrame({"rule": [RULE, RULE], "code": ["1", "2"], "hits": [4, 2]})
    drawn = markup.grid_markup(
        cells, [RULE], [Region("1", "东"), Region("2", "西"), Region("3", "南")],
        lambda rule, code: f"/{rule}/{code}", lambda code: f"/{code}", caption="",
    )  # fmt: skip
    assert "--share: 40%" in drawn and "--share: 20%" in drawn and drawn.count("<td></td>") == 1
    assert f"/{RULE}/2" in drawn and "<td>6</td><td>4</td><td>2</td><td>0</td>" in drawn


def test_months_before_anything_was_checked_have_no_bar():
    points = [Point(24000 + month, None if month < 9 else month * 10, 0, 0) for month in range(12)]
    drawn = course_svg(points, colours=palette(False), width=640, height=190)
    assert drawn.count("<rect") == 3 and ">110<" in drawn
    assert course_svg(points[:3], colours=palette(False), width=640, height=190) == ""
    assert course_words(points) == "各月末问题数：10月 90 条，11月 100 条，12月 110 条"
