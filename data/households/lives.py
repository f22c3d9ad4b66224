"""How members and households come, go and move: each first as a deed that is not done yet, so that what follows from it
is seen before, then written whole.

Every deed is checked against what stands and refused in words: in the future, before a birth or a coming, of who is
gone. Nothing is taken away: who died or moved out stays in the months in which he was there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine, RowMapping, select

from data import model
from data.access.households import free_number
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, WRITE
from data.access.viewer import Viewer
from data.figures.courses import BEGINS, ENDS, TURNS, Columns, may_follow
from data.households.edit_rules import STATE_FIELDS
from data.households.edits import Edit, commit_together
from data.households.endings import help_ends
from data.households.entries import Saved
from data.households.fields import LONG, Unfit, doubts, read_field, read_fields, read_text
from data.households.histories import event, left, member_value, moved, went_over
from data.households.living import (
    HEAD,
    check_begun,
    check_leaving,
    check_unknown,
    day_of,
    head_of,
    household_code,
    labour_of,
    living,
    member_code,
    member_of,
    people_of,
    village_name,
)
from data.households.registers import base_of, events_of, registers, said_by_rows, state_on
from data.households.words import Values
from data.terms import GOING, HEADS, JOINING, STATE_NAMES, UNCOUNTED

DIED, MARRIED_OUT, MOVED_OUT, SPLIT = GOING[:4]
BORN, MARRIED_IN, MOVED_IN = JOINING[:3]
ENDINGS = {"整户迁出": MOVED_OUT, "整户死亡": DIED, "其他": GOING[-1]}
"""Why a household is struck off → why its members leave it."""
_STRUCK_OFF, _MERGED = ENDS
_OF_MERGER = ("原户的收支留在原户，对方户的人均纯收入要到新账记满12个月才反映全家",)
Relations = Mapping[str, str | None]
"""Code of a member → what he is to the head, as typed."""
NO_RELATIONS: Relations = {}
_PLAIN = STATE_NAMES[UNCOUNTED]
_COPIED = ("phone", "address", "attribute", *STATE_FIELDS, "cause", "other_causes")


@dataclass(frozen=True)
class Deed:
    """What is to be written, by household (a new one first), and what it does to each: ``persons`` and ``labour`` more
    or fewer; which ``ends`` with it; what the one who does it should know; the ``states`` before and after of who
    changes his."""

    what: str
    done: Mapping[int, Sequence[Edit]]
    persons: Mapping[int, int]
    labour: Mapping[int, int] = field(default_factory=dict)
    ends: frozenset[int] = frozenset()
    told: tuple[str, ...] = ()
    states: Mapping[int, tuple[str, str]] = field(default_factory=dict)


@needs(WRITE, HOUSEHOLDS)
def carry_out(engine: Engine, viewer: Viewer, deed: Deed, *, now: datetime) -> Saved:
    """Write a deed, all or nothing. Raises Conflict where something no longer stands as it did when it was made."""
    changes = commit_together(engine, viewer, deed.done, what=deed.what, now=now)
    return Saved(changes[-1], deed.what, doubts=deed.told)


@needs(WRITE, HOUSEHOLDS)
def comes(
    connection: Connection,
    viewer: Viewer,
    household: int,
    typed: Mapping[str, str | None],
    *,
    reason: str,
    day: str,
    today: date,
) -> Deed:
    """A member who is of no household here: born (then ``day`` is his birthday), or come from outside. ``typed``: as
    the workbook has a member."""
    home = living(connection, viewer, household)
    if reason not in JOINING:
        raise Unfit("原因", "请选择")
    values = read_fields("member", typed, today=today)
    since = day_of(day, today)
    if reason == BORN:
        values["born"] = since
    elif str(values.get("born") or "") > since:
        raise Unfit("日期", f"早于出生日期（{values['born']}）")
    if values["relation"] in HEADS and head_of(connection, household) is not None:
        raise Unfit("与户主关系", "本户已有户主，请填与户主的关系")
    check_unknown(connection, viewer, values.get("id_number"))
    after = {**values, "collected": since, "joined": since, "joined_reason": reason}
    edit = Edit("member", {"code": member_code(connection, home["code"])}, None, after)
    what = f"家庭变动：{values['name']} {reason}（{since}）"
    return Deed(what, {household: [edit]}, {household: 1}, told=doubts("member", values))


@needs(WRITE, HOUSEHOLDS)
def goes(
    connection: Connection,
    viewer: Viewer,
    household: int,
    member: str,
    *,
    reason: str,
    day: str,
    today: date,
    head: str | None = None,
    relations: Relations = NO_RELATIONS,
) -> Deed:
    """A member dies, or leaves for outside the county. ``head``: who is head after him, where he was, ``relations``
    what the others are to that one."""
    living(connection, viewer, household)
    if reason not in GOING or reason == SPLIT:
        raise Unfit("原因", "请选择")
    row, since = member_of(connection, household, member), day_of(day, today)
    check_leaving(connection, row, since)
    edits = [*left(connection, row, since, reason), *_new_head(connection, household, [row], head, relations, since)]
    what = f"家庭变动：{row['name']} {reason}（{since}）"
    return Deed(what, {household: edits}, {household: -1}, {household: -labour_of([row])})


@needs(WRITE, HOUSEHOLDS)
def goes_over(
    connection: Connection,
    viewer: Viewer,
    household: int,
    member: str,
    to: int,
    *,
    going: str,
    relation: str,
    day: str,
    today: date,
    head: str | None = None,
    relations: Relations = NO_RELATIONS,
) -> Deed:
    """A member goes to another household of the county: married there or moved; ``relation``: what he is to its head.
    ``head`` and ``relations`` as where he leaves for outside."""
    living(connection, viewer, household)
    if to in (0, household):
        raise Unfit("转入哪一户", "就是本户，请另选" if to else "请选择")
    other = living(connection, viewer, to)
    if going not in _COMING_OF:
        raise Unfit("原因", "请选择")
    row, since = member_of(connection, household, member), day_of(day, today)
    check_leaving(connection, row, since)
    called = str(read_field("member", "relation", relation, today=today))
    if called in HEADS and head_of(connection, to) is not None:
        raise Unfit("与户主关系", f"{other['head']}户已有户主，请填与户主的关系")
    came, joined = went_over(connection, row, to, since, going=going, joining=_COMING_OF[going], relation=called)
    edits = [*came, *_new_head(connection, household, [row], head, relations, since)]
    labour = labour_of([row])
    return Deed(
        f"家庭变动：{row['name']} {going}到{other['head']}户（{since}）",
        {to: joined, household: edits},
        {household: -1, to: 1},
        {household: -labour, to: labour},
    )


_COMING_OF = {MARRIED_OUT: MARRIED_IN, MOVED_OUT: MOVED_IN, GOING[-1]: JOINING[-1]}


@needs(WRITE, HOUSEHOLDS)
def moves(
    connection: Connection, viewer: Viewer, household: int, village: str, *, day: str, note: str, today: date
) -> Deed:
    """The whole household moves to another village; the months before stay with the old one."""
    home, since = living(connection, viewer, household), day_of(day, today)
    if village == home["village"]:
        raise Unfit("迁到哪个村", "就是现在的村，请另选")
    name = village_name(connection, viewer, village)
    check_begun(connection, household, since)
    edits = moved(connection, home, village, since, read_text("说明", note, most=LONG))
    return Deed(f"家庭变动：整户迁到{name}（{since}）", {household: edits}, {})


@needs(WRITE, HOUSEHOLDS)
def ends(
    connection: Connection, viewer: Viewer, household: int, *, reason: str, words: str, day: str, today: date
) -> Deed:
    """A household is struck off: it has moved out of the county, all have died, or as the words say."""
    home, since = living(connection, viewer, household), day_of(day, today)
    if reason not in ENDINGS:
        raise Unfit("原因", "请选择")
    check_begun(connection, household, since)
    said = read_text("说明", words, most=LONG, required=reason == "其他")
    people = people_of(connection, household)
    for row in people:
        check_leaving(connection, row, since)
    gone = [edit for row in people for edit in left(connection, row, since, ENDINGS[reason])]
    told = "：".join(part for part in (reason, said) if part)
    edits = [*event(home, _STRUCK_OFF, since, reason=told), *gone, *help_ends(connection, household, since)]
    return Deed(
        f"家庭变动：注销（{reason}，{since}）",
        {household: edits},
        {household: -len(people)},
        {household: -labour_of(people)},
        frozenset([household]),
    )


@needs(WRITE, HOUSEHOLDS)
def turns(
    connection: Connection, viewer: Viewer, household: int, kind: str, *, words: str, day: str, today: date
) -> Deed:
    """A household is registered, lifted, falls back, is lifted again or leaves help in good order. What its columns
    said becomes rows of their days, and they say what the last row does."""
    living(connection, viewer, household)
    if kind not in TURNS:
        raise Unfit("变动", "请选择")
    since, one = day_of(day, today), registers(connection, [household])[household]
    stood = [] if one.told else events_of(one.columns)
    before = sorted([*stood, *(event for event in one.events if event[1] in TURNS)])
    last_day, last = before[-1] if before else (None, None)
    if last_day is not None and last_day >= since:
        raise Unfit("日期", f"应晚于上一次变动（{last_day} {last}）")
    if not may_follow(kind, last) or (last is None and not _may_begin(kind, one.columns, since)):
        raise Unfit("变动", f"{last or STATE_NAMES[base_of(one.columns, since)]}的户不能{kind}")
    reason = read_text("说明", words, most=LONG)
    rows = [*stood, (since, kind)]
    columns = said_by_rows(replace(one, events=sorted([*one.events, *rows])))
    after = {name: value for name in STATE_FIELDS if (value := getattr(columns, name)) != getattr(one.columns, name)}
    edits = [edit for when, what in stood for edit in event({"id": household}, what, when)]
    edits += event({"id": household}, kind, since, reason=reason)
    if after:
        held: Values = {name: getattr(one.columns, name) for name in after}
        edits.append(Edit("household", {"id": household}, held, {**after}))
    states = (STATE_NAMES[state_on(one, since)], STATE_NAMES[state_on(one, since, rows)])
    return Deed(f"家庭变动：{kind}（{since}）", {household: edits}, {}, states={household: states})


def _may_begin(kind: str, columns: Columns, day: str) -> bool:
    """Whether a first turn agrees with what the columns, which tell of none, say that a household is."""
    plain = base_of(columns, day) == UNCOUNTED
    return plain if kind == "识别" else not plain


@needs(WRITE, HOUSEHOLDS)
def merges(
    connection: Connection,
    viewer: Viewer,
    household: int,
    into: int,
    *,
    relations: Relations = NO_RELATIONS,
    day: str,
    today: date,
) -> Deed:
    """All members go over to another household, and this one is no more; ``relations``: what each is to its head."""
    home, since = living(connection, viewer, household), day_of(day, today)
    if into in (0, household):
        raise Unfit("并入哪一户", "就是本户，请另选" if into else "请选择")
    other = living(connection, viewer, into)
    check_begun(connection, household, since)
    people = people_of(connection, household)
    going, coming = _over(connection, people, into, since, _read_relations(people, relations, other["head"]))
    edits = [*event(home, _MERGED, since, other=into, reason=None), *going, *help_ends(connection, household, since)]
    return Deed(
        f"家庭变动：并入{other['head']}户（{since}）",
        {into: coming, household: edits} if coming else {household: edits},
        {household: -len(people), into: len(people)},
        {household: -labour_of(people), into: labour_of(people)},
        frozenset([household]),
        _OF_MERGER if people else (),
    )


@needs(WRITE, HOUSEHOLDS)
def splits(
    connection: Connection,
    viewer: Viewer,
    household: int,
    members: Sequence[str],
    *,
    head: str,
    day: str,
    today: date,
    own_head: str | None = None,
    relations: Relations = NO_RELATIONS,
) -> Deed:
    """Some members found a household of their own, of the same state; ``head`` is one of them, ``own_head`` who is head
    of the old one where the head left. ``relations``: what the others of either are to its new head."""
    home, since = living(connection, viewer, household), day_of(day, today)
    check_begun(connection, household, since)
    if not members:
        raise Unfit("分出去的人", "请至少选一人")
    people = [member_of(connection, household, code) for code in members]
    if len(people) == len(people_of(connection, household)):
        raise Unfit("分出去的人", "不能是全家；整户迁走请用“整户迁移”")
    chief = next((row for row in people if row["code"] == head), None)
    if chief is None:
        raise Unfit("新户户主", "请在分出去的人中选择")
    id = free_number(connection)
    others = [row for row in people if row is not chief]
    called = {chief["code"]: HEAD, **_read_relations(others, relations, chief["name"])}
    going, coming = _over(connection, people, id, since, called, going_for=SPLIT)
    new: Values = {name: home[name] for name in _COPIED}
    new |= {"code": household_code(connection, home["village"]), "village": home["village"], "head": chief["name"]}
    founded = Edit("household", {"id": id}, None, {**new, "collected": since})
    turned = [
        edit
        for day, kind in registers(connection, [household])[household].events
        if kind in TURNS  # the columns alone do not tell of who fell back, or left help in good order
        for edit in event({"id": id}, kind, day)
    ]
    edits = [*going, *_new_head(connection, household, people, own_head, relations, since)]
    return Deed(
        f"家庭变动：{'、'.join(row['name'] for row in people)}分户（{since}）",
        {id: [founded, *event({"id": id}, BEGINS, since, other=household), *turned, *coming], household: edits},
        {household: -len(people), id: len(people)},
        {household: -labour_of(people), id: labour_of(people)},
        told=(f"新户编号 {new['code']}，收支、措施和结对仍在原户",),
    )


@needs(WRITE, HOUSEHOLDS)
def founds(
    connection: Connection,
    viewer: Viewer,
    village: str,
    typed: Mapping[str, str | None],
    person: Mapping[str, str | None],
    *,
    day: str,
    today: date,
) -> Deed:
    """A household that is new to the village, with its head. ``typed``: as the workbook has a household, ``person``: as
    it has a member; which states need the township's word, ``data.households.edit_rules`` says."""
    name, since = village_name(connection, viewer, village), day_of(day, today)
    values = read_fields("household", typed, today=today)
    head = read_fields("member", person, today=today)
    if values["type"] != _PLAIN and not values.get("identified"):
        raise Unfit("识别日期", f"{values['type']}要填识别日期")
    check_unknown(connection, viewer, head.get("id_number"))
    if str(head.get("born") or "") > since:
        raise Unfit("日期", f"早于户主的出生日期（{head['born']}）")
    id, code = free_number(connection), household_code(connection, village)
    new = {**values, "head": head["name"], "code": code, "village": village, "collected": since}
    after = {**head, "relation": HEAD, "collected": since, "joined": since, "joined_reason": MOVED_IN}
    member = Edit("member", {"code": member_code(connection, code)}, None, after)
    what = f"家庭变动：{name}新立户 {head['name']}（{since}）"
    told = (f"新户编号 {code}", *doubts("member", head))
    return Deed(what, {id: [Edit("household", {"id": id}, None, new), member]}, {id: 1}, told=told)


def _over(
    connection: Connection,
    people: Sequence[RowMapping],
    to: int,
    day: str,
    relations: Mapping[str, str],
    *,
    going_for: str = GOING[-1],
) -> tuple[list[Edit], list[Edit]]:
    """Several members go over: what the old household's history gets, what the new one's."""
    going: list[Edit] = []
    coming: list[Edit] = []
    for row in people:
        check_leaving(connection, row, day)
        came, joined = went_over(
            connection, row, to, day, going=going_for, joining=JOINING[-1], relation=relations[row["code"]]
        )
        going += came
        coming += joined
    return going, coming


def _new_head(
    connection: Connection,
    household: int,
    leaving: Sequence[RowMapping],
    head: str | None,
    relations: Relations,
    day: str,
) -> list[Edit]:
    """Who is head after those who leave, where he was among them and anybody stays, and what the others are to him."""
    away = {row["code"] for row in leaving}
    stay = [row for row in people_of(connection, household) if row["code"] not in away]
    if not stay or not any(row["relation"] in HEADS for row in leaving):
        return []
    chosen = next((row for row in stay if row["code"] == head), None)
    if chosen is None:
        raise Unfit("新户主", "户主离开后由谁当户主，请选择")
    others = [row for row in stay if row is not chosen]
    called = {chosen["code"]: HEAD, **_read_relations(others, relations, chosen["name"])}
    table = model.household.c
    before = connection.execute(select(table.head).where(table.id == household)).scalar_one()
    return [
        *(
            edit
            for row in stay
            if called[row["code"]] != row["relation"]
            for edit in member_value(connection, row, "relation", called[row["code"]], day)
        ),
        Edit("household", {"id": household}, {"head": before}, {"head": chosen["name"]}),
    ]


def _read_relations(people: Sequence[RowMapping], relations: Relations, head: str) -> dict[str, str]:
    """What each is to the new head. Raises Unfit where it is not told, or one of them would be head as well."""
    told = {}
    for row in people:
        said = read_text("与户主关系", relations.get(row["code"]) or "", most=20)
        if said is None or said in HEADS:
            raise Unfit("与户主关系", f"请填{row['name']}与户主{head}的关系")
        told[row["code"]] = said
    return told
