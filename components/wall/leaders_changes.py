"""变化: what moved most against the month before, and what became of the figures since a day that is set."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from components.drawing import wording
from components.drawing.markup import Markup
from components.drawing.wording import Change
from components.wall.canvas import Canvas
from components.wall.leaders_parts import (
    BAD,
    BAR_AIR,
    GREY,
    LINE,
    Block,
    Cell,
    aligned,
    comfortable,
    figure_and_rows,
    hero,
    nothing,
    tall_high,
    tall_rows,
    text_line,
    within_words,
)
from components.wall.scene import Place, Poster, Scene
from components.wall.words import MOST_WORDS, count_words
from data.figures.indicators import INDICATORS
from data.figures.movements import Moves, most_moved
from data.months import short_day
from data.regions import tree as regions
from data.regions.tree import status
from data.terms import LEVELS
from data.wall.shown import (
    Difference,
    Showing,
    compared_showing,
    moves_since_shown,
    since_shown,
)

WATCHED = (
    "monitored_households", "below_line_households", "net_income_per_capita", "net_income_growth", "visit_coverage",
    "problems_overdue", "tasks_overdue", "return_rate", "fund_unpaid", "problems_open", "unsafe_housing",
    "unsafe_water", "dropouts", "uninsured_persons",
)  # fmt: skip
"""The figures whose changes are told: those of the overview and what is to be zero; ``households`` only moves with the
others. Each is one of ``data.wall.shown.SHOWN``."""
LISTED = 6
KEEP = "在县级设置里按“留存现在展示的数字”，或填写“对比日期”；每晚自动留存。"


def posters(place: Place, canvas: Canvas) -> Sequence[Poster]:
    """Against the month before; then against the county's day."""
    connection, viewer, region = place.connection, place.viewer, place.region
    held = status(connection)
    name = regions.find(connection, viewer, region).name
    wide = comfortable(canvas, lines=16)
    moves = most_moved(connection, viewer, region, None, WATCHED, limit=1 + LISTED)
    told = [month_poster(name, moves, wide)]
    showing = compared_showing(connection, viewer)
    if held is None or showing is None:
        words = "还没有留存过可以对比的展示。"
        return [*told, Poster("与某一天相比", name, nothing(words, KEEP, canvas))]
    if region:
        found = since_shown(connection, viewer, region, showing, WATCHED)
        told.append(since_poster(name, found, showing, held.built, wide))
    below = moves_since_shown(connection, viewer, region, showing, WATCHED, limit=1 + LISTED)
    if len(below.rows) or not region:
        told.append(places_poster(name, below, showing, held.built, wide))
    return told


@dataclass(frozen=True)
class Move:
    """A figure that moved: of whom, which, how (``change``), and what it is now in words."""

    who: str
    what: str
    change: Change
    now: str

    @property
    def tone(self) -> str:
        return BAD if self.change.trend < 0 else ""


def _moves(rows: pd.DataFrame) -> list[Move]:
    listed = []
    for row in rows.itertuples():
        one = INDICATORS[row.indicator]
        change = wording.difference(one, one.told(row.value) - one.told(row.before))
        now = f"{wording.amount(one, row.before)} → {wording.amount(one, row.value)}"
        listed.append(Move(str(row.name), one.label, change, now))
    return listed


def month_poster(name: str, moves: Moves, canvas: Canvas) -> Poster:
    """What moved most against the month before."""
    told = _moves(moves.rows)
    if not told:
        why = "所列指标与上月相比都没有变化。" if moves.compared else "上月没有可比的数据，满一个月后自动比较。"
        said = "与上月相比没有变化" if moves.compared else "还不能与上月相比"
        return Poster(said, name, nothing(why, "当月未满的数不与上月比较。", canvas))
    title = f"{told[0].who}{told[0].what}变化最大"
    return Poster(title, f"{name} · 与上月相比 · 各按已满的月份", _told(told, canvas, title))


def since_poster(name: str, found: Sequence[Difference], showing: Showing, today: str, canvas: Canvas) -> Poster:
    """What became of the region's own figures; those that may not be compared are left out, and said to be."""
    told = []
    for one in found:
        indicator = INDICATORS[one.indicator]
        if one.change is None or indicator.same(one.change, 0):
            continue
        told.append((one, Move(name, indicator.label, wording.difference(indicator, one.change), _both(one))))
    subtitle = f"{name} · {_since(showing)}至{short_day(today)}"
    title = f"{_since(showing)}以来"
    left_out = sum(one.change is None for one in found)
    if not told:
        why = f"所列指标与{_since(showing)}展示的一样。" if left_out < len(found) else "没有可以相比的数。"
        return Poster(f"{title}没有变化", subtitle, nothing(why, "未满的月份只与同一个月比较。", canvas))
    order = sorted(told, key=lambda pair: (pair[1].change.trend, -_weight(pair[0])))
    worse = sum(move.change.trend < 0 for _, move in told)
    said = f"{title} {worse} 项变差" if worse else f"{title}没有变差的"
    return Poster(said, subtitle, _told([move for _, move in order], canvas, said, who=False))


def places_poster(name: str, moves: Moves, showing: Showing, today: str, canvas: Canvas) -> Poster:
    """What moved most below the region since then."""
    told = _moves(moves.rows)
    subtitle = f"{name} · {_since(showing)}至{short_day(today)}"
    if not told:
        why = f"下级各区划与{_since(showing)}展示的一样，或没有可以相比的数。"
        return Poster(f"{_since(showing)}以来没有变化", subtitle, nothing(why, KEEP, canvas))
    title = f"{_since(showing)}以来，{told[0].who}变化最大"
    return Poster(title, subtitle, _told(told, canvas, title))


def _since(showing: Showing) -> str:
    return f"{short_day(showing.day)}{showing.name or ''}"


def _both(one: Difference) -> str:
    indicator = INDICATORS[one.indicator]
    then = one.then.value if one.then is not None else None
    return f"{wording.amount(indicator, then)} → {wording.amount(indicator, one.now.value)}"


def _weight(one: Difference) -> float:
    """How much a figure moved, in parts of what it was."""
    then = abs(one.then.value or 0.0) if one.then is not None else 0.0
    return abs(one.change or 0.0) / then if then else float("inf")


def _told(moves: Sequence[Move], canvas: Canvas, title: str, *, who: bool = True) -> Markup:
    """The first large, the others in rows: whose, which figure, how it moved."""
    first = moves[0]
    number, _, unit = first.change.amount.partition(" ")
    label = f"{first.who} {first.what}" if who else first.what
    share = 0.42

    def side(canvas: Canvas, width: float) -> list[Block]:
        return [
            hero(f"{first.change.arrow}{number}", unit, canvas, width, label=label, tone=first.tone, most=2.0),
            text_line([first.now], width, canvas.text, tone=GREY, rank=1),
        ]

    words = MOST_WORDS - count_words(title, *(block.markup for block in side(canvas, canvas.width * share)))
    few = moves[1 : 1 + LISTED]
    few = few[: within_words([f"{move.who if who else ''} {move.what} {move.change.amount}" for move in few], words)]
    few = few[: int(canvas.height / (tall_high(canvas) if who else LINE * BAR_AIR * canvas.text))]
    rows = _tall if who else _short
    return figure_and_rows(
        side, lambda canvas, width, air: rows(few, canvas, width, air), canvas, share=share, gap=canvas.text * 1.5
    )


def _amount(move: Move) -> Cell:
    return Cell(f"{move.change.arrow} {move.change.amount}", move.tone, bold=True, end=True)


def _short(moves: Sequence[Move], canvas: Canvas, width: float, air: float) -> Block:
    """Figures of one region, a line each."""
    told = [[Cell(move.what), _amount(move)] for move in moves]
    return aligned(told, width, canvas.text, canvas.text, air=BAR_AIR * air)


def _tall(moves: Sequence[Move], canvas: Canvas, width: float, air: float) -> Block:
    """Figures of several regions in two lines, whose it is in the first."""
    size = canvas.text
    lines = [
        (
            aligned([[Cell(move.who, bold=True), _amount(move)]], width, size, size),
            text_line([move.what], width, canvas.small, tone=GREY),
        )
        for move in moves
    ]
    return tall_rows(lines, canvas, air=air)


SCENE = Scene("changes", "变化", frozenset(LEVELS) - {max(LEVELS)}, posters)
