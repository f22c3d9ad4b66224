"""Records of a household in the words officials use: what a table, a column and a stored value are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.access.masks import HEALTHY, ILL, mask_id, mask_phone
from data.money import exact
from data.months import spoken
from data.terms import ASSURANCES, MUST_VISITS, SUBJECTS, VERDICTS
from data.workbook.sheets import SHEETS, ColumnSpec
from data.workbook.steps import STEPS

Values = dict[str, object]
EMPTY = "未填"
Named = Mapping[tuple[str, str], str]
"""(table, code) → name, of records that values and keys refer to."""
_NOBODY: Named = {}
REFERS = {"helper": "helper", "visit": "visit", "other": "household", "origin": "region", "village": "region"}
"""Columns that name another record → its table."""
_OWN = {
    "assurance": (
        "保障核实",
        {"item": "项目", "checked": "核实日期", "secure": "结论", "evidence": "依据", "checker": "核实人"},
    ),
    "household_event": ("户变动", {"kind": "变动", "other": "相关户", "reason": "原因"}),
    "household_move": ("户迁移", {"origin": "原村", "village": "新村", "note": "说明"}),
    "member_event": ("成员变动", {"kind": "变动", "reason": "原因"}),
    "member_fact": ("成员状况", {"value": "值"}),
    "dividend_payment": ("收益分配", {"plan": "方案"}),
    "life_event": ("必访事件", {"kind": "事件", "day": "日期", "words": "说明", "withdrawn": "撤回时间"}),
    "archive": (
        "档案材料",
        {"kind": "类别", "title": "名称", "dated": "材料日期", "visit": "所属走访", "hidden": "移除时间"},
    ),
}  # fmt: skip
_COLUMNS: dict[str, dict[str, ColumnSpec]] = {
    sheet.table_name: {column.name: column for column in sheet.columns} for sheet in SHEETS
}
_COLUMNS["ledger"] |= {f"{column}_fen": _COLUMNS["ledger"]["amount_fen"] for _, column in SUBJECTS.values()}
_COLUMNS["ledger_year"] = _COLUMNS["ledger"]
_TABLES = {sheet.table_name: sheet.name for sheet in SHEETS} | {table: name for table, (name, _) in _OWN.items()}
_TABLES["ledger_year"] = _TABLES["ledger"]
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
    if table in ("ledger", "ledger_year") and column in _SUBJECT_OF:
        return _SUBJECT_OF[column]
    if (table, column) == ("visit", "helper"):
        return "走访人"
    spec = _COLUMNS[table].get(column)
    return column if spec is None else spec.heading


def value(table: str, column: str, stored: object, named: Named = _NOBODY) -> str:
    """A stored value as it is shown: yuan, 是/否, months; masked as ``access.masks`` says; codes by names given."""
    if stored is None:
        return EMPTY
    if table == "assurance" and column == "item":
        return ASSURANCES.get(str(stored), str(stored))
    if table == "assurance" and column == "secure":
        return VERDICTS[int(str(stored))]
    if (table, column) == ("life_event", "kind"):
        return MUST_VISITS[str(stored)]
    if (table, column) in (("archive", "hidden"), ("life_event", "withdrawn")):
        return str(stored)[:16].replace("T", " ")
    if column in REFERS:
        return named.get((REFERS[column], str(stored)), str(stored))
    kind = _COLUMNS[table][column].kind if table in _COLUMNS and column in _COLUMNS[table] else "text"
    if kind == "money":
        return f"{exact(int(str(stored)))} 元"
    if kind == "yes_no":
        return "是" if stored else "否"
    if kind == "identity":
        return mask_id(str(stored)) or ""
    if column == "phone":
        return mask_phone(str(stored)) or ""
    if (table, column) == ("member", "health") and stored != HEALTHY:
        return ILL
    return spoken(int(str(stored))) if kind in ("month", "period") else str(stored)


def fact(item: str, held: object) -> str:
    """What 成员状况 holds of a column of ``member``, as the column itself is shown."""
    numbers = _COLUMNS["member"][item].kind in ("yes_no", "number")
    return value("member", item, int(str(held)) if numbers and held else held)


def record(table: str, key: Values, named: Named = _NOBODY) -> str:
    """What a record is called, as far as its key and the names tell."""
    name = _TABLES[table]
    if table == "household":
        return "户信息"
    if table == "ledger":
        return f"{name} {spoken(int(str(key['month'])))}"
    if table == "ledger_year":
        return f"{name} {int(str(key['last_month'])) // 12}年度"
    if table == "assurance":
        return f"{name} {value(table, 'item', key['item'])}（{key['checked']}）"
    if table in ("household_event", "household_move"):
        return f"{name} {key.get('kind', '')}（{key['day']}）"
    if table in ("member_event", "member_fact"):
        who, what = named.get(("member", str(key["member"])), ""), key.get("kind")
        return f"{name} {who} {what or label('member', str(key['item']))}（{key['day']}）"
    if table == "case_step":
        return f"{name} {key['code']} {STEPS.get(str(key['action']), '')}（{key['day']}）"
    own = named.get((table, str(key.get("code"))))
    return f"{name} {own}" if own else name


def differences(
    table: str, key: Values, before: Values | None, after: Values | None, named: Named = _NOBODY
) -> list[Difference]:
    """What stands differently after than before; of a record that is new or gone, every column that says something."""
    called = record(table, key, named)
    if table == "member_fact":
        return _of_fact(called, key, before, after)
    found = []
    for name in _told(table, [*(before or {}), *(after or {})]):
        was, now = (side.get(name) if side is not None else None for side in (before, after))
        if was != now:
            had, has = (None if side is None else value(table, name, side.get(name), named) for side in (before, after))
            found.append(Difference(called, label(table, name), had, has))
    return found


def _of_fact(called: str, key: Values, before: Values | None, after: Values | None) -> list[Difference]:
    """A dated value of a member, as his column shows it."""
    item = str(key["item"])
    was, now = (None if side is None else fact(item, side["value"]) for side in (before, after))
    return [Difference(called, label("member", item), was, now)] if was != now else []


def _told(table: str, names: Iterable[str]) -> list[str]:
    """The columns of a record that mean something to a reader, each once."""
    hidden = ("code", "household_id", "region")
    known = _OWN[table][1] if table in _OWN else [name for name in _COLUMNS[table] if name not in hidden]
    return [name for name in dict.fromkeys(names) if name in known]
