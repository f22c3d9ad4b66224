"""Which column of a layer holds the code, the name and the township: judged by what it holds, then by its heading.

The code is where the cells are codes of known regions, or lie under known ones, and most of them differ; of two that
differ as much the finer level. A code that many differently named features share is that of what they lie in.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np

from data.boundaries.encodings import Cells
from data.boundaries.headings import CODE, GENERIC, NAME, Heading, heading
from data.regions.codes import nearest_parent, needed_parent, region_code
from data.terms import LEVELS
from data.text.signs import seen

NONE = "-"
"""The option of the question about the code that says: by township and name."""

SKIP = "!"
"""The option that says: nothing of this layer."""

_LOOKED_AT = 2_000  # rows spread over the layer: enough to know a column by
_DIGITS = re.compile(r"[\d.eE+]+")
_LOOKS = {
    12: re.compile(r".+(村|社区|居委会|村委会|居民委员会|村民委员会|嘎查|农场|林场|渔场)"),
    9: re.compile(r".+(镇|乡|街道|街道办事处|苏木|地区)"),
    6: re.compile(r".+(县|区|市|旗)"),
}


@dataclass(frozen=True)
class Columns:
    """The headings that are taken, as they are written in the file; '' for none."""

    code: str = ""
    name: str = ""
    township: str = ""


@dataclass(frozen=True)
class Choice:
    """``options``: heading (or NONE, or SKIP) → words for the question about the code, likeliest first; ``proposed``:
    one of them, '' where somebody has to say."""

    columns: Columns
    options: Mapping[str, str]
    proposed: str
    doubts: tuple[str, ...]
    examples: tuple[str, ...]


def cell_text(value: object) -> str:
    """A cell as text; a number keeps its digits, fifteen of them where it is a float. A list is no text."""
    if value is None or isinstance(value, (list, dict, bytes, np.ndarray)) or value != value:
        return ""
    if isinstance(value, float):
        return f"{Decimal(f'{value:.15g}'):f}"
    text = unicodedata.normalize("NFKC", str(value))
    return " ".join(seen(text).split())


def chosen(columns: Mapping[str, Cells], regions: Mapping[str, str], answer: str = "") -> Choice:
    """The columns of code, name and township among heading → cells; ``answer`` is what was chosen for the code.

    ``regions``: code → name of the known regions.
    """
    studied = [_Column(name, cells) for name, cells in columns.items()]
    coded = _coded(studied, regions)
    best = coded[0] if coded else None
    towns = _townships(studied, regions)
    within = _melted(best, studied, regions) if best else None
    by_names = _by_names(within, _names(studied, None, 12, regions), towns)
    proposed = by_names if best is None or within else _of_code(best, studied, towns, regions)
    options = {one.written: one.words(regions) for one in coded}
    if by_names:
        options[NONE] = "不用代码，按乡镇和名称对"
    options |= {
        one.written: one.words(regions)
        for one in studied
        if one.texts and not one.is_text and one.written not in options
    }
    if options:
        options[SKIP] = "这一层不导入"
    default = (proposed.code or NONE) if proposed else "" if coded else SKIP if options else ""
    if default:
        options = {default: options[default]} | options
    taken = proposed or Columns()
    if answer == NONE and by_names:
        taken = by_names
    elif answer in options and answer not in (NONE, SKIP):
        given = next(one for one in studied if one.written == answer)
        taken = _of_code(given, studied, towns, regions)
    examples = next((one.examples for one in studied if one.written == taken.code), ())
    return Choice(taken, options, default, tuple(_doubts(taken, studied, coded, regions)), examples)


class _Column:
    """One column: what its heading says, and which texts and codes its cells hold (of the rows looked at)."""

    def __init__(self, written: str, cells: Cells) -> None:
        self.written = written
        self.cells = cells
        self.said: Heading = heading(written)
        step = max(1, len(cells) // _LOOKED_AT)
        self.rows = [cell_text(value) for value in cells[::step]]
        self.texts = Counter(text for text in self.rows if text)

    @cached_property
    def codes(self) -> Counter[str]:
        """Code → cells, where the column is one of codes at all; else empty."""
        found: Counter[str] = Counter()
        stated = self.said.kind == CODE
        for text, count in self.texts.items():
            code, full = region_code(text)
            if code and (stated or (full and len(text) >= 6 and _is_assigned(code))):
                found[code] += count
        enough = 0 if stated else 0.8 * self.texts.total()
        return found if found.total() > enough else Counter()

    @cached_property
    def level(self) -> int:
        """Digits of the codes most of its cells hold."""
        lengths: Counter[int] = Counter()
        for code, count in self.codes.items():
            lengths[len(code)] += count
        return lengths.most_common(1)[0][0] if lengths else 0

    @cached_property
    def is_text(self) -> bool:
        figures = sum(count for text, count in self.texts.items() if _DIGITS.fullmatch(text))
        return bool(self.texts) and figures < 0.5 * self.texts.total()

    @property
    def examples(self) -> tuple[str, ...]:
        return tuple(list(self.texts)[:3])

    def words(self, regions: Mapping[str, str]) -> str:
        """What is told of the column as an option."""
        if not self.codes:
            return f"{self.written}：{'、'.join(self.examples)}"
        known = sum(code in regions for code in self.codes)
        return (
            f"{self.written}：{LEVELS[self.level]}级代码 {len(self.codes)} 个，系统里有 {known} 个，"
            f"如 {'、'.join(self.examples)}"
        )


def _is_assigned(code: str) -> bool:
    """Whether a code begins with a province's (11 to 82, and 99 of demonstrations), and no village lacks a township."""
    return (11 <= int(code[:2]) <= 82 or code[:2] == "99") and not (len(code) == 12 and code[6:9] == "000")


def _placed(code: str, regions: Mapping[str, str]) -> bool:
    """Whether a code is known, or could be of what lies straight under a known region."""
    above = needed_parent(code) if len(code) > 6 else nearest_parent(code, regions)
    return code in regions or (_is_assigned(code) and above in regions)


def _coded(studied: Sequence[_Column], regions: Mapping[str, str]) -> list[_Column]:
    """The columns that hold codes, likeliest first."""
    coded = [one for one in studied if one.codes]
    placed = {one.written: sum(_placed(code, regions) for code in one.codes) for one in coded}
    if not any(placed.values()):  # a store of another county, or none: how many differ must do
        placed = {one.written: len(one.codes) for one in coded}
    known = {one.written: sum(code in regions for code in one.codes) for one in coded}
    return sorted(
        coded,
        key=lambda one: (-placed[one.written], -one.level, _strangeness(one), -known[one.written]),
    )


def _strangeness(column: _Column) -> tuple[int, bool]:
    """How little a heading speaks for its column being the code of its cells' level."""
    said = column.said
    if said.level == column.level:
        return (0 if said.kind == CODE else 2), said.stem == "qsdw"  # 坐落 says where it lies, 权属 whose it is
    if said.level == GENERIC:
        return (1 if said.kind == CODE else 3), False
    return (4 if said.level is None else 5), False


def _names(studied: Sequence[_Column], code: _Column | None, level: int, regions: Mapping[str, str]) -> list[_Column]:
    """The columns that may hold names of regions of that level, likeliest first; those that go with a code, if any."""
    ranks = {}
    for one in studied:
        if not one.is_text or one is code:
            continue
        rank, agrees = _name_rank(one, code, level), _agrees(one, code, regions)
        if agrees >= 0.5:
            rank = 0 if rank == 2 else 1
        if rank < 9:
            ranks[one.written] = (rank, -agrees, -len(one.texts))
    return sorted((one for one in studied if one.written in ranks), key=lambda one: ranks[one.written])


def _name_rank(column: _Column, code: _Column | None, level: int) -> int:
    """From 2, the partner of the code's heading, to 9: nothing speaks for it."""
    said = column.said
    looks = _LOOKS.get(level)
    alike = looks and 2 * sum(n for text, n in column.texts.items() if looks.fullmatch(text)) >= column.texts.total()
    if code and said.kind == NAME and said.stem == code.said.stem:
        return 2
    if said.level == level:
        return 3 if said.kind == NAME else 4
    if said.level == GENERIC and said.kind != CODE:
        return 5 if said.kind == NAME else 6
    return 7 if alike and said.level is None else 9


def _agrees(column: _Column, code: _Column | None, regions: Mapping[str, str]) -> float:
    """Which share of the rows with a known code bears the name the store has for it."""
    if code is None or not code.codes:
        return 0.0
    seen_rows = same = 0
    for text, cell in zip(code.rows, column.rows, strict=True):
        known = regions.get(region_code(text)[0], "")
        if known and cell:
            seen_rows += 1
            same += cell.startswith(known[:2]) and (known.startswith(cell) or cell.startswith(known))
    return same / seen_rows if seen_rows else 0.0


def _townships(studied: Sequence[_Column], regions: Mapping[str, str]) -> list[_Column]:
    """The columns that say the township, by name or code, likeliest first."""
    known = {code for code in regions if len(code) == 9}
    known |= {regions[code] for code in known} | {regions[code].removesuffix("办事处") for code in known}
    ranks = {}
    for one in studied:
        share = sum(n for text, n in one.texts.items() if (region_code(text)[0] or text) in known)
        held = bool(one.texts) and share >= 0.5 * one.texts.total()
        if (held or one.said.level == 9) and one.texts:
            ranks[one.written] = (not held, not one.is_text, one.said.level != 9, one.said.kind != NAME)
    return sorted((one for one in studied if one.written in ranks), key=lambda one: ranks[one.written])


def _melted(code: _Column, studied: Sequence[_Column], regions: Mapping[str, str]) -> _Column | None:
    """The column itself where features of one of its codes are called differently: it tells what they lie in."""
    finer = [level for level in (9, 12) if level > code.level]
    called = max((len(one.texts) for level in finer for one in _names(studied, code, level, regions)), default=0)
    few = 1.5 * len(code.codes)
    return code if called > few and code.codes.total() > few else None


def _by_names(parent: _Column | None, names: Sequence[_Column], towns: Sequence[_Column]) -> Columns | None:
    """Joining by township and name, where a column of each is there; ``parent`` is a code of what all lie in."""
    towns = [*towns, *([parent] if parent and parent.level == 9 and parent not in towns else [])]
    for name in names:
        for town in towns:
            if town is not name and town.said.stem != name.said.stem:
                return Columns("", name.written, town.written)
    return None


def _of_code(
    code: _Column, studied: Sequence[_Column], towns: Sequence[_Column], regions: Mapping[str, str]
) -> Columns:
    names = _names(studied, code, code.level or 12, regions)
    name = names[0].written if names else ""
    above = () if 0 < code.level < 12 else towns
    town = next((one.written for one in above if one is not code and one.written != name), "")
    return Columns(code.written, name, town)


def _doubts(
    taken: Columns, studied: Sequence[_Column], coded: Sequence[_Column], regions: Mapping[str, str]
) -> list[str]:
    """What is to be said of the choice: other columns of codes, and codes that many features share."""
    said = []
    code = next((one for one in studied if one.written == taken.code), None)
    others = [one for one in coded if one.written not in (taken.code, taken.township)]
    others = [one for one in others if code and (one.level >= code.level or one.said.level == GENERIC)]
    if code and others:
        listed = "、".join(f"“{one.written}”（{len(one.codes)} 个不同代码）" for one in others[:3])
        said.append(f"代码取自“{code.written}”列（{len(code.codes)} 个不同代码），没有取{listed}")
    if code is None and taken.name:
        said.append(f"没有用代码列，按乡镇（“{taken.township}”列）和名称（“{taken.name}”列）对")
    if code is not None:
        counted = Counter(region_code(cell_text(value))[0] for value in code.cells)
        shared = [(one, n) for one, n in counted.most_common() if n > 1 and 0 < len(one) < 12]
        if shared:
            listed = "、".join(f"{one} {regions.get(one, '')}".strip() + f" {n} 个图形" for one, n in shared[:3])
            said.append(f"{len(shared)} 个村以上的代码各有多个图形（{listed}），同一代码的图形合为一个区划")
    return said
