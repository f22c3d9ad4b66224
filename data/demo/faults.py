"""What people wrote wrongly: a few records of each kind, so that the rules of data find something of every kind.

Made beside the files once these are in, for the files contradict nothing but what they are made to. Drawn by chance of
its own: the same demonstration has the same faults.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from sqlalchemy import Connection, Engine, Table, bindparam, text, update

from data.demo.county import SEED
from data.model import episode, household, measure, member, task
from data.model.search_columns import id_tail, initials
from data.store.engine import writing
from data.terms import ILL, MEMBER_FACTS

_Row = Mapping[str, object]
_Made = Callable[[_Row, _Row], dict[str, object]]


@dataclass(frozen=True)
class _Fault:
    """In which rows of a table it is made (SQL on ``t``, {n} the day on which who is n years old today was born), in
    how many of a thousand, and what stands there then: made of the row and the one that was drawn before it."""

    table: Table
    where: str
    of_thousand: float
    made: _Made


def _set(**values: object) -> _Made:
    return lambda row, before: dict(values)


def _numbered(number: object) -> dict[str, object]:
    return {"id_number": number, "id_tail": id_tail(None if number is None else str(number))}


def _twin(row: _Row, before: _Row) -> dict[str, object]:
    """The one who was drawn before, in a household more."""
    same = {name: before[name] for name in ("name", "sex", "born")}
    return {**same, "initials": initials(str(same["name"])), **_numbered(before["id_number"])}


def _other_sex(row: _Row, before: _Row) -> dict[str, object]:
    return {"sex": "女" if row["sex"] == "男" else "男"}


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
_ILL = f"t.health IN ({', '.join(map(repr, ILL))})"
_PUPIL = "t.born <= '{8}' AND t.born > '{11}'"


_FAULTS = (
    _Fault(member, f"{_STAYS} AND length(t.id_number) = 18", 0.5, lambda row, before: _numbered(before["id_number"])),
    _Fault(member, f"{_PLAIN} AND t.relation IN ('之子', '之女') AND t.born <= '{{20}}'", 2, _twin),
    _Fault(member, f"{_STAYS} AND length(t.id_number) = 18", 1, lambda row, _: _numbered(str(row["id_number"])[:17])),
    _Fault(member, _CERTIFIED, 20, lambda row, _: _numbered(str(row["id_number"])[:18] + "85")),
    _Fault(member, _CERTIFIED, 20, lambda row, _: _numbered(str(row["id_number"])[:18] + "21")),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{30}}'", 1, _shifted),
    _Fault(member, f"{_PLAIN} AND t.relation IN ('之子', '之女')", 2, _other_sex),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{40}}'", 1, _set(id_number=None, id_tail=None)),
    _Fault(member, f"{_PLAIN} AND t.relation = '配偶'", 1, _set(sex=None)),
    _Fault(member, f"{_PLAIN} AND t.relation IN ('之孙子', '之孙女')", 4, _set(relation="不详")),
    _Fault(household, f"{_QUIET} AND t.phone IS NOT NULL", 4, lambda _, before: {"phone": before["phone"]}),
    _Fault(household, f"{_QUIET} AND t.phone IS NOT NULL", 2, lambda row, _: {"phone": str(row["phone"])[:10]}),
    _Fault(household, f"{_QUIET} AND t.attribute = '低保户'", 8, _set(attribute="一般户")),
    _Fault(household, f"{_QUIET} AND t.housing_safe = 1", 0.6, _set(housing_safe=0)),
    _Fault(household, f"{_QUIET} AND t.water_safe = 1", 0.6, _set(water_safe=0)),
    _Fault(household, f"{_QUIET} AND t.lon IS NOT NULL", 2, lambda row, _: {"lon": float(str(row["lon"])) + 0.3}),
    _Fault(episode, f"{_WATCHED} AND t.risks LIKE '%其他%'", 250, _set(risk_note="其他")),
    _Fault(episode, _WATCHED, 25, _set(per_head_fen=None)),
    _Fault(episode, _WATCHED, 20, lambda row, _: {"per_head_fen": 68_000_00}),
    _Fault(episode, "t.removal = '帮扶消除'", 20, _set(removal_per_head_fen=None)),
    _Fault(episode, f"{_WATCHED} AND t.risks = '因务工就业不稳'", 15, _set(risks="因务工就业不稳、因学")),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{40}}'", 2, _set(health=None)),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{66}}'", 4, _set(skill="普通劳动力")),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{66}}' AND t.skill = '无劳动力'", 6,
           _set(work_area="乡内", work_months=3)),
    _Fault(member, f"{_PLAIN} AND t.born > '{{14}}'", 4, _set(skill="普通劳动力")),
    _Fault(member, f"{_PLAIN} AND t.born > '{{5}}'", 10, _set(skill=None)),
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
    _Fault(member, f"{_PLAIN} AND t.born <= '{{18}}' AND t.born > '{{22}}'", 15,
           _set(education="小学", schooling="非在校")),
    _Fault(member, f"{_PLAIN} AND t.born <= '{{40}}'", 1.5, _set(education=None)),
    _Fault(task, "t.finished IS NULL AND t.state <> 'void'", 12, _set(owner="村“两委”", owner_id=None)),
    _Fault(measure, "t.ended IS NOT NULL", 0.1, lambda row, _: {"started": f"2011{str(row['started'])[4:]}"}),
)  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)


_LAST_FACT = """UPDATE member_fact SET value = :value WHERE member = :member AND item = :item AND day =
    (SELECT MAX(f.day) FROM member_fact f WHERE f.member = :member AND f.item = :item)"""


def make_faults(engine: Engine, today: date, *, seed: int = SEED) -> int:
    """Make them all, in the store alone, before anything is counted; returns how many."""
    rng, made = np.random.default_rng([seed, 15]), 0
    with writing(engine) as connection:
        for fault in _FAULTS:
            made += _make(connection, fault, today, rng)
    return made


def _make(connection: Connection, fault: _Fault, today: date, rng: np.random.Generator) -> int:
    key = next(iter(fault.table.primary_key)).name
    days = [f"{today.year - years:04d}{today.isoformat()[4:]}" for years in range(100)]
    where = fault.where.format(*days)
    keys = connection.execute(
        text(f"SELECT t.{key} FROM {fault.table.name} t WHERE {where} ORDER BY t.{key}")
    ).scalars()
    known = list(keys)
    if len(known) < 2:
        return 0
    number = min(len(known) // 3, max(1, round(len(known) * fault.of_thousand / 1000)))
    drawn = [known[place] for place in rng.choice(len(known), size=number + 1, replace=False)]
    one = text(f"SELECT * FROM {fault.table.name} t WHERE t.{key} = :key")
    rows = [dict(connection.execute(one, {"key": held}).mappings().one()) for held in drawn]
    changes = [fault.made(row, before) | {"its_key": row[key]} for before, row in pairwise(rows)]
    if changes:
        names = [name for name in changes[0] if name != "its_key"]
        made = update(fault.table).where(fault.table.c[key] == bindparam("its_key"))
        rows_of = [{"its_key": row["its_key"], **{f"new_{name}": row[name] for name in names}} for row in changes]
        connection.execute(made.values({name: bindparam(f"new_{name}") for name in names}), rows_of)
        facts = [name for name in names if name in MEMBER_FACTS] if fault.table is member else []
        for name in facts:  # where rows of 成员状况 say it, the last of them does
            told = [{"member": row["its_key"], "item": name, "value": _text(row[name])} for row in changes]
            connection.execute(text(_LAST_FACT), told)
    return len(changes)
