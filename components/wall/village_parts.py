"""What the posters of a village share: what is asked of it, who is named how, rows of a list that are never cut."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from components.drawing import svg_points as points
from components.drawing.markup import Markup, escape
from components.drawing.qr import qr_svg
from components.drawing.theme import state_marks
from components.drawing.wording import NO_VALUE
from components.wall.canvas import Canvas
from components.wall.scene import Place, Poster
from components.wall.words import MOST_FIGURES, MOST_ROWS, MOST_WORDS, count_words, cut, ems
from data.codes.tokens import region_url
from data.months import short_day
from data.regions import tree as regions
from data.settings import value_of
from data.terms import HOUSEHOLD_STATES
from data.wall.village import VillageRoom, village_room

_NUMBER = re.compile(r"[0-9][0-9,.]*")
_TAGS, _DAYS = re.compile(r'<b class="v-badge.*?</b>|<[^>]*>'), re.compile(r"\d+月|\d+日")
VILLAGE = frozenset({12})
ROW = 1.6  # a row of a list at least, in sizes of its type
SCAN = "手机扫码看本村"
_QR = 7.0  # sizes of text that a code has at least, else it is left out: it is read from a step away
_LINE = 1.45  # a line of the largest figure, in its size
_GAP = 0.5  # between columns, in sizes of type
ROOM, NAME, UNIT = "本村", 8.0, 11.0
"""What a matter of no household is about; characters that a name and a unit may take at most."""
URGENT = tuple(state.name for state in HOUSEHOLD_STATES if state.watched or state.name == "未脱贫户")


def asked(place: Place) -> VillageRoom:
    """The war room in the newest month. Whoever draws a village's posters has data: the frame says so otherwise."""
    return place.once(_room)


def _room(place: Place) -> VillageRoom:
    held = regions.status(place.connection)
    assert held is not None
    return village_room(place.connection, place.viewer, place.region, held.last_month, today=place.now.date())


def subtitle(place: Place, room: VillageRoom, *parts: str) -> str:
    """The village with its township, what else is to be said, the day that all stands at."""
    above = regions.ancestors(place.connection, place.viewer, place.region)
    named = "".join(one.name for one in above[-2:] if one.level >= 9)
    return " · ".join([named, *(part for part in parts if part), f"截至{short_day(room.as_of)}"])


def fitted(words: str | None, room: float) -> str:
    """As many of the characters as find room (in sizes of type), with … for the others."""
    return cut(words or NO_VALUE, room, 1) or "…"


def broad(values: Iterable[str | None], most: float) -> float:
    """How wide a column of these words is, in sizes of type."""
    return min(max((ems(value or NO_VALUE) for value in values), default=2.0), most) + 0.1


@dataclass(frozen=True)
class Cell:
    """A column of a list: ``width`` in characters; ``style`` its class; those of a high ``rank`` go first where the
    list is too wide (0: never); one that may ``grow`` takes what is left."""

    width: float
    style: str = ""
    rank: int = 0
    grow: bool = False


@dataclass(frozen=True)
class Plan:
    """How a list is set: which of its columns stand, how many rows, type and row in pixels."""

    cells: tuple[Cell | None, ...]
    rows: int
    size: float
    row: float

    @property
    def width(self) -> float:
        return self.size * _broad([cell for cell in self.cells if cell])


def planned(cells: Sequence[Cell], canvas: Canvas, width: float, height: float, *, rows: int = MOST_ROWS) -> Plan:
    """As large as so many rows can stand in so many pixels, up to half again as large as text; where it is tight, with
    fewer columns and fewer rows, never in smaller type."""
    kept: list[Cell | None] = list(cells)
    while _broad([cell for cell in kept if cell]) * canvas.text > width and any(cell and cell.rank for cell in kept):
        most = max(cell.rank for cell in kept if cell)
        kept = [None if cell and cell.rank == most else cell for cell in kept]
    fit = max(1, min(rows, int(height / (ROW * canvas.text))))
    broad = _broad([cell for cell in kept if cell])
    size = max(canvas.text, min(1.5 * canvas.text, width / broad, height / fit / ROW))
    return Plan(tuple(kept), fit, size, min(height / fit, 2.4 * size))


def _broad(cells: Sequence[Cell]) -> float:
    return sum(cell.width for cell in cells) + _GAP * max(len(cells) - 1, 0)


def spare(rows: Sequence[Sequence[object]], plan: Plan, said: str) -> Sequence[Sequence[object]]:
    """As many of the first rows as find room, and leave the poster, with what it ``said`` beside them, no more than
    MOST_WORDS and MOST_FIGURES."""
    words, figures = count_words(said), len(_NUMBER.findall(said))
    for place, row in enumerate(rows[: plan.rows]):
        text = _TAGS.sub(" ", _DAYS.sub(" ", "".join(_line(row, plan))))
        words, figures = words + count_words(text), figures + len(_NUMBER.findall(text))
        if words > MOST_WORDS or figures > MOST_FIGURES:
            return rows[:place]
    return rows[: plan.rows]


def listed(rows: Sequence[Sequence[object]], plan: Plan) -> Markup:
    """Rows of a list; a text is cut to its column by :func:`fitted`, Markup stands."""
    widths = " ".join("1fr" if cell.grow else f"{cell.width * plan.size:.0f}px" for cell in plan.cells if cell)
    told = "".join(f"<li>{''.join(_line(row, plan))}</li>" for row in rows)
    style = f"--columns:{widths};--row:{plan.row:.1f}px;--between:{_GAP * plan.size:.0f}px;font-size:{plan.size:.1f}px"
    return Markup(f'<ol class="v-rows" style="{style}">{told}</ol>')


def _line(row: Sequence[object], plan: Plan) -> Iterator[str]:
    return (_cell(value, cell) for value, cell in zip(row, plan.cells, strict=True) if cell)


def _cell(value: object, cell: Cell) -> str:
    told = value if isinstance(value, Markup) else fitted(None if value is None else str(value), cell.width)
    return f'<span class="{cell.style}">{escape(told)}</span>'


def badge(number: float, state: str | None, canvas: Canvas) -> Markup:
    """A household's number on the walk in a ring of its state's colour, as it stands on the map."""
    if number != number:
        return Markup("")
    colour = state_marks(canvas.dark)[state][1] if state else "var(--second-ink)"
    return Markup(f'<b class="v-badge" style="border-color:{colour}">{number:.0f}</b>')


def mark(state: str, canvas: Canvas) -> Markup:
    """The mark of a state in its colour, as it stands on the map."""
    sign, colour = state_marks(canvas.dark)[state]
    drawn = points.mark(sign, colour, 5, 5, 3.6, "none")
    return Markup(f'<svg class="v-mark" viewBox="0 0 10 10" aria-label="{escape(state)}">{drawn}</svg>')


def left(days: int) -> Markup:
    """Days that are left, those that it is overdue in red."""
    if days < 0:
        return Markup(f'<b class="v-late">超 {-days:,} 天</b>')
    return Markup("今天到期" if days == 0 else f"还有 {days:,} 天")


def share(part: float, whole: float, colour: str = "var(--second-ink)") -> Markup:
    """A bar as long as a part of the whole."""
    wide = f"width:{100 * part / max(whole, 1):.0f}%;background:{colour}"
    return Markup(f'<i class="v-bar"><i style="{wide}"></i></i>')


@dataclass(frozen=True)
class Hero:
    """The one thing that is largest on a poster: a few words, a figure, what it counts."""

    figure: int
    unit: str
    words: str
    late: bool = False

    @property
    def said(self) -> str:
        return f"{self.words} {self.figure:,} {self.unit}"


def beside(hero: Hero, canvas: Canvas) -> tuple[float, float, float, float]:
    """The pixels of the hero (width, height) and of what stands beside it, or on an upright picture below."""
    gap = canvas.text
    if canvas.width >= canvas.height:
        width = max(canvas.width * 0.3, 8 * canvas.text)
        return width, canvas.height, canvas.width - width - gap, canvas.height
    height = max(canvas.height * 0.24, 3 * canvas.figure)
    return canvas.width, height, canvas.width, canvas.height - height - gap


def with_hero(hero: Hero, canvas: Canvas, content: Markup, more: str = "") -> Markup:
    """The body of a poster: the hero, with ``more`` below it where that is handed in, and its list."""
    width, height, *_ = beside(hero, canvas)
    number, unit = f"{hero.figure:,}", max(canvas.text, canvas.figure * 0.6)
    room = height - 2.5 * unit - (height * 0.4 if more else 0)
    size = max(canvas.figure, min(room / _LINE, (width - ems(hero.unit) * unit - unit) / max(ems(number), 1.3)))
    above = max(canvas.small, min(unit, 0.99 * width / ems(hero.words)))
    upright = " v-below" if canvas.width < canvas.height else ""
    late = " v-late" if hero.late else ""
    return Markup(
        f'<div class="v-hero{upright}"><div class="v-one" style="width:{width:.0f}px;height:{height:.0f}px">'
        f'<p style="font-size:{above:.0f}px">{escape(fitted(hero.words, width / above))}</p>'
        f'<p class="v-big{late}" style="font-size:{size:.0f}px">{number}<small style="font-size:{unit:.0f}px">'
        f"{escape(hero.unit)}</small></p>"
        f"{more}</div>{content}</div>"
    )


def list_poster(
    place: Place,
    room: VillageRoom,
    canvas: Canvas,
    *,
    title: str,
    hero: Hero,
    cells: Sequence[Cell],
    rows: Sequence[Sequence[object]],
    told: Sequence[str] = (),
    unit: str,
    most: int = MOST_ROWS,
    code: str = "",
) -> Poster:
    """A figure and beside it a list: at most so many rows, and how many of them, in their ``unit``, found no room.
    ``told`` stands beside the village's name, the ``code`` below the figure."""
    _, _, width, height = beside(hero, canvas)
    plan = planned(cells, canvas, width, height, rows=min(most, max(1, len(rows))))
    shown = spare(rows, plan, f"{title} {hero.said} {SCAN if code else ''}")
    left_out = len(rows) - len(shown)
    about = subtitle(place, room, *told, f"另有 {left_out} {unit}未列" * bool(left_out))
    return Poster(title, about, with_hero(hero, canvas, listed(shown, plan), code))


def code_of(place: Place, room: float, canvas: Canvas) -> Markup:
    """A code of so many pixels that opens the village on a phone; '' where it would be too small or the county has not
    said under which address it is reached."""
    base = value_of(place.connection, "base_url")
    side = min(room, 12 * canvas.text)
    if not base or side < _QR * canvas.text:
        return Markup("")
    svg = qr_svg(region_url(base, place.region))
    sized = svg.replace("<svg ", f'<svg width="{side:.0f}" height="{side:.0f}" ', 1)
    return Markup(f'<div class="v-qr">{sized}<span>{SCAN}</span></div>')
