"""What a cadre does at the door: each operation checks what was typed, says what is wrong with it, and commits.

Everything takes text as typed (days ``YYYY-MM-DD``, months ``YYYY-MM``, yuan, 是/否) and the values that the form had
before it; it raises Unfit with the field, Conflict where somebody else changed the record meanwhile, and what
``household_edits.commit`` raises.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from sqlalchemy import Connection, Engine, select

from data import model
from data.access.households import writable_row
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.errors import Refused
from data.households.door import door
from data.households.edits import Edit, commit
from data.households.fields import (
    LONG,
    SHEET_OF,
    Unfit,
    check_order,
    doubts,
    read_field,
    read_fields,
    read_text,
    shown,
)
from data.households.histories import member_correction, member_value
from data.households.registers import governed
from data.households.words import Values, label
from data.money import exact
from data.months import spoken
from data.terms import HEADS, MEMBER_FACTS, SUBJECTS

FOUND = "发现："  # begins the second part of a visit's words
_SIDES = attrgetter("before"), attrgetter("after")


@dataclass(frozen=True)
class Saved:
    """What was written: the change's id (None: what has steps of its own and is not taken back by one), what it is
    called, the code of a new record, and what looks doubtful."""

    change: int | None
    what: str
    code: str = ""
    doubts: tuple[str, ...] = ()


@needs(WRITE, HOUSEHOLDS)
def record_visit(
    engine: Engine,
    viewer: Viewer,
    household: int,
    *,
    visited: str,
    occasion: str,
    done: str,
    found: str,
    helper: str,
    now: datetime,
) -> Saved:
    """A visit; what was done and what was found are kept as the workbook's one 内容."""
    with engine.connect() as connection:
        there = door(connection, viewer, household)
    if helper not in {one.code for one in there.helpers}:
        raise Unfit("走访人", "不是本户或本村的帮扶责任人，请从名单中选择")
    edit = visit_edit(visited=visited, occasion=occasion, done=done, found=found, helper=helper, now=now)
    values = edit.after or {}
    if too_early := before_identified(there.household["identified"], str(values["visited"])):
        raise Unfit("日期", too_early)
    what = f"记走访（{values['visited']}）"
    change = commit(engine, viewer, household, [edit], what=what, now=now)
    return Saved(change, what, str(edit.key["code"]))


def visit_edit(*, visited: str, occasion: str, done: str, found: str, helper: str, now: datetime) -> Edit:
    """The new visit, whosever; raises Unfit."""
    values = read_fields("visit", {"visited": visited, "occasion": occasion}, today=now.date())
    words = [read_text("做了什么", done, most=LONG // 2, required=True)]
    noticed = read_text("发现什么", found, most=LONG // 2)
    content = "\n".join(filter(None, [*words, noticed and FOUND + noticed]))
    return Edit("visit", {"code": _code("V", now)}, None, {**values, "helper": helper, "content": content})


def before_identified(identified: str | None, visited: str) -> str | None:
    """What is said of a visit before the year in which the household was identified; None where it is not."""
    if identified and visited[:4] < identified[:4]:
        return f"早于本户识别的年份（{identified[:4]}年），请核对"
    return None


@needs(WRITE, HOUSEHOLDS)
def add_ledger_line(
    engine: Engine,
    viewer: Viewer,
    household: int,
    *,
    month: str,
    subject: str,
    amount: str,
    stands: int | None,
    adding: bool,
    now: datetime,
) -> Saved:
    """An income or expense: added to what stands (fen, as the form showed it) or in its place."""
    today = now.date()
    ordinal = read_field("ledger", "month", month, today=today)
    read_field("ledger", "subject", subject, today=today)
    fen = int(str(read_field("ledger", "amount_fen", amount, today=today)))
    kind, column = SUBJECTS[subject]
    if fen < 0 and kind != "business":
        raise Unfit("金额", "不能为负数（只有生产经营性科目可以）；多记了请选“改成这个数”")
    total = fen + ((stands or 0) if adding else 0)
    key: Values = {"household_id": household, "month": ordinal}
    how = f"{'加' if adding and stands else ''} {exact(fen)} 元"
    name, what = f"{column}_fen", f"记收支：{spoken(int(str(ordinal)))} {subject}{how}"
    edit = Edit("ledger", key, {name: stands}, {name: total})
    return Saved(commit(engine, viewer, household, [edit], what=what, now=now), what)


@needs(WRITE, HOUSEHOLDS)
def add_measure(
    engine: Engine, viewer: Viewer, household: int, typed: Mapping[str, str | None], *, now: datetime
) -> Saved:
    """``typed``: category, name, started, ended, amount_fen (yuan), unit."""
    values = read_fields("measure", typed, today=now.date())
    code, what = _code("M", now), f"加措施：{values['name']}"
    edit = Edit("measure", {"code": code}, None, values)
    return Saved(commit(engine, viewer, household, [edit], what=what, now=now), what, code)


@needs(WRITE, HOUSEHOLDS)
def end_measure(engine: Engine, viewer: Viewer, household: int, code: str, ended: str, *, now: datetime) -> Saved:
    """A running measure gets its last day."""
    day = read_field("measure", "ended", ended, today=now.date())
    if day is None:
        raise Unfit("日期", "必填，请选择")
    with engine.connect() as connection:
        there = door(connection, viewer, household)
    row = next((row for row in there.measures if row["code"] == code), None)
    if row is None:
        raise Unfit("帮扶措施", "已经办结或不在本户，请刷新后再看")
    check_order("measure", {**row, "ended": day})
    what = f"结束措施：{row['name']}"
    edit = Edit("measure", {"code": code}, {"ended": row["ended"]}, {"ended": day})
    return Saved(commit(engine, viewer, household, [edit], what=what, now=now), what, code)


@needs(WRITE, HOUSEHOLDS)
def correct_measure(
    engine: Engine,
    viewer: Viewer,
    household: int,
    code: str,
    before: Values,
    typed: Mapping[str, str | None],
    *,
    now: datetime,
) -> Saved:
    """A measure that was entered wrong, also one that has ended; as ``correct_household``."""
    after = _changed("measure", before, typed, now.date())
    with engine.connect() as connection:
        there = door(connection, viewer, household)
    if all(row["code"] != code for row in (*there.measures, *there.other_measures)):
        raise Unfit("帮扶措施", "不在本户，请刷新后再看")
    check_order("measure", {**before, **after})
    what = f"改措施：{before['name']} {_headings('measure', after)}"
    edit = Edit("measure", {"code": code}, {name: before[name] for name in after}, after)
    return Saved(commit(engine, viewer, household, [edit], what=what, now=now), what, code)


_BY_ROWS = (
    "本户的状态已按户变动或监测逐次登记，这里不能直接改。"
    "新的变动请用“家庭变动”里的“状态变动”办理，登记错的请用导入更正。"
)


@needs(WRITE, HOUSEHOLDS)
def correct_household(
    engine: Engine,
    viewer: Viewer,
    household: int,
    before: Values,
    typed: Mapping[str, str | None],
    *,
    now: datetime,
) -> Saved:
    """``before``: stored values as the form had them; ``typed``: the same columns. Only what differs is written.

    Raises Refused where a role that does not approve changes what the household is (``edit_rules.STATE_FIELDS``).
    """
    after = _changed("household", before, typed, now.date())
    edits = [Edit("household", {"id": household}, {name: before[name] for name in after}, after)]
    with engine.connect() as connection:
        there = door(connection, viewer, household)
        if any(name in after for name in governed(connection, household)):
            raise Refused(_BY_ROWS)
    head = next((one for one in there.members if one["relation"] in HEADS), None)
    if head is not None and "head" in after and head["name"] == before["head"]:
        edits.append(Edit("member", {"code": head["code"]}, {"name": head["name"]}, {"name": after["head"]}))
    what = f"改信息：{_headings('household', after)}"
    return Saved(commit(engine, viewer, household, edits, what=what, now=now), what)


@needs(WRITE, HOUSEHOLDS)
def correct_member(
    engine: Engine,
    viewer: Viewer,
    household: int,
    code: str,
    before: Values,
    typed: Mapping[str, str | None],
    *,
    since: str | None = None,
    now: datetime,
) -> Saved:
    """The same for a member; the head's name is the household's too. An odd ID number is kept and said.

    ``since``: the day from which dated values (``terms.MEMBER_FACTS``) are otherwise; None: they were never right.
    """
    after = _changed("member", before, typed, now.date())
    day = None if since is None else str(read_field("visit", "visited", since, today=now.date()))
    with engine.connect() as connection:
        facts = writable_row(connection, viewer, household)
        member = model.member.c
        own = connection.execute(select(member.relation, member.name).where(member.code == code)).first()
        edits = _of_member(connection, {**before, "code": code}, after, day)
    if own is not None and own.relation in HEADS and "name" in after and facts["head"] == before["name"]:
        edits.append(Edit("household", {"id": household}, {"head": facts["head"]}, {"head": after["name"]}))
    name = after.get("name") or (own.name if own else "")
    what = f"改信息：{name} {_headings('member', after)}"
    return Saved(commit(engine, viewer, household, edits, what=what, now=now), what, code, doubts("member", after))


def _of_member(connection: Connection, before: Values, after: Values, day: str | None) -> list[Edit]:
    """One edit of the columns, and those of the histories of what has one."""
    rows = [
        edit
        for name, value in after.items()
        for edit in (
            member_value(connection, before, name, value, day)
            if day is not None and name in MEMBER_FACTS
            else member_correction(connection, before, name, value)
        )
    ]
    columns = [edit for edit in rows if edit.table == "member"]
    sides = ({name: value for edit in columns for name, value in (side(edit) or {}).items()} for side in _SIDES)
    own = [Edit("member", {"code": before["code"]}, *sides)] if columns else []
    return [*own, *(edit for edit in rows if edit.table != "member")]


def _changed(table: str, before: Values, typed: Mapping[str, str | None], today: date) -> Values:
    sheet = SHEET_OF[table]
    touched = {name: text for name, text in typed.items() if (text or "") != shown(sheet.column(name), before[name])}
    read = read_fields(table, touched, today=today)
    after = {name: value for name, value in read.items() if value != before[name]}
    if not after:
        raise Unfit("改信息", "没有改动，不需要保存")
    return after


def _headings(table: str, names: Mapping[str, object]) -> str:
    return "、".join(label(table, name) for name in names)


def _code(letter: str, now: datetime) -> str:
    return f"{letter}{now:%Y%m%d}-{secrets.token_hex(4)}"
