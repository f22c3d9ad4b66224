"""Tables of other layouts than ours: what is meant is found, told where it is plain, and asked where it is not.

While nobody answered, a table is read as it is proposed: so its faults are found with the first check, and nothing is
written before.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from data.intake.heads import TOP, Head, best_head, plain_head
from data.intake.issues import WARNING, FileFault, Findings, Issue
from data.intake.layouts import Amount, LaidSheet, Layout, Part
from data.intake.questions import Answers, Question
from data.intake.read import Sheet, Table, as_heading
from data.intake.words import NEAR, VERY_NEAR, Meaning, nearest, period_in, plain_title, titled
from data.workbook.sheets import OWN_COLUMNS, SHEET, ColumnSpec, SheetSpec

IGNORE, YES, NO = "忽略", "是", "否"
_PEEK = 300  # data rows among which groups are looked for
_GROUPED = 0.2  # share of blank cells from which on a column's blanks may be groups
_MOST_UNKNOWN = 12  # headings that nobody knows are asked about
_NUMBERS = ("money", "number", "year", "rate", "percent", "longitude", "latitude")


@dataclass
class Recognition:
    """What is asked and told of the tables of an import; ``today`` says which years are proposed."""

    findings: Findings
    answers: Answers
    today: date

    def sheets(self, tables: Sequence[Table], names: Sequence[str]) -> list[Sheet]:
        """The tables that are sheets of these ``names``, in their order; others are noted as ignored."""
        named = self._named(tables, [name for name in names if name in SHEET])
        found: list[Sheet] = []
        for table in tables:
            table.name = named.get(id(table), table.title)
            sheet = self._laid(table) if table.name in SHEET else table if table.name in names else None
            if sheet is None:
                self.findings.ignored.append(table.told)
            else:
                found.append(sheet)
        return found

    def _named(self, tables: Iterable[Table], names: Sequence[str]) -> dict[int, str]:
        """Of tables with other titles, by identity, which sheets they are."""
        groups: dict[tuple[tuple[str, ...], str], list[tuple[Table, tuple[str, ...]]]] = defaultdict(list)
        for table in tables:
            if table.title in names or not names:
                continue
            with suppress(FileFault):
                likely, seen = _likely(table, names)
                if likely:
                    groups[tuple(likely), _digest("sheet", *seen)].append((table, seen))
        named: dict[int, str] = {}
        for (choices, digest), members in groups.items():
            titles = [f"“{table.title}”" for table, _ in members]
            many = f"等 {len(titles)} 张列名相同的表，是不是都是" if len(titles) > 1 else "是不是"
            text = f"{'、'.join(titles[:3])}{many}“{choices[0]}”表？"
            first, seen = members[0]
            options = {name: f"是“{name}”" for name in choices} | {IGNORE: "不是，忽略"}
            file = first.file.removesuffix(f"/{first.title}")
            asked = Question(f"sheet:{file}:{first.title}", file, text, options, "", digest, seen[:6])
            if (name := self._chosen(asked)) != IGNORE:
                named |= {id(table): name for table, _ in members}
        return named

    def _chosen(self, question: Question) -> str:
        """What holds, or the proposal while nobody answered."""
        return self.findings.ask(question, self.answers) or next(iter(question.options))

    def _laid(self, table: Table) -> Sheet | None:
        try:
            return self._read(table, SHEET[table.name])
        except FileFault:
            return table  # it says so when it is checked

    def _read(self, table: Table, spec: SheetSpec) -> Sheet | None:
        headings = table.headings()
        known = {heading for heading in headings if heading in spec.by_heading}
        twice = len([heading for heading in headings if heading in known]) > len(known)
        required = all(column.heading in known for column in spec.columns if column.required)
        ours = all(not heading or heading in known or heading in OWN_COLUMNS for heading in headings)
        if required and ours and not twice and not table.merged and not _odd(table, spec, headings):
            return table
        rows = list(islice(table.records(), TOP))
        plain = plain_head(rows, spec, table.title)
        if plain is None:
            return table
        head = plain if required and not twice else best_head(rows, spec, table.title) or plain
        if twice and head.above == 0 and head.depth == 1:
            return table
        head = self._columns(table, head)
        layout = self._layout(table, head)
        if layout is None:
            return None
        usual = head.below == 1 and not layout.filled and not layout.amounts and not layout.year
        if usual and all(part.heading == as_heading(part.seen) and not part.unit for part in layout.parts):
            return table
        self._tell(table, head, layout)
        return LaidSheet(table, layout, lambda row, said: self._warn(table, row, "", said))

    def _columns(self, table: Table, head: Head) -> Head:
        """The head with what near words were said to mean."""
        spec, parts = head.spec, dict(head.parts)
        layout = [as_heading(seen) for seen in head.seen]
        known, left = head.known, head.unknown

        def ask(place: int, likely: Sequence[ColumnSpec], default: str, *, proposed: bool) -> None:
            heading, seen = as_heading(head.seen[place]), head.seen[place]
            options = {column.heading: f"是“{column.heading}”" for column in likely}
            ignored = {IGNORE: "不是，忽略"}
            text = f"“{spec.name}”表里的列“{seen}”是不是“{likely[0].heading}”？"
            if not proposed:
                text = f"“{spec.name}”表缺少“{'、'.join(options)}”。列“{seen}”是其中哪一列？"
            asked = Question(
                f"column:{spec.name}:{heading}",
                table.file,
                text,
                options | ignored if proposed else ignored | options,
                default,
                _digest("column", spec.name, heading, *sorted(layout)),
                _examples(table, head, place),
            )
            chosen = self._chosen(asked)
            if chosen != IGNORE and chosen not in known:
                parts[place] = Meaning(spec.by_heading[chosen], "", f"按“{chosen}”读")
                known.add(chosen)

        missing = head.missing
        scored = sorted(((nearest(spec, layout[at], missing), at) for at in left), key=lambda one: -one[0][0])
        for (score, column), at in scored:
            if column is not None and score >= NEAR and column.heading not in known:
                ask(at, [column], "", proposed=True)
                left = [place for place in left if place != at]
        missing = [column for column in missing if column.heading not in known]
        free = [column for column in spec.columns if not column.required and column.heading not in known]
        for at in left[:_MOST_UNKNOWN]:
            score, column = nearest(spec, layout[at], free)
            if column is not None and score >= VERY_NEAR and column.heading not in known:
                ask(at, [column], IGNORE, proposed=True)
            elif missing and len(head.parts) > 1:
                ask(at, missing, IGNORE, proposed=False)
        return replace(head, parts=parts)

    def _layout(self, table: Table, head: Head) -> Layout | None:
        """How the table is read; None for one that is not to be."""
        year, fixed = "", {}
        if head.amounts:
            if (said := self._apart(table, head)) == IGNORE:
                return None
            year = said
            fixed = _fixed(head)
            head = replace(head, amounts=tuple(_dated(head, year)))
        elif any(part.column.heading == "月份" for part in head.parts.values()):
            year = self._year_of_months(table, head)
        parts = tuple(
            Part(
                meaning.column.heading,
                place,
                head.seen[place],
                meaning.unit or (head.unit if meaning.column.kind == "money" else ""),
            )
            for place, meaning in sorted(head.parts.items())
        )
        headings = [as_heading(seen) for seen in head.seen]
        for part in parts:
            headings[part.place] = part.heading
        for one in head.amounts:
            headings[one.place] = ""
        return Layout(head.below, tuple(headings), parts, head.amounts, fixed, self._filled(table, head), year)

    def _apart(self, table: Table, head: Head) -> str:
        """The year of a table with several amounts to a row, '' where its headings say it; IGNORE for one that is not
        read."""
        by = "月份" if all(one.period for one in head.amounts) else "科目"
        seen = "、".join(one.seen for one in head.amounts[:3])
        text = f"“{table.title}”是按{by}横排的（{seen}等 {len(head.amounts)} 列），是否把每一格读成一笔收支？"
        text += "".join(f"{heading}按标题读作{said}。" for heading, said in _fixed(head).items())
        unsaid = any(one.period.startswith("-") for one in head.amounts)
        if unsaid and not head.year:
            months = [int(one.period[1:]) for one in head.amounts if one.period.startswith("-")]
            options = {year: f"是，都是{year}年的" for year in self._years(max(months))}
            text += "表里没有写是哪一年的。"
        else:
            said = head.year if unsaid else ""
            options = {YES: f"是，都是{said}年的" if said else "是"}
        digest = _digest("wide", table.name, *head.seen, *options)
        options[IGNORE] = "不是，不读这张表"
        asked = Question(f"wide:{table.title}", table.file, text, options, "", digest, _first_row(table, head))
        chosen = self._chosen(asked)
        return chosen if chosen != YES else head.year if unsaid else ""

    def _years(self, month: int) -> list[str]:
        """Years that may be meant, the likeliest first: this one only as far as it has come."""
        now = self.today.year
        found = [now, now - 1, now - 2] if month <= self.today.month else [now - 1, now, now - 2]
        return list(map(str, found))

    def _year_of_months(self, table: Table, head: Head) -> str:
        """The year of months that stand in their column without one."""
        place = next(at for at, meaning in head.parts.items() if meaning.column.heading == "月份")
        cells = [record[place] for record in _data(table, head) if place < len(record)]
        bare = [said for said in (period_in(as_heading(cell)) for cell in cells) if said.startswith("-")]
        if not bare or head.year:
            return head.year if bare else ""
        options = {year: f"{year}年" for year in self._years(max(int(said[1:]) for said in bare))}
        text = f"“{table.title}”的月份没有写年份，是哪一年的？"
        asked = Question(f"year:{table.title}", table.file, text, options, "", "", tuple(dict.fromkeys(cells))[:2])
        return self._chosen(asked)

    def _filled(self, table: Table, head: Head) -> dict[int, frozenset[int] | None]:
        """By place the rows whose blank cells take the value above them."""
        found: dict[int, frozenset[int] | None] = {}
        merged: dict[int, set[int]] = defaultdict(set)
        for (top, left), (bottom, _) in table.merged:
            first = max(top + 1, head.below)
            if left in head.parts and first not in merged[left]:  # ranges that overlap are damaged: the first holds
                merged[left].update(range(first, min(bottom + 1, table.size)))
        for place, meaning in head.parts.items():
            rows = frozenset(merged.get(place, ()))
            if rows and meaning.column.kind in _NUMBERS:
                self._warn(table, min(rows), head.seen[place], "合并的单元格只算作第一行的")
            elif (rows or (_fillable(meaning.column) and _is_group(table, head, place))) and self._fills(
                table, head, place, rows or None
            ):
                found[place] = rows or None
        return found

    def _fills(self, table: Table, head: Head, place: int, rows: frozenset[int] | None) -> bool:
        """Whether blank cells of a column take the value above them: in these ``rows``, where cells are merged."""
        blanks = _blanks(table, head, place, rows)
        if blanks is None:
            return False
        count, examples = blanks
        kind = "有合并的单元格" if rows else "有空格子，像是与上一行相同"
        asked = Question(
            f"fill:{table.title}:{as_heading(head.seen[place])}",
            table.file,
            f"“{table.title}”的“{head.seen[place]}”{kind}，是否把 {count:,} 个空格子填成上面的内容？",
            {YES: "是，填成上面的内容", NO: "否，留空"},
            "" if rows else NO,
            _digest("fill", head.parts[place].column.heading, *head.seen),
            examples,
        )
        return self._chosen(asked) == YES

    def _tell(self, table: Table, head: Head, layout: Layout) -> None:
        row = head.below
        if head.above or head.depth > 1:
            above = f"，上面的 {head.above} 行没有读" if head.above else ""
            where = f"第 {head.above + 1}、{row} 两行" if head.depth > 1 else f"第 {row} 行"
            self._warn(table, row, "", f"表头在{where}{above}")
        for place, meaning in sorted(head.parts.items()):
            if meaning.told:
                self._warn(table, row, head.seen[place], meaning.told)
        if head.unit:
            self._warn(table, row, "", f"表上写明单位是{head.unit}，金额都按{head.unit}算")
        for heading, said in layout.fixed.items():
            self._warn(table, row, heading, f"各行都按标题上的“{said}”读")
        seen = {part.heading: part.seen for part in layout.parts if part.heading != as_heading(part.seen)}
        self.findings.seen[table.name, table.file] = seen

    def _warn(self, table: Table, row: int, column: str, reason: str) -> None:
        self.findings.warn([Issue(table.name, row, column, "", reason, WARNING, table.file)], 1)


def _likely(table: Table, names: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Which sheets a table with another title may be, the likeliest first, and its headings."""
    rows = list(islice(table.records(), TOP))
    if not any(cell.strip() for row in rows for cell in row):
        return [], ()
    score, name = titled(table.title, names)
    heads = [head for head in (best_head(rows, SHEET[one], table.title) for one in names) if head is not None]
    whole = [head for head in heads if not head.missing and len(head.parts) > 1]
    most = max((head.score for head in whole), default=None)
    found = [head.spec.name for head in whole if head.score[:2] == (most or ())[:2]]
    own = next((head for head in heads if head.spec.name == name), None)
    half = own is not None and score >= NEAR and len(own.parts) > 1
    if name not in found and (half or (own is None and score == 1 and len(plain_title(table.title)) > 1)):
        found.append(name)
    if name in found and score >= NEAR:
        found.sort(key=lambda one: one != name)
    head = next((head for head in heads if found and head.spec.name == found[0]), None)
    return found, head.seen if head else tuple(rows[0][:6])


def _fixed(head: Head) -> dict[str, str]:
    """What the title says of all rows of a table by months or by 科目."""
    columns = {meaning.column.heading for meaning in head.parts.values()}
    fixed = {}
    if "科目" not in columns and head.subject and not all(one.subject for one in head.amounts):
        fixed["科目"] = head.subject
    if "月份" not in columns and head.period and not all(one.period for one in head.amounts):
        fixed["月份"] = head.period
    return fixed


def _dated(head: Head, year: str) -> Iterator[Amount]:
    for one in head.amounts:
        yield replace(one, period=year + one.period) if one.period.startswith("-") else one


def _odd(table: Table, spec: SheetSpec, headings: Sequence[str]) -> bool:
    """Whether the first rows of a plain table show groups, or months without a year."""
    records = list(islice(table.records(1), _PEEK))
    for place, column in enumerate(map(spec.by_heading.get, headings)):
        if column is not None and _fillable(column) and _looks_grouped(records, place):
            return True
        if column is not None and column.heading == "月份":
            cells = {record[place] for record in records if place < len(record)}
            if any(period_in(as_heading(cell)).startswith("-") for cell in cells):
                return True
    return False


def _fillable(column: ColumnSpec) -> bool:
    return column.required and (column.heading == "户主姓名" or bool(column.key or column.reference))


def _looks_grouped(records: Sequence[Sequence[str]], place: int) -> bool:
    cells = [record[place].strip() if place < len(record) else "" for record in records if any(map(str.strip, record))]
    blanks = cells.count("")
    return blanks > 1 and blanks >= _GROUPED * len(cells) and bool(cells[0])


def _is_group(table: Table, head: Head, place: int) -> bool:
    return _looks_grouped(list(_data(table, head)), place)


def _data(table: Table, head: Head) -> Iterable[list[str]]:
    return islice(table.records(head.below), _PEEK)


def _blanks(table: Table, head: Head, place: int, rows: frozenset[int] | None) -> tuple[int, tuple[str, ...]] | None:
    """How many cells would take the value above them, and two of them; None where there are none."""
    count, above = 0, ""
    examples: list[str] = []
    records = islice(table.records(head.below), max(rows) + 1 - head.below if rows else None)
    for number, record in enumerate(records, head.below):
        cell = record[place].strip() if place < len(record) else ""
        if cell:
            above = cell
        elif above and (rows is None or number in rows) and any(map(str.strip, record)):
            count += 1
            if len(examples) < 2:
                examples.append(f"第 {number + 1} 行填“{above}”")
    return (count, tuple(examples)) if count else None


def _examples(table: Table, head: Head, place: int) -> tuple[str, ...]:
    cells = (record[place].strip() for record in _data(table, head) if place < len(record))
    return tuple(dict.fromkeys(filter(None, cells)))[:3]


def _first_row(table: Table, head: Head) -> tuple[str, ...]:
    row = next((record for record in _data(table, head) if any(map(str.strip, record))), [])
    return tuple(cell.strip() for cell in row if cell.strip())[:6]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()[:32]
