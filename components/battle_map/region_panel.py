"""What stands beside the battle map above a village: the region's figures, its best and worst, what is overdue."""

from functools import partial

import pandas as pd

from components.battle_map.address import MapChoice, map_link
from components.battle_map.regions import RegionsShown
from components.battle_map.village import counted_markup
from components.drawing import wording
from components.drawing.markup import escape, link
from components.drawing.panels import heading, overdue_markup
from components.drawing.ranking import Ranking, closed, ranking_markup
from components.shell.asking import ask
from components.shell.leading_on import overdue_url
from components.shell.page import show_markup
from components.shell.responsible import first_of, leaders_panel, told_first, vacant_panel
from components.shell.screen import Screen
from components.shell.site import FIGURE
from data.duties import overdue
from data.figures import read as figures

COUNTED = (
    "households", "monitored_households", "below_line_households", "net_income_per_capita", "visit_coverage",
    "problems_overdue", "tasks_overdue", "fund_unpaid",
)  # fmt: skip
SHOWN = 5


def show_region_panel(screen: Screen, choice: MapChoice, regions: RegionsShown, noun: str) -> None:
    """The panel; ``noun`` is what a region of the map is called."""
    indicator = choice.indicator
    show_markup(_chosen(screen, regions) + leaders_panel(screen))
    ids = tuple(id for id in COUNTED if id != indicator.id)
    show_markup(counted_markup(screen, ask(screen, figures.figures, screen.region.code, screen.asked, ids)))
    if not regions.empty:
        _show_ends(screen, choice, regions, noun)
    rows = ask(screen, overdue.most_overdue, screen.region.code, screen.month, limit=SHOWN)
    more = link("全部", screen.link(FIGURE, indicator="problems_overdue"), style="turn")
    drawn = overdue_markup(rows, partial(overdue_url, screen))
    show_markup(heading("超期事项", more=more) + vacant_panel(screen) + drawn)


def _chosen(screen: Screen, regions: RegionsShown) -> str:
    """The chosen indicator of the region itself, large, with its change."""
    indicator = regions.indicator
    standing = screen.standing(indicator)
    months = (standing.month, standing.month - 1, standing.month - 12)
    now, last, year = (
        ask(screen, figures.figures, screen.region.code, month, (indicator.id,))[indicator.id].value for month in months
    )
    shown = wording.amount(indicator, now)
    steps = [
        f"{span} {step.arrow} {step.amount}" if (step := wording.change(indicator, now, before)) else f"{span} —"
        for span, before in (("较上月", last), ("较上年同月", year))
    ]
    steps = steps if standing.closed else [standing.open_words]
    inner = (
        f"<span>{escape(screen.region.name)} · {escape(indicator.label)}</span>"
        f"<b>{escape(shown.number)}<small>{escape(shown.unit)}</small></b><em>{escape('　'.join(steps))}</em>"
    )
    return link(inner, screen.link(FIGURE, indicator=indicator.id), style="chosen-figure", title="查看口径和名单")


def _show_ends(screen: Screen, choice: MapChoice, regions: RegionsShown, noun: str) -> None:
    """The first and the last of the ranking; all of them where they are few."""
    ranking, indicator = regions.ranking, regions.indicator
    names = ("最差", "最好") if indicator.direction else ("最多", "最少")
    rows = closed(ranking)

    def url(code: str) -> str:
        return map_link(screen, choice, region=code)

    few = len(ranking.rows) <= 2 * SHOWN + 2 or rows.empty
    ends = ranking.rows if few else pd.concat([rows.head(SHOWN), rows.tail(SHOWN)])
    answers = told_first(first_of(screen, ends["code"].tolist()))
    if few:
        show_markup(heading(f"各{noun}{indicator.label}") + ranking_markup(ranking, url, answers=answers))
        return
    for name, part in ((names[0], rows.head(SHOWN)), (names[1], rows.tail(SHOWN).iloc[::-1])):
        end = Ranking(indicator, part.reset_index(drop=True), ranking.mean, ranking.mean_name)
        show_markup(heading(f"{indicator.label}{name}的{noun}") + ranking_markup(end, url, answers=answers))
