"""What an import of boundaries comes to, as markup and as a picture: values stay text, each state has its mark."""

import re
from html import unescape

import pytest
import shapely

from components.drawing.theme import outline_marks
from components.imports.boundary_address import BoundaryChoice, read_boundary_choice
from components.imports.boundary_map import close_markup, legend_markup, map_markup, seen
from components.imports.boundary_markup import (
    choices_markup,
    item_markup,
    items_markup,
    missing_markup,
    undone_markup,
    written_markup,
)
from data.boundaries.plan import CHANGED, DOUBLE, FIRST, NEW, OUTSIDE, SAME, STATES, UNMATCHED
from data.imports.boundary_preview import Shown
from tests.data.boundaries.ground import SIDE, square

EVIL = '<b onclick="x">`${1}'


def shown(id: int, state: str = FIRST, shape: shapely.Geometry | None = None, **more: object) -> Shown:
    given: dict = {
        "file": "村界.geojson",
        "numbers": (id,),
        "code": f"99098100100{id}",
        "name": f"村{id}",
        "region": "" if state in (UNMATCHED, DOUBLE) else f"99098100100{id}",
        "called": f"村{id}",
        "how": "code",
        "notes": (),
        "taken": state not in (UNMATCHED, DOUBLE),
        "before": None,
    }
    return Shown(id=id, state=state, shape=shape or square(id - 1, 0), **{**given, **more})


def url(id: int) -> str:
    return f"/data?item={id}"


def drawn(*items: Shown, chosen: int | None = None) -> str:
    return map_markup(items, [square(0, 0, 4)], dark=False, chosen=chosen, url=url, alt="地图")


def test_every_state_has_a_mark_of_its_own_in_both_themes() -> None:
    for dark in (False, True):
        marks = outline_marks(dark)
        assert marks.keys() == STATES.keys()
        assert len({mark for mark, _ in marks.values()}) == len({colour for _, colour in marks.values()}) == len(STATES)


def test_each_shape_on_the_map_leads_to_itself_by_pointer_and_the_smaller_lies_above() -> None:
    inner = shapely.box(121 + SIDE * 0.4, 40 + SIDE * 0.4, 121 + SIDE * 0.6, 40 + SIDE * 0.6)
    markup = drawn(shown(2, OUTSIDE, inner), shown(1), chosen=2)
    wide = markup.split('<div class="outline-map narrow">')[0]
    assert re.findall(r'href="/data\?item=(\d)"', wide) == ["1", "2"]
    assert re.findall(r'tabindex="(-?\d)"', wide) == ["-1", "-1"]
    assert 'title="村2：在上级范围外"' in wide
    assert wide.count('aria-current="true"') == 1
    places = [
        dict(re.findall(r"(left|top|width|height):([\d.]+)%", style)) for style in re.findall('style="([^"]+)"', wide)
    ]
    assert float(places[1]["left"]) > float(places[0]["left"])
    assert float(places[1]["width"]) == pytest.approx(float(places[0]["width"]) * 0.2, rel=0.05)


def test_what_lies_far_off_does_not_shrink_the_map_until_it_is_chosen() -> None:
    near, far = shown(1), shown(2, OUTSIDE, square(40, 0))
    assert seen([near, far], None) == pytest.approx(seen([near], None))
    west, _, east, _ = seen([near, far], 2) or (0, 0, 0, 0)
    assert east - west > 40 * SIDE


def test_a_name_is_text_wherever_it_stands() -> None:
    item = shown(1, UNMATCHED, name=EVIL, called="", notes=(EVIL,), code=EVIL, file=EVIL)
    everything = (
        drawn(item)
        + close_markup(item, [], dark=False, alt="放大")
        + items_markup([item], 1, url, dark=False)
        + item_markup(item, "", "/data", dark=False)
        + missing_markup([("1", EVIL)])
        + undone_markup({"outlines": 1}, [EVIL], [EVIL])
    )
    assert "<b onclick" not in everything
    assert EVIL in unescape(everything)


def test_the_list_tells_mark_and_reason_and_which_is_chosen() -> None:
    items = [shown(1, DOUBLE, notes=("代码有不同的名称", "再一条")), shown(2, SAME)]
    markup = items_markup(items, 2, url, dark=False)
    first, second = markup.split("</li>")[:2]
    assert "≠" in first and "一码多名：代码有不同的名称" in first and "再一条" not in first
    assert 'aria-current="true"' in second and "没有变化" in second
    assert "没有这一类" in items_markup([], None, url, dark=False)


def test_one_is_told_with_its_place_in_the_file_and_whether_it_is_taken() -> None:
    said = item_markup(shown(3, CHANGED, numbers=(3, 9), notes=("面积由 1 变为 2",)), "", "/data", dark=True)
    assert "村界.geojson 第 3、9 个" in said and "会采用" in said and "面积由 1 变为 2" in said and "按代码对上" in said
    whole = item_markup(shown(1, UNMATCHED, numbers=(0,), how="", notes=("没有代码列",)), "", "/data", dark=True)
    assert "第 0" not in whole and "没有对上" in whole and "不采用" in whole


def test_states_that_are_not_there_are_not_offered() -> None:
    def to(**changes: object) -> str:
        return "/data?" + "&".join(f"{name}={value}" for name, value in changes.items())

    markup = choices_markup({NEW: 2, SAME: 0}, "", {9: "乡镇", 12: "村"}, 12, dark=False, url=to)
    assert "新建区划" in markup and "没有变化" not in markup and "<b>2</b>" in markup
    assert re.search(r'level=9[^>]*">乡镇', markup) and 'aria-current="true">村' in markup
    assert "outline-levels" not in choices_markup({NEW: 2}, NEW, {}, 12, dark=False, url=to)
    legend = legend_markup({NEW: 2, DOUBLE: 1}, dark=False)
    assert "新建区划" in legend and "hatched" in legend and "没有变化" not in legend


def test_what_was_taken_and_taken_back_is_told() -> None:
    assert "没有改动" in written_markup({"changed": 0}, "")
    told = written_markup({"changed": 111, "taken": 110, "created": 1, "left": 3}, "<a>地图</a>")
    assert "采用 110 个区划的边界，改动 111 处，新建 1 个区划，3 个没有采用" in told
    assert "恢复 5 处边界，去掉新建的 1 个区划；1 处保留" in undone_markup({"outlines": 5}, ["新村"], ["某村已有户"])


def test_an_address_that_means_nothing_is_said_and_left_out() -> None:
    choice, problems = read_boundary_choice({"job": "7", "state": "nonsense", "level": "5", "item": "-3", "page": "x"})
    assert choice == BoundaryChoice(job=7)
    assert len(problems) == 3
    kept, problems = read_boundary_choice(BoundaryChoice(7, OUTSIDE, 9, 12, 2).parameters())
    assert (kept, problems) == (BoundaryChoice(7, OUTSIDE, 9, 12, 2), [])
