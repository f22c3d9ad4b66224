"""Who answers, wherever a region is shown: its leaders with telephones, the first of each, posts without anybody."""

from collections.abc import Iterable, Sequence

from components.drawing.markup import escape, link, phone_link
from components.shell.asking import ask
from components.shell.screen import Screen
from components.shell.site import DUTY
from data.access.roles import DUTIES, READ
from data.duties.leaders import VACANT, Leader, Vacancy, answering, leaders, vacancies

MOST = 4


def day_of(screen: Screen) -> str:
    """The day that leaders are told for: of a month looked back at its last, else the one that figures stand at."""
    return screen.day or screen.status.built


def name_link(screen: Screen, one: Leader) -> str:
    """A leader's name, which opens his page."""
    if one.person is None:
        return escape(one.name)
    return link(escape(one.name), screen.link(DUTY, person=one.person), style="underlined")


def leaders_panel(screen: Screen) -> str:
    """Who leads the screen's region, the first to answer first; nothing for who may not know."""
    if not screen.viewer.may(READ, DUTIES):
        return ""
    held = ask(screen, leaders, screen.region.code, day_of(screen))
    missing = [
        one.post
        for one in ask(screen, vacancies, screen.region.code, day_of(screen))
        if one.region == screen.region.code
    ]
    return leaders_markup(screen, held, missing)


def leaders_markup(screen: Screen, held: Sequence[Leader], missing: Iterable[str]) -> str:
    """Post, name and number of each, then the posts that are ``missing``; VACANT where there is nobody at all."""
    gaps = [f'<li><em>{escape(post)}</em><b class="alarm">{VACANT}</b></li>' for post in missing]
    if not held and not gaps:
        gaps = [f'<li><em>负责人</em><b class="alarm">{VACANT}</b></li>']
    rows = [
        f"<li><em>{escape(one.post)}</em><b>{name_link(screen, one)}</b>{phone_link(one.phone)}</li>"
        for one in held[:MOST]
    ]
    rest = len(held) - MOST
    more = [f"<li>{link(f'另有 {rest} 人', screen.link(DUTY), style='underlined')}</li>"] if rest > 0 else []
    return f'<ul class="leaders" aria-label="区划负责人">{"".join([*gaps, *rows, *more])}</ul>'


def first_of(screen: Screen, codes: Sequence[str]) -> dict[str, Leader | None]:
    """Who answers first for each of some regions; nothing for who may not know."""
    if not codes or not screen.viewer.may(READ, DUTIES):
        return {}
    return ask(screen, answering, tuple(codes), day_of(screen))


def told_first(answers: dict[str, Leader | None]) -> dict[str, str]:
    """The same in a word each: the name, or VACANT."""
    return {code: one.name if one else VACANT for code, one in answers.items()}


def vacant_panel(screen: Screen) -> str:
    """Posts of the region and below it that must be filled and are vacant, the longest first; nothing where none is."""
    if not screen.viewer.may(READ, DUTIES):
        return ""
    return vacant_markup(screen, ask(screen, vacancies, screen.region.code, day_of(screen)))


def vacant_markup(screen: Screen, found: Sequence[Vacancy]) -> str:
    """The one that is vacant the longest, in a line as of what is overdue; of several how many, and the way to all."""
    if not found:
        return ""
    first, days = found[0], found[0].days(day_of(screen))
    more = f" 等 {len(found)} 个岗位" if len(found) > 1 else ""
    inner = (
        f'<span class="days">{"未登记" if days is None else f"空缺 {days} 天"}</span>'
        f'<span class="what">{escape(first.told + more)}</span><span class="where">{escape(first.place)}</span>'
    )
    url = screen.link(DUTY) if more else screen.link(DUTY, region=first.region)
    return f'<ul class="overdue vacant"><li>{link(inner, url)}</li></ul>'
