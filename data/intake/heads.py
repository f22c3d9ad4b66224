"""Where the headings of a table stand, and what they say: under a title, over two rows, with units, by months."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data.intake.layouts import Amount
from data.intake.read import as_heading
from data.intake.words import (
    Meaning,
    is_unit,
    meant,
    money_unit,
    period_in,
    subject_in,
    subject_within,
    years_in,
)  # fmt: skip
from data.workbook.sheets import LEDGER, OWN_COLUMNS, ColumnSpec, SheetSpec

TOP = 15  # rows among which headings are looked for
_COLUMNS = 400  # so many columns of the headings are looked at
_OURS = (*OWN_COLUMNS, "原行号", "序号", "编号")
_UNIT = re.compile(r"单位[:：]\s*(?:人民币)?(百元|千元|万元|亿元)")
_MONTH = re.compile(r"(20\d{2})年(\d{1,2})月")


@dataclass(frozen=True)
class Head:
    """The headings of a table: ``above`` rows stand above them, they take ``depth``. ``seen`` as the user sees them,
    ``parts`` what is known of them by place, ``amounts`` columns that each hold the amounts of a period or 科目.
    ``title``: what stands above, with the table's own title."""

    spec: SheetSpec
    above: int
    depth: int
    seen: tuple[str, ...]
    parts: dict[int, Meaning]
    amounts: tuple[Amount, ...]
    title: str

    @property
    def below(self) -> int:
        """Rows above the first data row."""
        return self.above + self.depth

    @property
    def known(self) -> set[str]:
        """Our headings that it has, or says for all rows."""
        found = {meaning.column.heading for meaning in self.parts.values()}
        if self.amounts:
            found |= {"金额"}
            found |= {"科目"} if all(one.subject for one in self.amounts) or self.subject else set()
            found |= {"月份"} if all(one.period for one in self.amounts) or self.period else set()
        return found

    @property
    def missing(self) -> list[ColumnSpec]:
        """Required columns that it has not."""
        known = self.known
        return [column for column in self.spec.columns if column.required and column.heading not in known]

    @property
    def unknown(self) -> list[int]:
        """Places of headings that say nothing to us."""
        taken = {*self.parts, *(one.place for one in self.amounts)}
        return [at for at, text in enumerate(self.seen) if text and at not in taken and as_heading(text) not in _OURS]

    @property
    def subject(self) -> str:
        """The 科目 of the title."""
        return subject_within(self.title)

    @property
    def period(self) -> str:
        """The month of the title, or its only year."""
        months = {f"{year}-{int(month):02d}" for year, month in _MONTH.findall(self.title)}
        if len(months) == 1:
            return months.pop()
        return f"{self.year}年度" if self.year and not months else ""

    @property
    def year(self) -> str:
        """The only year of the title."""
        found = years_in(self.title)
        return found.pop() if len(found) == 1 else ""

    @property
    def unit(self) -> str:
        """The unit that stands above the table for all its amounts."""
        found = set(_UNIT.findall(self.title))
        return found.pop() if len(found) == 1 else ""

    @property
    def score(self) -> tuple[bool, int, int, int]:
        """The better the more it makes sense."""
        matched = len(self.parts) + 2 * bool(self.amounts)
        return not self.missing, matched, -self.depth, -self.above


def best_head(rows: Sequence[Sequence[str]], spec: SheetSpec, title: str) -> Head | None:
    """The headings that make the most sense for a sheet; None where nothing is known of any row."""
    found = [head for head in _heads(rows, spec, title) if head.parts]
    return max(found, key=lambda head: head.score, default=None)


def plain_head(rows: Sequence[Sequence[str]], spec: SheetSpec, title: str) -> Head | None:
    """The first row that holds anything, as headings."""
    return next((_head(rows, at, 1, spec, title) for at, row in enumerate(rows) if any(map(str.strip, row))), None)


def _heads(rows: Sequence[Sequence[str]], spec: SheetSpec, title: str) -> Iterator[Head]:
    for at, row in enumerate(rows[:-1] if len(rows) == TOP else rows):
        if not any(map(str.strip, row)):
            continue
        one = _head(rows, at, 1, spec, title)
        units = at + 1 < len(rows) and _units(rows[at + 1])
        if not units:
            yield one
        if at + 1 < len(rows):
            two = _head(rows, at, 2, spec, title)
            if units or two.score[:2] > one.score[:2]:
                yield two


def _units(row: Sequence[str]) -> bool:
    """Whether a row below headings holds units and nothing else."""
    filled = [as_heading(cell) for cell in row if cell.strip()]
    return bool(filled) and all(map(is_unit, filled))


def _head(rows: Sequence[Sequence[str]], at: int, depth: int, spec: SheetSpec, title: str) -> Head:
    top = [cell.strip() for cell in rows[at][:_COLUMNS]]
    seen = top
    spoken: list[tuple[str, ...]] = [(as_heading(cell),) for cell in top]
    if depth == 2:
        seen, spoken = _two(top, [cell.strip() for cell in rows[at + 1][:_COLUMNS]])
    above = " ".join([title, *(cell for row in rows[:at] for cell in row if cell.strip())])
    head = Head(spec, at, depth, tuple(seen), _parts(spec, spoken), (), above)
    amounts = _amounts(head, spoken) if spec.name == LEDGER else ()
    return Head(spec, at, depth, head.seen, head.parts, amounts, above)


def _two(top: list[str], bottom: list[str]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Headings over two rows as the user sees them, and the ways in which each can be read."""
    width = max(len(top), len(bottom))
    top, bottom = top + [""] * (width - len(top)), bottom + [""] * (width - len(bottom))
    seen: list[str] = []
    spoken: list[tuple[str, ...]] = []
    group = ""
    for upper, lower in zip(top, bottom, strict=True):
        group = upper or (group if lower else "")
        over, under = as_heading(group), as_heading(lower)
        if under and is_unit(under):
            unit = under.strip("()[]")
            seen.append(f"{group}（{unit}）")
            spoken.append((f"{over}({unit})",))
        elif not under:
            seen.append(upper)
            spoken.append((over,))
        else:
            seen.append(f"{group} {lower}".strip())
            spoken.append((under, f"{over}{under}", over) if over else (under,))
    return seen, spoken


def _parts(spec: SheetSpec, spoken: Sequence[tuple[str, ...]]) -> dict[int, Meaning]:
    """What is known by place, each of our columns once: what is written as ours is goes first."""
    found = []
    for place, words in enumerate(spoken):
        ways = words if len(words) == 1 else words[:2]  # a group's name alone stands for none of its columns
        meaning = next((said for said in (meant(spec, word) for word in ways if word) if said), None)
        if meaning is not None:
            found.append((bool(meaning.told), place, meaning))
    taken: set[str] = set()
    parts = {}
    for _, place, meaning in sorted(found, key=lambda one: one[:2]):
        if meaning.column.heading not in taken:
            taken.add(meaning.column.heading)
            parts[place] = meaning
    return parts


def _amounts(head: Head, spoken: Sequence[tuple[str, ...]]) -> tuple[Amount, ...]:
    """Columns that each hold the amounts of a month, a year or a 科目; none where there are fewer than two."""
    found = []
    for place, words in enumerate(spoken):
        if place in head.parts or not any(words):
            continue
        period = next(filter(None, map(period_in, words)), "")
        subject = next(filter(None, map(subject_in, words)), "")
        units = [money_unit(word) for word in words]
        if (period or subject) and None not in units:
            unit = next(filter(None, units), head.unit)
            found.append(Amount(place, head.seen[place], period, subject, unit or ""))
    sums = any(meaning.column.heading == "金额" for meaning in head.parts.values())
    return tuple(found) if len(found) > 1 and not sums else ()
