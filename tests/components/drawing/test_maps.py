"""What the map's builders hand to the browser: data that stays data, little of it, and nothing from elsewhere."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import streamlit_folium

from components.drawing.maps import (
    ASSET_FOLDER,
    OfflineMap,
    household_points,
    map_contents,
    picked,
    region_layer,
    region_values,
    script_json,
)
from tests.components.drawing.ground import COLOURS, HOSTILE, contents_in_the_browser, texts_of

MARKS = {"未脱贫": ("▲", "#B8352B"), "脱贫": ("○", "#1F8A84")}


def values(texts, **more):
    codes = [f"990181001{i:03}" for i in range(len(texts))]
    return pd.DataFrame({"code": codes, "fill": "#B8352B", "村": texts, **more})


def points(**more):
    frame = {
        "id": [3, 1, 2],
        "lat": [40.0, 40.0, 40.0],
        "lon": [122.0, 122.0, 122.1],
        "state": ["脱贫", "未脱贫", "脱贫"],
    }
    return pd.DataFrame({**frame, **more})


def test_the_map_asks_this_server_only_and_each_file_it_names_exists():
    fig = OfflineMap()
    links = [url for _, url in fig.default_js + fig.default_css]
    fig.get_root().render()
    assert all(url.startswith(("/assets/map/", "/assets/leaflet/")) for url in links)
    ours = [url.split("/")[-1].split("?")[0] for url in links if url.startswith("/assets/map/")]
    assert sorted(ours) == sorted(path.name for path in ASSET_FOLDER.glob("map*"))
    assert "//" not in streamlit_folium._get_header(fig) + streamlit_folium._get_map_string(fig)


def test_a_change_of_what_is_shown_leaves_the_script_of_the_map_as_it_is():
    assert streamlit_folium._get_map_string(OfflineMap()) == streamlit_folium._get_map_string(OfflineMap())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_from_data_reaches_the_browser_as_it_is(name):
    part = region_values(values(["甲", name, "乙"], name=["甲", name, "乙"]))
    data = contents_in_the_browser(part, region_layer(f"/geo/{name}"), label=name)
    assert texts_of(data["values"]["lines"][0]) == ["甲", name, "乙"]
    assert texts_of(data["values"]["names"]) == ["甲", name, "乙"]
    assert (data["regions"]["url"], data["settings"]["label"]) == (f"/geo/{name}", name)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_from_data_holds_nothing_that_a_script_a_page_or_a_template_could_act_on(name):
    text = script_json({"名": name})
    assert not set(text) & set("<>&'`$_/()%\n\u2028\u2029")
    text.encode()  # no half of a character either
    assert json.loads(text) == {"名": name}


def test_half_a_character_does_not_stop_the_map():
    script_json("村\ud800").encode()


def test_a_text_from_data_is_no_template_on_the_server():
    world = OfflineMap()
    label = "{{7*7}}{% if 1 %}{{ this }}{% endif %}"
    map_contents(region_values(values([label])), colours=COLOURS, label=label).add_to(world)
    page = world.get_root().render()
    assert "49" not in page.split("draw(")[1].split(");")[0]


def test_villages_that_differ_after_an_underscore_do_not_become_the_same_script():
    first, second = (script_json([f"村_{number}"]) for number in (12, 13))
    strip = re.compile(r"_[a-z0-9]+")
    assert strip.sub("", first) != strip.sub("", second)


def test_recolouring_301_villages_sends_little():
    number = np.random.default_rng(1).normal(10500, 1500, 301)
    frame = pd.DataFrame(
        {"code": [f"990181{i:06}" for i in range(301)], "fill": ["#E3EEF3", "#1F6485", None] * 100 + [None]}
    )
    frame["人均纯收入"] = [f"{value:,.2f} 元" for value in number]
    frame["位次"] = [f"第 {i} 名" for i in range(1, 302)]
    group = map_contents(
        region_layer("/geo/a", outline_url="/geo/b"), region_values(frame), colours=COLOURS, label="甲"
    )
    script = streamlit_folium._get_feature_group_string(group, OfflineMap())
    assert 5_000 < len(json.dumps(script)) < 15_000


def test_a_region_without_value_has_no_colour_and_a_line_without_text_is_left_out():
    frame = values(["8,800 元", None, "9,000 元"])
    frame["fill"] = ["#111111", None, "#222222"]
    data = region_values(frame, chosen="990181001002").data
    assert [None if i is None else data["palette"][i] for i in data["fills"]] == ["#111111", None, "#222222"]
    assert texts_of(data["lines"][0]) == ["8,800 元", None, "9,000 元"]
    assert (data["lines"][0]["heading"], data["lines"][0]["suffix"]) == ("村", "00 元")
    assert texts_of(data["codes"])[2] == data["chosen"] == "990181001002"


def test_plain_land_needs_no_colours():
    assert "fills" not in region_values(values(["甲"]).drop(columns="fill")).data


def test_regions_without_any_value_are_drawn_all_the_same():
    assert region_values(values([])).data["fills"] == []


@pytest.mark.parametrize("colour", ["red", "url(#x)", "#12", "#B8352B;x", "#12345G"])
def test_what_is_no_colour_is_refused(colour):
    with pytest.raises(ValueError, match="not a colour"):
        region_values(values(["甲"]).assign(fill=colour))
    with pytest.raises(ValueError, match="not a colour"):
        replace(COLOURS, accent=colour)


def test_a_region_given_twice_is_refused():
    with pytest.raises(ValueError, match="more than one row"):
        region_values(pd.concat([values(["甲"]), values(["乙"])]))


def test_two_parts_of_one_kind_are_refused():
    with pytest.raises(ValueError, match="one part of each kind"):
        map_contents(region_layer("/geo/a"), region_layer("/geo/b"), colours=COLOURS, label="地图")


def test_households_at_one_place_are_set_apart_and_the_others_stay():
    data = household_points(points(), marks=MARKS).data
    assert data["ids"] == [1, 2, 3]
    placed = list(zip(data["lat"], data["lon"], strict=True))
    assert placed[:2] == [(40.0, 122.0), (40.0, 122.1)]
    metres = np.hypot((placed[2][0] - 40.0) * 111_000, (placed[2][1] - 122.0) * 111_000 * np.cos(np.radians(40)))
    assert 10 < metres < 30


def test_a_hundred_households_at_one_place_are_all_told_apart():
    frame = pd.DataFrame({"id": range(1, 101), "lat": 40.0, "lon": 122.0, "state": "脱贫"})
    data = household_points(frame, marks=MARKS).data
    assert len(set(zip(data["lat"], data["lon"], strict=True))) == 100


def test_a_household_carries_its_mark_its_name_its_lines_and_whether_its_place_is_a_sketch():
    frame = points(label=["丙", "甲", "乙"], sketch=[True, False, False], 人口=["3 人", "1 人", None])
    data = household_points(frame, marks=MARKS, chosen=np.int64(2)).data
    assert [data["marks"][i] for i in data["states"]] == [["未脱贫", "▲", "#B8352B"]] + [["脱贫", "○", "#1F8A84"]] * 2
    assert texts_of(data["labels"]) == ["甲", "乙", "丙"]
    assert [(line["heading"], texts_of(line)) for line in data["lines"]] == [("人口", ["1 人", None, "3 人"])]
    assert (data["sketch"], data["labelled"], data["chosen"]) == ([0, 0, 1], True, 2)


def test_a_household_without_a_place_is_left_out():
    assert household_points(points(lat=[np.nan, 40.0, 40.0]), marks=MARKS).data["ids"] == [1, 2]


def test_more_than_a_thousand_households_lose_their_names_but_not_their_marks():
    frame = pd.DataFrame({"id": range(1001), "lat": 40.0, "lon": 122.0, "state": "脱贫", "label": "甲"})
    data = household_points(frame, marks=MARKS).data
    assert (len(data["ids"]), data["labelled"]) == (1001, False)


@pytest.mark.parametrize("marks", [{"脱贫": ("○", "#1F8A84")}, {**MARKS, "脱贫": ("★", "#1F8A84")}])
def test_a_state_without_a_mark_that_the_map_can_draw_is_refused(marks):
    with pytest.raises(ValueError, match="mark"):
        household_points(points(), marks=marks)


def test_builders_leave_their_frames_alone():
    frame, households = values(["甲"]), points()
    region_values(frame)
    household_points(households, marks=MARKS)
    pd.testing.assert_frame_equal(frame, values(["甲"]))
    pd.testing.assert_frame_equal(households, points())


@pytest.mark.parametrize(
    ("properties", "pick"),
    [
        ({"kind": "region", "id": "990181001", "at": 1}, ("region", "990181001")),
        ({"kind": "household", "id": 17, "at": 1}, ("household", 17)),
        ({"kind": "region", "id": 990181001}, None),
        ({"kind": "region", "id": "99' OR 1=1"}, None),
        ({"kind": "region", "id": "９９"}, None),
        ({"kind": "household", "id": "17"}, None),
        ({"kind": "household", "id": True}, None),
        ({"kind": "household", "id": -1}, None),
        ({"kind": "file", "id": "99"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_only_a_code_or_a_household_number_counts_as_picked(properties, pick):
    assert picked({"last_active_drawing": {"properties": properties}}) == pick


@pytest.mark.parametrize("answer", [None, {}, {"last_active_drawing": None}, {"last_active_drawing": "x"}, []])
def test_nothing_is_picked_before_a_click(answer):
    assert picked(answer) is None
