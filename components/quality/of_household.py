"""A household's own hits, on its page: which rule, which field, the way to mend it."""

from components.quality.listed import hits_markup
from components.quality.waiving import show_asking
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.said import show_said
from components.shell.screen import Screen
from data.quality.listing import of_household
from data.rules.counting import AGREED


def show_household_hits(screen: Screen, household: int) -> None:
    """Draw the section."""
    found = ask_uncached(screen, of_household, household, screen.today)
    counted = sum(one.waiver is None or one.waiver[0] != AGREED for one in found)
    told = f"{counted} 条待整改" if counted else "没有"
    show_markup(f'<section class="part"><h2>数据问题<small>{told}</small></h2></section>')
    show_said("waiver")
    if not found:
        show_markup('<p class="calm">规则没有在这一户查出问题。</p>')
        return
    show_markup(hits_markup(screen, found, caption="本户数据问题", with_rule=True))
    show_asking(screen, [one for one in found if one.waiver is None], key="quality_waive_home")
