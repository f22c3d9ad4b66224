"""Maps as a page would draw them; ?what=, ?twice and ?points choose which."""

import pandas as pd
import streamlit as st

from components.drawing.maps import MapColours, household_points, region_layer, region_values
from components.shell.map_view import link_name, show_map
from tests.browser.map_app.ground import CODES, NAMES, SIDE, SOUTH, WEST

COLOURS = MapColours(
    ground="#E9E7E0",
    land="#F1EEE6",
    surface="#FFFFFF",
    hairline="#E3E0D8",
    line="#8D9196",
    strong_line="#4A5058",
    ink="#1F2328",
    second_ink="#5B6470",
    halo="#FFFFFF",
    accent="#B8352B",
    missing="#B9B5AA",
)
PALETTES = {"甲": ["#111111", "#222222"], "乙": ["#333333", "#444444"]}

st.set_page_config(layout="wide")
picks = st.session_state.setdefault("picks", [])
palette = PALETTES[st.radio("颜色", list(PALETTES), horizontal=True)]
chosen = picks[-1][1] if picks else None


def pick(kind: str, chosen: str | int) -> None:
    picks.append((kind, chosen))


values = pd.DataFrame({"code": CODES, "fill": palette * 8, "户数": [f"{i} 户" for i in range(16)], "说明": NAMES})
values.loc[15, ["fill", "户数", "说明"]] = None
what = st.query_params.get("what", "villages")
parts = [region_layer(f"/geo/{what}", outline_url="/geo/townships"), region_values(values, chosen=chosen)]
if "points" in st.query_params:
    homes = {"id": [7, 8], "lat": [SOUTH + SIDE / 2] * 2, "lon": [WEST + SIDE / 4, WEST + 1.5 * SIDE]}
    homes |= {"state": ["脱贫", "未脱贫"], "label": NAMES[:2], "sketch": [True, False]}
    marks = {"脱贫": ("○", "#1F8A84"), "未脱贫": ("▲", "#B8352B")}
    parts.append(household_points(pd.DataFrame(homes), marks=marks, chosen=chosen if isinstance(chosen, int) else None))
for key in ("left", "right") if "twice" in st.query_params else ("left",):
    link = link_name("maps") if "twice" in st.query_params else None
    show_map(*parts, colours=COLOURS, label=NAMES[0], key=key, height=420, on_pick=pick, link=link)
runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
st.text(f"runs {runs}")
st.text(f"picks {picks}")
