"""收入趋势 put together: which view, and what each begins with."""

from collections.abc import Mapping

from components.drawing.markup import escape, link
from components.income.address import VIEWS, TrendChoice, read_trends, trends_link
from components.income.course import show_course
from components.income.sinking import show_sinking
from components.income.spread import show_spread
from components.income.way import show_way
from components.shell.asking import ask
from components.shell.errors import show_problems
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.regions import tree as regions


def show_trends(screen: Screen, parameters: Mapping[str, str]) -> None:
    """The page for an address."""
    children = [] if screen.region.is_village else ask(screen, regions.children, screen.region.code, screen.day)
    choice, problems = read_trends(parameters, children=children, where=screen.region.name)
    show_problems(problems)
    show_markup(_views(screen, choice))
    if choice.view == "spread":
        show_spread(screen, choice, children)
    elif choice.view == "sinking":
        show_sinking(screen, choice, children)
    elif choice.view == "way":
        show_way(screen)
    else:
        show_course(screen, choice, children)


def _views(screen: Screen, choice: TrendChoice) -> str:
    chips = "".join(
        link(
            escape(words),
            trends_link(screen, choice, view=view),
            style="chip",
            **({"aria_current": "page"} if view == choice.view else {}),
        )
        for view, words in VIEWS.items()
    )
    only = ""
    if screen.viewer.sees_own_only:
        told = {
            "course": "走势、地图和对比是全区划的数，不含姓名；名单只列本人结对的户。",
            "spread": "分布、试算和名单只含本人结对的户；逐月户数是全区划的数。",
            "sinking": "下降户只列本人结对的户；区划的预测和回测是全区划的数。",
            "way": "脱贫历程是全区划的数，不含姓名。",
        }
        only = f'<span class="calm">{told[choice.view]}</span>'
    return f'<nav class="chips trend-views" aria-label="收入趋势的内容">{chips}{only}</nav>'
