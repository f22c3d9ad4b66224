"""The battle map above a village: sub-regions coloured by an indicator, what the region's figures say, the table."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from components.battle_map.address import LEVEL_WORDS, MapChoice
from components.drawing import wording
from components.drawing.choropleth import Choropleth, choropleth, legend_markup
from components.drawing.maps import MapPart, region_layer
from components.drawing.markup import escape
from components.drawing.panels import heading
from components.drawing.ranking import Ranking, extremes, finding, rank
from components.drawing.theme import map_colours
from components.shell.asking import ask
from components.shell.header import write_address
from components.shell.map_view import link_name, outlines_url, show_map
from components.shell.page import show_markup
from components.shell.screen import WHOLE_IN_URL, Screen
from data.figures import read as figures
from data.figures.indicators import Indicator
from data.figures.standing import Standing
from data.months import last_day
from data.terms import LEVELS


@dataclass(frozen=True)
class RegionsShown:
    """The regions of one map: ``rows`` as of ``figures.children``, the ``ranking`` of them, and where the figure of the
    region above them stands."""

    indicator: Indicator
    standing: Standing
    rows: pd.DataFrame
    ranking: Ranking

    @property
    def empty(self) -> bool:
        """Whether no region has a value."""
        return bool(self.rows["value"].isna().all())


def shown_regions(screen: Screen, choice: MapChoice, *, other: bool = False) -> RegionsShown:
    """What the map shows, or with ``other`` what the map beside it shows."""
    indicator = choice.other if other and choice.other else choice.indicator
    month = choice.other_month if other and choice.other_month else screen.standing(indicator).month
    rows = ask(screen, figures.children, screen.region.code, month, indicator.id, level=choice.level)
    whole = ask(screen, figures.figures, screen.region.code, month, (indicator.id,))[indicator.id]
    return RegionsShown(indicator, whole.standing, rows, rank(indicator, rows, whole.value, screen.region.level))


def noun(choice: MapChoice, levels: Sequence[int]) -> str:
    """What the regions on the map are called."""
    return LEVELS[choice.level or levels[0]]


def show_region_maps(
    screen: Screen, choice: MapChoice, levels: Sequence[int], first: RegionsShown, second: RegionsShown | None
) -> None:
    """One map, or two beside each other that follow each other."""
    if second is None:
        _show_one(screen, choice, levels, first, _painted(screen, first), key="battle_map")
        return
    same = first.indicator is second.indicator
    pair = [
        (first, _painted(screen, first, second.rows["value"] if same else None), "battle_map"),
        (second, _painted(screen, second, first.rows["value"] if same else None), "battle_map_beside"),
    ]
    for column, (regions, drawn, key) in zip(st.columns(2, gap="medium"), pair, strict=True):
        with column:
            _show_one(screen, choice, levels, regions, drawn, key=key, link=link_name("battle_map"))


def _painted(screen: Screen, regions: RegionsShown, beside: pd.Series | None = None) -> Choropleth:
    ranking = regions.ranking
    return choropleth(
        regions.rows,
        indicator=regions.indicator,
        mean=ranking.mean,
        mean_name=ranking.mean_name,
        dark=screen.dark,
        beside=beside,
    )


def _show_one(
    screen: Screen,
    choice: MapChoice,
    levels: Sequence[int],
    regions: RegionsShown,
    drawn: Choropleth,
    *,
    key: str,
    link: str | None = None,
) -> None:
    below = noun(choice, levels)
    when = regions.standing.words
    said, what = finding(regions.ranking, below), f"{regions.indicator.label} · {when}"
    title, subtitle = (what, said) if link else (said, what)
    show_markup(heading(title, f"{subtitle} · {wording.class_unit(regions.indicator)}"))
    with st.container(key=f"{key}_box"):
        show_map(
            _outlines(screen, choice.level, last_day(regions.standing.month)),
            drawn.values,
            colours=map_colours(screen.dark),
            label=f"{screen.region.name}各{below}{regions.indicator.label}地图，{when}",
            key=key,
            height=560,
            on_pick=open_region,
            link=link,
            text_px=14,
        )
    show_markup(legend_markup(drawn.classes, noun=below))
    show_markup(f'<p class="calm">{escape(extremes(regions.ranking))}</p>')


def _outlines(screen: Screen, level: int | None, day: str) -> MapPart:
    """The outlines of a region's children on a day, or of all of one level below it under its children's stronger
    lines."""
    children = outlines_url(screen, "children", day)
    if level is None:
        return region_layer(children)
    return region_layer(outlines_url(screen, LEVEL_WORDS[level], day), outline_url=children)


def open_region(kind: str, code: str | int) -> None:
    """What a click on a region does: the address names it, and the shell looks it up."""
    if kind == "region":
        write_address(region=str(code) or WHOLE_IN_URL, household=None)
