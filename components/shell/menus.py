"""The pages in their groups: on a desk a line of menus, on a phone one sheet. static/menus.js opens and closes them."""

from collections.abc import Mapping, Sequence

from components.drawing.markup import escape, link
from components.shell.site import GROUPS, SitePage

MENU_BUTTON = '<button type="button" class="menu-button" aria-expanded="false">菜单</button>'
"""What opens all of them on a phone, with the choices of region and month."""


def menus(pages: Sequence[SitePage], current: str, urls: Mapping[str, str], waiting: Mapping[str, int]) -> str:
    """The groups of these pages; ``urls`` and what waits go by the page's path, ``current`` is the path of this one.

    A group without a page is not there.
    """
    grouped = {group: [page for page in pages if page.group == group] for group in GROUPS}
    told = "".join(_group(group, held, current, urls, waiting) for group, held in grouped.items() if held)
    return f'<nav class="menus" aria-label="主导航">{told}</nav>'


def _group(
    group: str, pages: Sequence[SitePage], current: str, urls: Mapping[str, str], waiting: Mapping[str, int]
) -> str:
    here = next((f"<b>{escape(page.title)}</b>" for page in pages if page.path == current), "")
    links = "".join(
        link(
            f"{escape(page.title)}{_count(waiting.get(page.path, 0))}",
            urls[page.path],
            **({"aria_current": "page"} if page.path == current else {}),
        )
        for page in pages
    )
    total = _count(sum(waiting.get(page.path, 0) for page in pages))
    return (
        f'<div class="group"><button type="button" aria-expanded="false" aria-label="{escape(GROUPS[group])}">'
        f'{escape(group)}{here}{total}</button><div class="menu" role="group" aria-label="{escape(GROUPS[group])}" '
        f'data-group="{escape(group)}">{links}</div></div>'
    )


def _count(waiting: int) -> str:
    """How much waits; nothing where nothing does."""
    return f'<span class="badge">{waiting if waiting < 1000 else "999+"}</span>' if waiting else ""
