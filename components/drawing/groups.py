"""The groups that a list can be cut into, with how many are in each."""

from collections.abc import Callable, Collection, Mapping

from components.drawing.markup import escape, link


def groups_markup(
    words: Mapping[str, str],
    counts: Mapping[str, int],
    chosen: str,
    url: Callable[[str], str],
    *,
    grave: Collection[str] = (),
) -> str:
    """A link for each group of ``words``; those that are ``grave`` ask for action when they are not empty."""
    cells = ""
    for group, word in words.items():
        style = ' class="alarm"' if group in grave and counts[group] else ""
        current = {"aria_current": "true"} if group == chosen else {}
        inner = f"<span>{escape(word)}</span><b{style}>{counts[group]:,}</b>"
        cells += link(inner, url(group), data_stay="1", **current)
    return f'<nav class="matter-groups" style="--groups: {len(words)}" aria-label="按情况看">{cells}</nav>'
