"""The strip of what is overdue, in every scene: the longest, then how much there is of each kind."""

from components.wall.scene import Place
from data.wall.overdue import KINDS, POST, Overdue, overdue

CALM = "没有超期的问题、任务、资金、帮扶措施和走访"


def overdue_strip(place: Place) -> list[str]:
    """What is overdue in a place, as short phrases."""
    return strip_phrases(overdue(place.connection, place.viewer, place.region, limit=1))


def strip_phrases(found: Overdue) -> list[str]:
    """Phrases of a line, which may be left out from the last: 超期问题 10 个 … 最久：云山村 问题，超 1,581 天."""
    counted = [f"超期{kind} {number:,} {KINDS[kind]}" for kind, number in found.counts.items() if number]
    counted += [f"空缺{POST} {found.vacant:,} 个"] * bool(found.vacant)
    if not counted:
        return [CALM]
    longest = [
        f"最久：{row.place} {row.kind}，{'空缺' if row.kind == POST else '超'} {row.days:,} 天"
        for row in found.rows.head(1).itertuples()
    ]
    return [*counted, *longest]
