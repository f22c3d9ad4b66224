"""What people wrote wrongly: a few records of each kind, so that the rules of data find something of every kind.

Made beside the files once these are in, for the files contradict nothing but what they are made to. Drawn by chance of
its own: the same demonstration has the same faults. What figures count is touched as little as may be: a grave fault
stands once or twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import numpy as np
from sqlalchemy import Connection, Engine, Table, and_, bindparam, delete, func, select, text, update

from data.demo.county import SEED
from data.model import episode, household, ledger, measure, member, problem, task
from data.model.running import open_on
from data.model.search_columns import id_tail, initials
from data.rules.labour import DISABLED
from data.store.engine import writing
from data.terms import ABLE, DEVELOPING_MEASURES, ILL, MEMBER_FACTS

_Row = Mapping[str, object]
_Made = Callable[[_Row, _Row], dict[str, object]]


@dataclass(frozen=True)
class _Fault:
    """In which rows of a table it is made (SQL on ``t``; {n} is the day on which who is n years old today was born,
    {last} the last month of the books), in how many of a thousand, but in two at least, and what stands there then
    ({n} as above): made of the row and the one that was drawn before it, or the one whose key ``like`` (SQL on ``t``)
    says."""

    table: Table
    where: str
    of_thousand: float
    made: _Made
    like: str = ""


def _set(**values: object) -> _Made:
    return lambda row, before: dict(values)


def _numbered(number: object) -> dict[str, object]:
    return {"id_number": number, "id_tail": id_tail(None if number is None else str(number))}


def _twin(row: _Row, before: _Row) -> dict[str, object]:
    """The one who was drawn before, in a household more."""
    same = {name: before[name] for name in ("name", "sex", "born")}
    return {**same, "initials": initials(str(same["name"])), **_numbered(before["id_number"])}


def _again(row: _Row, before: _Row) -> dict[str, object]:
    """Who is entered twice in one household."""
    return {**_twin(row, before), "relation": before["relation"]}


def _other_sex(row: _Row, before: _Row) -> dict[str, object]:
    return {"sex": "女" if row["sex"] == "男" else "男"}


def _renamed(row: _Row, before: _Row) -> dict[str, object]:
    return {"head": before["head"], "initials": initials(str(before["head"]))}


def _with_risk(word: str) -> _Made:
    return lambda row, before: {"risks": f"{row['risks']}、{word}"}


def _begun_before_removal(months: int) -> _Made:
    """An episode that began so many months before it was removed."""

    def made(row: _Row, before: _Row) -> dict[str, object]:
        removed = date.fromisoformat(str(row["removed"]))
        month = removed.year * 12 + removed.month - 1 - months
        return {"identified": date(month // 12, month % 12 + 1, min(removed.day, 28)).isoformat()}

    return made


def _year_before(name: str, other: str) -> _Made:
    """A day of a year before another's."""
    return lambda row, _: {name: f"{int(str(row[other])[:4]) - 1}{str(row[other])[4:]}"}


def _shifted(row: _Row, before: _Row) -> dict[str, object]:
    born = str(row["born"])
    return {"born": f"{born[:8]}{'11' if born[8:] != '11' else '21'}"}


_STAYS = "t.gone IS NULL AND NOT EXISTS (SELECT 1 FROM member_event e WHERE e.member = t.code)"
_PLAIN = f"{_STAYS} AND NOT EXISTS (SELECT 1 FROM member_fact f WHERE f.member = t.code)"
_CERTIFIED = f"{_STAYS} AND length(t.id_number) = 20"
_QUIET = (
    "NOT EXISTS (SELECT 1 FROM household_event e WHERE e.household_id = t.id AND e.kind IN ('注销', '并入'))"
    " AND NOT EXISTS (SELECT 1 FROM episode e WHERE e.household_id = t.id)"
)
_WATCHED = "t.removed IS NULL"
_REMOVED = (
    "t.removal = '帮扶消除' AND NOT EXISTS (SELECT 1 FROM episode o WHERE o.household_id = t.household_id"
    " AND (o.removed IS NULL OR o.removed > t.removed))"
)
_HOME = "SELECT 1 FROM household h WHERE h.id = t.household_id AND"
_LIFTED = f"EXISTS ({_HOME} h.type = '脱贫户')"
_HEAD = f"{_PLAIN} AND t.relation = '户主' AND {_LIFTED}"
_THERE = "FROM member p WHERE p.household_id = t.household_id AND p.gone IS NULL"
_ALONE = f"(SELECT COUNT(*) {_THERE}) = 1"
_CAN = f"p.skill IN ({', '.join(map(repr, ABLE))})"
_DISABLED = DISABLED.replace("p.suffix IS NOT NULL", "length(p.id_number) > 18")
_NOBODY_DISABLED = f"NOT EXISTS (SELECT 1 {_THERE} AND (p.health IS NULL OR {_DISABLED}))"
_NOBODY_ILL = f"NOT EXISTS (SELECT 1 {_THERE} AND (p.health IS NULL OR p.health IN ({', '.join(map(repr, ILL))})))"
_NOBODY_ABLE = f"NOT EXISTS (SELECT 1 {_THERE} AND (p.skill IS NULL OR {_CAN}))"
_MOST_ABLE = f"(SELECT COUNT(*) {_THERE} AND {_CAN}) * 2 > (SELECT COUNT(*) {_THERE})"
_ONE_MEASURE = "(SELECT COUNT(*) FROM measure v WHERE v.household_id = t.household_id) = 1"
_DEVELOPS = f"t.category IN ({', '.join(map(repr, DEVELOPING_MEASURES))})"
_OPEN_FOR = "SELECT 1 FROM episode e WHERE e.household_id = t.household_id AND e.removed IS NULL"
_FILED_BY_WATCH = (
    "SELECT h.id FROM household h JOIN episode e ON e.household_id = h.id AND e.identified = h.identified"
    " WHERE h.lifted IS NULL"
)
"""Households of which nothing is known before they were watched, but the books of twelve months."""
_LAST = "{last}"
_NOT_OVER = open_on("t.ended", "'{1}'")
_ALLOWANCE = "t.name = '残疾人两项补贴' AND t.ended IS NULL AND t.started <= '{2}' AND " + _LIFTED
"""A measure that may be another kind by mistake."""


def _without(columns: Sequence[str], until: str) -> str:
    """Condition: none of these items in the books of fourteen months up to one."""
    some = " OR ".join(f"l.{column}_fen <> 0" for column in columns)
    return (
        f"NOT EXISTS (SELECT 1 FROM ledger l WHERE l.household_id = t.household_id AND l.month > {until} - 14"
        f" AND ({some}))"
    )


_BUSINESS = (
    *("business_crop", "business_stock", "business_orchard", "business_other"),
    *("property_dividend", "property_land"),
)
_WAGES = ("wage_work", "wage_post", "wage_other")
_ILL = f"t.health IN ({', '.join(map(repr, ILL))})"
_PUPIL = "t.born <= '{8}' AND t.born > '{11}'"


_CHILD = "IN ('之子', '之女', '之孙子', '之孙女')"
_SIBLING = f"SELECT MIN(p.code) {_THERE} AND p.relation {_CHILD} AND p.code < t.code AND p.born IS NOT NULL"

_FAULTS = (
    _Fault(member, f"{_STAYS} AND length(t.id_number) = 18", 0.5, lambda row, before: _numbered(before["id_number"])),
    _Fault(member, f"{_PLAIN} AND t.relation IN ('之子', '之女') AND t.born <= '{{20}}'", 2, _twin),
    _Fault(member, f"{_STAYS} AND length(t.id_number) = 18", 1, lambda row, _: _numbered(str(row["id_number"])[:17])),
    _Fault(member, _CERTIFIED, 20, lambda row, _: _numbered(str(row["id_number"])[:18] + "85")),
    _Fault(member, _CERTIFIED, 20, lambda row, _: _numbered(str(row["id_number"])[:18] + "21")),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{30}}'", 1, _shifted),
    _Fault(member, f"{_PLAIN} AND t.relation IN ('之子', '之女')", 4, _other_sex),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{40}}'", 1, _set(id_number=None, id_tail=None)),
    _Fault(member, f"{_PLAIN} AND t.relation = '配偶'", 1, _set(sex=None)),
    _Fault(member, f"{_PLAIN} AND t.relation IN ('之孙子', '之孙女')", 4, _set(relation="不详")),
    _Fault(household, f"{_QUIET} AND t.phone IS NOT NULL", 4, lambda _, before: {"phone": before["phone"]}),
    _Fault(household, f"{_QUIET} AND t.phone IS NOT NULL", 2, lambda row, _: {"phone": str(row["phone"])[:10]}),
    _Fault(household, f"{_QUIET} AND t.attribute = '低保户'", 8, _set(attribute="一般户")),
    _Fault(household, f"{_QUIET} AND t.housing_safe = 1", 0.6, _set(housing_safe=0)),
    _Fault(household, f"{_QUIET} AND t.water_safe = 1", 0.6, _set(water_safe=0)),
    _Fault(household, f"{_QUIET} AND t.lon IS NOT NULL", 2, lambda row, _: {"lon": float(str(row["lon"])) + 0.3}),
    _Fault(episode, f"{_WATCHED} AND t.risks NOT LIKE '%其他%'", 8,
           lambda row, before: {**_with_risk("其他")(row, before), "risk_note": "其他"}),
    _Fault(episode, _WATCHED, 25, _set(per_head_fen=None)),
    _Fault(episode, _WATCHED, 20, lambda row, _: {"per_head_fen": 68_000_00}),
    _Fault(episode, "t.removal = '帮扶消除'", 20, _set(removal_per_head_fen=None)),
    _Fault(episode, f"{_WATCHED} AND t.risks = '因务工就业不稳'", 60, _set(risks="因务工就业不稳、因学")),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{40}}'", 2, _set(health=None)),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{66}}'", 4, _set(skill="普通劳动力")),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{66}}' AND t.skill = '无劳动力'", 6,
           _set(work_area="乡内", work_months=3)),
    _Fault(member, f"{_STAYS} AND t.born > '{{14}}'", 4, _set(skill="普通劳动力")),
    _Fault(member, f"{_STAYS} AND t.born > '{{5}}'", 10, _set(skill=None)),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{30}}' AND t.born > '{{50}}' AND t.health = '健康'", 3,
           _set(skill="弱劳动力或半劳动力")),
    _Fault(member, f"{_PLAIN} AND t.born > '{{60}}' AND {_ILL} AND t.skill = '弱劳动力或半劳动力'", 20,
           _set(skill="普通劳动力")),
    _Fault(member, f"{_PLAIN} AND t.disability_kind = '肢体' AND t.disability_level IN ('一级', '二级')", 20,
           _set(skill="普通劳动力")),
    _Fault(member, f"{_PLAIN} AND t.work_area IS NOT NULL", 3, _set(work_months=None)),
    _Fault(member, f"{_PLAIN} AND t.health = '残疾' AND t.disability_level IS NOT NULL", 20,
           _set(disability_level=None)),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{40}}' AND t.medical_insured = 1", 2, _set(medical_insured=None)),
    _Fault(member, f"{_STAYS} AND {_PUPIL}", 15, _set(schooling="幼儿园")),
    _Fault(member, f"{_STAYS} AND {_PUPIL}", 15, _set(schooling="初中")),
    _Fault(member, f"{_STAYS} AND t.born <= '{{16}}' AND t.born > '{{18}}'", 20,
           _set(schooling="小学")),
    _Fault(member, f"{_STAYS} AND t.born <= '{{18}}' AND t.born > '{{22}}'", 10,
           _set(education="小学", schooling="非在校")),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{40}}'", 1.5, _set(education=None)),
    _Fault(task, "t.finished IS NULL AND t.state <> 'void'", 12, _set(owner="村“两委”", owner_id=None)),
    _Fault(measure, "t.ended IS NOT NULL", 0.1, lambda row, _: {"started": f"2011{str(row['started'])[4:]}"}),
    # households and their members
    _Fault(member, f"{_PLAIN} AND t.born <= '{{30}}' AND t.born > '{{55}}'", 1, _set(born=None)),
    _Fault(member, f"{_HEAD} AND NOT {_ALONE}", 0.6, _set(relation="其他")),
    _Fault(member, f"{_PLAIN} AND t.relation = '之子' AND t.born <= '{{25}}' AND {_LIFTED}", 1, _set(relation="户主")),
    _Fault(member, f"{_PLAIN} AND t.relation = '配偶'", 1, _other_sex),
    _Fault(household, f"{_QUIET} AND t.type = '脱贫户'", 0.6, _renamed),
    _Fault(member, f"{_HEAD} AND {_ALONE} AND t.born <= '{{60}}'", 1, _set(gone="{0}", gone_reason="死亡")),
    _Fault(member, f"{_HEAD} AND NOT {_ALONE}", 0.3, _set(born="{4}")),
    _Fault(member, f"{_HEAD} AND t.born <= '{{75}}'", 1, lambda row, _: {"born": f"190{str(row['born'])[3:]}"}),
    _Fault(member, f"{_STAYS} AND t.relation {_CHILD} AND ({_SIBLING}) IS NOT NULL", 3, _again, _SIBLING),
    _Fault(member, f"{_STAYS} AND t.joined >= '2000' AND t.born > '1925'", 5,
           lambda row, _: {"joined": f"19{str(row['joined'])[2:]}"}),
    _Fault(household, f"{_QUIET} AND t.type = '脱贫户' AND t.lifted > t.identified", 0.5,
           _year_before("lifted", "identified")),
    # who is watched
    _Fault(household, f"{_QUIET} AND t.type = '脱贫户' AND t.relapsed IS NULL", 0.2,
           _set(type="脱贫不稳定户", identified=None)),
    _Fault(episode, _WATCHED, 8, _set(risks=None, risk_note=None)),
    _Fault(household, "EXISTS (SELECT 1 FROM episode e WHERE e.household_id = t.id AND e.removed IS NULL)"
           " AND NOT EXISTS (SELECT 1 FROM assurance a WHERE a.household_id = t.id AND a.item = 'water')", 10,
           _set(water_safe=None)),
    _Fault(episode, f"{_WATCHED} AND t.risks NOT LIKE '%因残%' AND {_NOBODY_DISABLED}", 10, _with_risk("因残")),
    _Fault(episode, f"{_WATCHED} AND t.risks NOT LIKE '%因病%' AND {_NOBODY_ILL}", 15, _with_risk("因病")),
    _Fault(episode, f"{_WATCHED} AND t.risks NOT LIKE '%缺劳动力%' AND {_MOST_ABLE}", 15, _with_risk("缺劳动力")),
    _Fault(episode, f"{_WATCHED} AND t.risks NOT LIKE '%因务工%' AND {_NOBODY_ABLE}", 15,
           _with_risk("因务工就业不稳")),
    *(
        _Fault(episode, f"{_WATCHED} AND t.risks NOT LIKE '%{word}%' AND EXISTS ({_HOME} h.{item}_safe = 1) AND NOT"
               f" EXISTS (SELECT 1 FROM assurance a WHERE a.household_id = t.household_id AND a.item = '{item}'"
               " AND a.secure <> 1)", 10, _with_risk(word))
        for item, word in (("housing", "因安全住房"), ("water", "因安全饮水"))
    ),
    _Fault(episode, f"{_WATCHED} AND t.kind = '脱贫不稳定户'", 10, _set(kind="边缘易致贫户")),
    # how they are helped
    _Fault(measure, f"{_ONE_MEASURE} AND EXISTS ({_OPEN_FOR} AND e.kind = '脱贫不稳定户' AND e.identified <= '{{1}}')",
           20, _set(started="{9}", ended="{8}")),
    _Fault(measure, f"{_ONE_MEASURE} AND {_DEVELOPS} AND {_NOT_OVER} AND EXISTS"
           f" ({_OPEN_FOR} AND e.identified <= '{{1}}') AND EXISTS (SELECT 1 {_THERE} AND {_CAN})", 20,
           _set(category="健康", name="家庭医生签约")),
    _Fault(measure, f"{_ALLOWANCE} AND EXISTS ({_HOME} h.attribute = '一般户') AND"
           f" {_without(('transfer_allowance', 'transfer_destitute'), _LAST)}", 5, _set(name="低保")),
    _Fault(measure, f"{_ALLOWANCE} AND {_without(_WAGES, _LAST)}", 8, _set(category="就业", name="务工推荐")),
    _Fault(measure, f"{_ALLOWANCE} AND {_without(('wage_post',), _LAST)}", 4,
           _set(category="公益岗位", name="公益岗位")),
    *(
        _Fault(measure, f"t.name = '{name}' AND t.ended IS NULL AND EXISTS ({_HOME} h.attribute = '{attribute}' AND"
               " h.type = '脱贫户')", 2, _set(category="社会帮扶", name="结对慰问"))
        for name, attribute in (("低保", "低保户"), ("特困供养", "特困户"))
    ),
    _Fault(measure, f"{_ALLOWANCE} AND {_without(_BUSINESS, _LAST)}", 8, _set(category="产业", name="庭院经济补助")),
    # risks that were removed
    _Fault(episode, _REMOVED, 5, _set(removal_lacking="住房")),
    _Fault(episode, _REMOVED, 5, _set(removal_lacking="饮水")),
    _Fault(measure, f"{_ONE_MEASURE} AND EXISTS (SELECT 1 FROM episode e WHERE e.household_id = t.household_id AND"
           f" e.identified > '{{8}}' AND e.removal = '帮扶消除') AND {_LIFTED}", 10, _set(started="{9}", ended="{8}")),
    _Fault(episode, f"{_REMOVED} AND t.kind = '脱贫不稳定户'", 8, _begun_before_removal(4)),
    _Fault(episode, f"{_REMOVED} AND t.kind = '脱贫不稳定户'", 8, _begun_before_removal(1)),
    _Fault(episode, _REMOVED, 8, _set(removal=None)),
    _Fault(episode, f"{_REMOVED} AND t.removal_per_head_fen IS NOT NULL", 8, _set(removal_per_head_fen=5_200_00)),
    # labour and school
    _Fault(member, f"{_STAYS} AND t.schooling = '普通高中' AND t.born <= '{{16}}'", 15, _set(skill="普通劳动力")),
    _Fault(member, f"{_STAYS} AND {_PUPIL}", 8, _set(schooling="普通高中")),
    _Fault(member, f"{_STAYS} AND t.born <= '{{16}}' AND t.born > '{{17}}'", 15, _set(schooling="高职高专")),
    _Fault(member, f"{_STAYS} AND t.born <= '{{18}}' AND t.born > '{{19}}'", 15, _set(schooling="硕士研究生")),
    _Fault(member, f"{_STAYS} AND {_PUPIL}", 8, _set(schooling=None)),
    # books, and who answers
    _Fault(ledger, f"t.month = {_LAST} - 2 AND EXISTS ({_OPEN_FOR}) AND {_without(_WAGES, _LAST)}", 20,
           _set(wage_work_fen=80_00)),
    _Fault(ledger, f"t.month = {_LAST} - 2 AND t.property_dividend_fen IS NULL AND {_LIFTED} AND NOT EXISTS (SELECT 1"
           " FROM project_household g WHERE g.household_id = t.household_id)", 0.5, _set(property_dividend_fen=200_00)),
    _Fault(ledger, f"t.month = {_LAST} - 3 AND t.expense_fen BETWEEN 50000 AND 90000 AND {_LIFTED}", 0.2,
           lambda row, _: {"expense_fen": int(str(row["expense_fen"])) * 100}),
    _Fault(ledger, f"t.month = {_LAST} - 4 AND t.expense_fen IS NULL AND {_LIFTED} AND {_without(_BUSINESS, _LAST)}", 1,
           _set(expense_fen=300_00)),
    _Fault(ledger, f"t.household_id IN ({_FILED_BY_WATCH}) AND t.month - 3 >= (SELECT MIN(l.month) FROM ledger l)"
           " AND t.month = (SELECT MIN(l.month) FROM ledger l WHERE l.household_id = t.household_id)", 10,
           lambda row, _: {"month": int(str(row["month"])) - 3}),
    _Fault(problem, "t.closed IS NULL AND t.state <> 'void'", 80, _set(owner="村“两委”", owner_id=None)),
)  # fmt: skip
_UNBOOKED = f"{_QUIET} AND t.type = '脱贫户' AND NOT EXISTS (SELECT 1 FROM ledger_year y WHERE y.household_id = t.id)"
"""Households of which some were never asked for their income."""
_OF_THOUSAND = 0.5
_LEAST = 2
"""Of each fault: one of two may be hidden by another that befalls the same record."""


def _text(value: object) -> str | None:
    return None if value is None else str(value)


_LAST_FACT = """UPDATE member_fact SET value = :value WHERE member = :member AND item = :item AND day =
    (SELECT MAX(f.day) FROM member_fact f WHERE f.member = :member AND f.item = :item)"""


def make_faults(engine: Engine, today: date, *, seed: int = SEED) -> int:
    """Make them all, in the store alone, before anything is counted; returns how many."""
    rng, made = np.random.default_rng([seed, 15]), 0
    days = [f"{today.year - years:04d}{today.isoformat()[4:]}" for years in range(100)]
    with writing(engine) as connection:
        last = connection.execute(select(func.max(ledger.c.month))).scalar()
        for fault in _FAULTS:
            made += _make(connection, replace(fault, where=fault.where.format(*days, last=last)), days, rng)
        unbooked = _drawn(connection, household, _UNBOOKED, _OF_THOUSAND, rng)
        for id, *_ in unbooked:
            connection.execute(delete(ledger).where(ledger.c.household_id == id))
    return made + len(unbooked)


def _drawn(
    connection: Connection, table: Table, where: str, of_thousand: float, rng: np.random.Generator, more: int = 0
) -> list[tuple[object, ...]]:
    """The keys of some of those, and of a few more; none of a handful."""
    keys = ", ".join(f"t.{column.name}" for column in table.primary_key)
    asked = text(f"SELECT {keys} FROM {table.name} t WHERE {where} ORDER BY {keys}")
    known = [tuple(row) for row in connection.execute(asked)]
    if len(known) < 2:
        return []
    number = min(len(known) // 3, max(_LEAST, round(len(known) * of_thousand / 1000)))
    return [known[place] for place in rng.choice(len(known), size=number + more, replace=False)] if number else []


def _make(connection: Connection, fault: _Fault, days: Sequence[str], rng: np.random.Generator) -> int:
    keys = [column.name for column in fault.table.primary_key]
    drawn = _drawn(connection, fault.table, fault.where, fault.of_thousand, rng, more=1)
    its = " AND ".join(f"t.{key} = :{key}" for key in keys)
    one = text(f"SELECT * FROM {fault.table.name} t WHERE {its}")

    def row_of(key: Sequence[object]) -> _Row:
        return dict(connection.execute(one, dict(zip(keys, key, strict=True))).mappings().one())

    def alike(row: _Row, before: _Row) -> _Row:
        if not fault.like:
            return before
        other = text(f"SELECT ({fault.like}) FROM {fault.table.name} t WHERE {its}")
        return row_of(connection.execute(other, {key: row[key] for key in keys}).one())

    rows = [row_of(key) for key in drawn]
    changes = [
        {f"new_{name}": _dated(value, days) for name, value in fault.made(row, alike(row, before)).items()}
        | {f"its_{key}": row[key] for key in keys}
        for before, row in pairwise(rows)
    ]
    if changes:
        names = [name.removeprefix("new_") for name in changes[0] if name.startswith("new_")]
        made = update(fault.table).where(and_(*(fault.table.c[key] == bindparam(f"its_{key}") for key in keys)))
        connection.execute(made.values({name: bindparam(f"new_{name}") for name in names}), changes)
        facts = [name for name in names if name in MEMBER_FACTS] if fault.table is member else []
        for name in facts:  # where rows of 成员状况 say it, the last of them does
            told = [{"member": row["its_code"], "item": name, "value": _text(row[f"new_{name}"])} for row in changes]
            connection.execute(text(_LAST_FACT), told)
    return len(changes)


def _dated(value: object, days: Sequence[str]) -> object:
    """``{n}`` as the day on which who is n years old today was born."""
    return value.format(*days) if isinstance(value, str) and value.startswith("{") else value
