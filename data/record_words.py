"""Records of a household in the words officials use: what a table, a column and a stored value are called."""

from collections.abc import Iterable
from dataclasses import dataclass

from data.access import mask_id
from data.months import spoken
from data.terms import ASSURANCES, SUBJECTS
from data.workbook import SHEETS, ColumnSpec

EMPTY = "未填"
_OWN = {
    "assurance": ("保障核实", {"item": "项目", "checked": "核实日期", "secure": "结论", "evidence": "依据"}),
    "archive": (
        "档案材料",
        {"kind": "类别", "title": "名称", "dated": "材料日期", "visit": "所属走访", "hidden": "移除时间"},
    ),
}  # fmt: skip
_COLUMNS: dict[str, dict[str, ColumnSpec]] = {
    sheet.table_name: {column.name: column for column in sheet.columns} for sheet in SHEETS
}
_COLUMNS["ledger"] |= {f"{column}_fen": _COLUMNS["ledger"]["amount_fen"] for _, column in SUBJECTS.values()}
_TABLES = {sheet.table_name: sheet.name for sheet in SHEETS} | {table: name for table, (name, _) in _OWN.items()}
_SUBJECT_OF = {f"{column}_fen": subject for subject, (_, column) in SUBJECTS.items()}


@dataclass(frozen=True)
class Difference:
    """One field of one record, in words; None where there is (or was) no such record."""

    record: str
    label: str
    before: str | None
    after: str | None


def label(table: str, column: str) -> str:
    """The heading of a column, of a ledger column its 科目."""
    if table in _OWN:
        return _OWN[table][1].get(column, column)
    if table == "ledger" and column in _SUBJECT_OF:
        return _SUBJECT_OF[column]
    return _COLUMNS[table][column].heading


def value(table: str, column: str, stored: object) -> str:
    """A stored value as it is shown: yuan, 是/否, months; ID numbers masked."""
    if stored is None:
        return EMPTY
    if table == "assurance" and column == "item":
        return ASSURANCES.get(str(stored), str(stored))
    if table == "assurance" and column == "secure":
        return "有保障" if stored else "没有保障"
    kind = _COLUMNS[table][column].kind if table in _COLUMNS and column in _COLUMNS[table] else "text"
    if kind == "money":
        return f"{int(str(stored)) / 100:,.2f} 元"
    if kind == "yes_no":
        return "是" if stored else "否"
    if kind == "identity":
        return mask_id(str(stored)) or ""
    return spoken(int(str(stored))) if kind == "month" else str(stored)


def record(table: str, key: dict[str, object]) -> str:
    """What a record is called, as far as its key tells."""
    name = _TABLES[table]
    if table == "ledger":
        return f"{name} {spoken(int(str(key['month'])))}"
    if table == "assurance":
        return f"{name} {value(table, 'item', key['item'])}（{key['checked']}）"
    return "户信息" if table == "household" else name


def differences(
    table: str, key: dict[str, object], before: dict[str, object] | None, after: dict[str, object] | None
) -> list[Difference]:
    """What stands differently after than before; of a record that is new or gone, every column that says something."""
    names = _told(table, [*(before or {}), *(after or {})])
    found = []
    for name in names:
        was, now = (side.get(name) if side is not None else None for side in (before, after))
        if was != now:
            shown = (
                None if side is None else value(table, name, now_or_was)
                for side, now_or_was in ((before, was), (after, now))
            )
            found.append(Difference(record(table, key), label(table, name), *shown))
    return found


def _told(table: str, names: Iterable[str]) -> list[str]:
    known = _OWN[table][1] if table in _OWN else {n: 0 for n in _COLUMNS[table] if n not in ("code", "household_id")}
    return [name for name in dict.fromkeys(names) if name in known]
