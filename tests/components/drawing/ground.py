"""Maps as the browser gets them, and names that would like to be code."""

import json
import re

import streamlit_folium

from components.drawing.maps import MapColours, OfflineMap, map_contents

COLOURS = MapColours(*["#FAF9F6"] * 11)
HOSTILE = [
    "`;alert(1)//",
    "${alert(1)}",
    "</script><script>alert(1)</script>",
    "{{7*7}}",
    "{{ 'alert' }}",
    "村_12",
    "maps/abc/村",
    "a'b\"c\\d\n行\u2028段\u2029",
    "𠮷家村",
    "{% for x in y %}{#",
    "{",
    "alert(coords);",
    "甲|乙",
    "~",
    "|",
]


def contents_in_the_browser(*parts, **settings):
    """The data as the script that streamlit-folium evaluates holds them, after all that it does to a script."""
    group = map_contents(*parts, **{"colours": COLOURS, "label": "地图", **settings})
    script = streamlit_folium._get_feature_group_string(group, OfflineMap())
    return json.loads(re.search(r"map_div\.warRoom\.draw\((.*)\);", script).group(1))


def texts_of(column):
    """As the map's script reads a column."""
    cells = column["cells"]
    if isinstance(cells, str):
        cells = [None if cell == "~" else cell for cell in cells.split("|")]
    return [None if cell is None else column["prefix"] + cell + column["suffix"] for cell in cells]
