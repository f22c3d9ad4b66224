"""有序退出: reviews of registered households, each 退出 or 继续帮扶 with its evidence."""

from components.drawing.groups import groups_markup
from components.drawing.tables import pager_markup
from components.monitoring.address import MonitoringChoice, monitoring_link
from components.monitoring.list_markup import exits_markup
from components.monitoring.listed import GRAVE
from components.monitoring.one_exit import show_proposing
from components.shell.asking import ask, ask_uncached
from components.shell.empty import nothing
from components.shell.logged import list_shown
from components.shell.page import show_markup
from components.shell.paging import paged
from components.shell.screen import Screen
from components.shell.site import MONITORING
from data.monitoring import listing
from data.monitoring.listing import EXIT_GROUPS, PAGE


def show_exits(screen: Screen, choice: MonitoringChoice) -> None:
    """Everything below the tabs."""
    counts = ask(screen, listing.exit_counts, screen.region.code, today=screen.today)
    show_markup(
        groups_markup(
            EXIT_GROUPS, counts, choice.group, lambda group: monitoring_link(screen, choice, group=group), grave=GRAVE
        )
    )
    show_proposing(screen)
    if not (total := counts[choice.group]):
        if counts["all"]:
            show_markup('<p class="calm">这一组没有评估。</p>')
        else:
            nothing("还没有退出评估", "原建档立卡户有序退出要逐户评估：退出，或继续帮扶，都要写依据。")
        return
    at = paged(choice.page, total, PAGE)
    list_shown(screen, "有序退出评估清单", count=total, filters=EXIT_GROUPS[choice.group])
    rows = ask_uncached(
        screen, listing.exits, screen.region.code, group=choice.group, today=screen.today, offset=at.offset
    )
    show_markup(
        exits_markup(
            rows,
            lambda one: screen.link(MONITORING, view="exits", exit=one.id),
            caption=f"{screen.region.name}有序退出评估",
        )
        + pager_markup(at.page, at.pages, f"共 {total:,} 户", lambda page: monitoring_link(screen, choice, page=page))
    )
