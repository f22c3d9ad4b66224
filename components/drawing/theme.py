"""The only place with colours: both palettes, the states of a household, ramps of the map, the template of charts."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import plotly.graph_objects as go

from components.drawing.maps import MapColours
from data.terms import HOUSEHOLD_STATES

FONT = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


@dataclass(frozen=True)
class Palette:
    """Colours of one theme, as ``#rrggbb``: ``accent`` is what is chosen, ``alarm`` what needs action,
    ``strokes`` the lines of one chart, ``states`` by 户类型."""

    ground: str
    surface: str
    ink: str
    second_ink: str
    hairline: str
    accent: str
    alarm: str
    caution: str
    series: str
    comparison: str
    bar: str
    land: str
    sea: str
    map_line: str
    map_strong_line: str
    missing: str
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    strokes: tuple[str, ...]
    states: Mapping[str, str]

    def css(self) -> dict[str, str]:
        """Names of CSS custom properties and their colours."""
        return {name.replace("_", "-"): value for name, value in asdict(self).items() if isinstance(value, str)}


LIGHT = Palette(
    ground="#FAF9F6", surface="#FFFFFF", ink="#1F2328", second_ink="#5B6470", hairline="#E3E0D8",
    accent="#B8352B", alarm="#B8352B", caution="#8A5A00", series="#1F5F7A", comparison="#8A6A1F", bar="#A9C4CF",
    land="#F1EEE6", sea="#E9E7E0", map_line="#8D9196", map_strong_line="#4A5058", missing="#B9B5AA",
    sequential=("#E2EEF1", "#B5D2DB", "#82B2C2", "#4A8AA3", "#1C5A75"),
    diverging=("#1F5F8B", "#4580A8", "#74A2C2", "#A3C3D8", "#CFE0EA", "#ECEAE4",
               "#F3DFC3", "#EAC392", "#DDA25E", "#C97F2F", "#A65C0E"),
    strokes=("#1F5F7A", "#8A6A1F", "#7A4A9E", "#1F7F78"),
    states={"未脱贫户": "#B8352B", "突发严重困难户": "#7A4A9E", "边缘易致贫户": "#C9701A",
            "脱贫不稳定户": "#A88400", "脱贫户": "#1F7F78", "已退出帮扶户": "#4F6F8A",
            "一般户": "#7C848E"},
)  # fmt: skip
DARK = Palette(
    ground="#0E1726", surface="#152238", ink="#EDF1F7", second_ink="#9FB0C8", hairline="#263753",
    accent="#E3B55B", alarm="#F2635F", caution="#E3B55B", series="#7CC4F0", comparison="#E3B55B", bar="#3A5F86",
    land="#1B2B45", sea="#0B1320", map_line="#5C7192", map_strong_line="#B4C3D8", missing="#53657F",
    sequential=("#223B57", "#2D5B80", "#3F7FA8", "#66A8CB", "#A9D8EC"),
    diverging=("#7CC4F0", "#5FA8D6", "#4789B5", "#356A8F", "#28506D", "#33415A",
               "#5E4A2C", "#846432", "#AD823B", "#D5A14A", "#F5C36A"),
    strokes=("#7CC4F0", "#E3B55B", "#B58AE0", "#4DB6AC"),
    states={"未脱贫户": "#F2635F", "突发严重困难户": "#B58AE0", "边缘易致贫户": "#F0A04B",
            "脱贫不稳定户": "#F2D45C", "脱贫户": "#4DB6AC", "已退出帮扶户": "#9DB7CE",
            "一般户": "#8996A8"},
)  # fmt: skip

MARKS = {state.name: state.mark for state in sorted(HOUSEHOLD_STATES, key=lambda state: state.order)}
"""户类型 → its mark, the same everywhere, the most urgent first."""


def palette(dark: bool) -> Palette:
    """The colours of the theme that is on."""
    return DARK if dark else LIGHT


def state_marks(dark: bool) -> dict[str, tuple[str, str]]:
    """户类型 → (mark, colour), as ``maps.household_points`` takes it, the most urgent first."""
    return {state: (mark, palette(dark).states[state]) for state, mark in MARKS.items()}


_PROJECT_COLOURS = {
    False: ("#1F5F7A", "#8A6A1F", "#7A4A9E", "#1F7F78", "#A65C0E", "#3E6B2F", "#93406B", "#5B6470"),
    True: ("#7CC4F0", "#E3B55B", "#B58AE0", "#4DB6AC", "#F0A04B", "#9CCB7E", "#E58FB8", "#9FB0C8"),
}
_PROJECT_SHAPES = "●■▲◆○●■▲"


def project_marks(names: Sequence[str], dark: bool) -> dict[str, tuple[str, str]]:
    """Kinds or stages of projects → (mark, colour): apart from each other, and from the states of households."""
    return {name: (_PROJECT_SHAPES[place % 8], _PROJECT_COLOURS[dark][place % 8]) for place, name in enumerate(names)}


def level_marks(names: Sequence[str], dark: bool) -> dict[str, tuple[str, str]]:
    """Four levels from bad to good, and then what has none → (mark, colour)."""
    chosen = palette(dark)
    colours = (chosen.alarm, chosen.caution, chosen.comparison, chosen.series, chosen.second_ink)
    return dict(zip(names, zip("▲◆■●○", colours, strict=True), strict=True))


def outline_marks(dark: bool) -> dict[str, tuple[str, str]]:
    """State of an outline that is about to be taken (``data.boundaries.plan``) → (mark, colour)."""
    chosen = palette(dark)
    hues = list(chosen.states.values())
    return {
        "unmatched": ("×", chosen.alarm),
        "double": ("≠", hues[1]),
        "outside": ("▲", hues[2]),
        "overlap": ("◆", hues[3]),
        "new": ("＋", hues[4]),
        "changed": ("●", chosen.series),
        "first": ("○", chosen.bar),
        "same": ("·", chosen.missing),
    }


def map_colours(dark: bool) -> MapColours:
    """The colours of a map's frame."""
    chosen = palette(dark)
    return MapColours(
        ground=chosen.sea,
        land=chosen.land,
        surface=chosen.surface,
        hairline=chosen.hairline,
        line=chosen.map_line,
        strong_line=chosen.map_strong_line,
        ink=chosen.ink,
        second_ink=chosen.second_ink,
        halo=chosen.ground,
        accent=chosen.accent,
        missing=chosen.missing,
    )


def chart_layout(dark: bool) -> dict[str, object]:
    """The layout that all charts share: no box, faint horizontal lines, no legend; as ``go.Layout`` takes it."""
    chosen = palette(dark)
    axis = {
        "showline": False,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"color": chosen.second_ink},
        "title": None,
        "fixedrange": True,
        "automargin": True,
    }
    return {
        "font": {"family": FONT, "size": 13, "color": chosen.ink},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": [chosen.series, chosen.comparison],
        "xaxis": {**axis, "showgrid": False},
        "yaxis": {**axis, "showgrid": True, "gridcolor": chosen.hairline, "gridwidth": 1},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": chosen.surface,
            "bordercolor": chosen.hairline,
            "font": {"color": chosen.ink, "family": FONT, "size": 13},
        },
        "dragmode": False,
    }


TEMPLATES = {dark: go.layout.Template(layout=chart_layout(dark)) for dark in (False, True)}
"""One Plotly template for each theme, by whether it is dark."""
