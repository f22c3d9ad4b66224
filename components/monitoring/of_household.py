"""What other pages say of 监测帮扶: that of a household its cases with the plan, a village's board how many."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from components.drawing.markup import escape, link
from components.monitoring.address import case_link, view_link
from components.monitoring.clue_address import ClueChoice, clues_link
from components.monitoring.list_markup import clock_markup, state_markup, until_markup
from components.shell.asking import ask, ask_uncached
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.access.roles import MONITORING, READ
from data.monitoring import clues, listing, plans
from data.monitoring.listing import CaseRow, Filters
from data.monitoring.plans import Item


def show_of_household(screen: Screen, household: int) -> None:
    """Draw it; nothing of a household that was never looked at, and for who may not know."""
    if not screen.viewer.may(READ, MONITORING):
        return
    rows = ask_uncached(screen, listing.of_household, household, screen.today)
    every = ClueChoice(clues.Filters("all", household=household))
    told = ask_uncached(
        screen, clues.counts, screen.viewer.region, filters=every.filters, today=screen.today
    )  # whatever became of them: of one without a case they are all that there is
    if rows or told["all"]:
        items = ask_uncached(screen, plans.items, rows[0].id, screen.today) if rows else ()
        known = link(clue_words(told), clues_link(screen, every), style="underlined") if told["all"] else ""
        show_markup(household_markup(rows, items, screen.today, lambda one: case_link(screen, one.id), clues=known))


def clue_words(counts: Mapping[str, int]) -> str:
    """How many clues of a household there are, and what became of them; ``counts`` as of ``clues.counts``."""
    parts = [
        f"{clues.GROUPS[state]} {counts[state]}" for state in ("waiting", "case", "joined", "none") if counts[state]
    ]
    return f"线索 {counts['all']} 条：{'、'.join(parts)}"


def household_markup(
    rows: Sequence[CaseRow], items: Sequence[Item], today: date, url: Callable[[CaseRow], str], *, clues: str = ""
) -> str:
    """Its cases, the latest first, with the ``items`` of the first one's plan; ``clues`` (markup): what was told."""
    cases = "".join(
        f"<li>{link(escape(one.code), url(one), style='underlined')}"
        f" {state_markup(one.state, one.state_word, green=bool(one.green))} {escape(one.kind or '')}"
        f"<small>自 {escape(one.began)}</small>{clock_markup(one.clock, one.late) if one.clock else ''}</li>"
        for one in rows
    )
    done, stands = sum(item.state == "done" for item in items), sum(item.state != "dropped" for item in items)
    plan = "".join(
        f"<li><b>{escape(item.what)}</b> {state_markup(item.state, item.state_word)}"
        f"<small>针对{escape(item.risk)} · {escape(item.who)}</small>"
        f"{until_markup(item.until, today, late=item.late)}</li>"
        for item in items
        if item.state != "dropped"
    )
    told = f"<h3>帮扶计划<small>已落实 {done} / {stands} 项</small></h3><ul>{plan}</ul>" if plan else ""
    count = f"<small>{len(rows)} 次</small>" if len(rows) > 1 else ""
    known = f"<p>{clues}</p>" if clues else ""
    return f'<section class="part of-cases"><h2>监测帮扶{count}</h2>{known}<ul>{cases}</ul>{told}</section>'


def village_markup(screen: Screen) -> str:
    """How many cases of the village stand where, each leading to its list; '' where there are none, and for who may
    not know."""
    if not screen.viewer.may(READ, MONITORING):
        return ""
    counts = ask(screen, listing.counts, screen.region.code, filters=Filters(), today=screen.today)
    told = {"opening": "核查审批", "watched": "帮扶", "removing": "消除程序", "late": "超期"}
    parts = [
        link(f"{word} <b{' class=alarm' if group == 'late' else ''}>{counts[group]}</b> 户",
             view_link(screen, "cases", group=group), style="plain")
        for group, word in told.items()
        if counts[group]
    ]  # fmt: skip
    return f"<p><em>监测帮扶</em>{' · '.join(parts)}</p>" if parts else ""
