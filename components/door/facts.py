"""改信息 and 核实保障: facts of the household and its members, and the six assurances with their evidence."""

import streamlit as st

from components.door import fields as entry_widgets
from components.door.deeds import Asked, see_then_save
from components.door.form import FIRST, ask_once, asked_record, finish, key, standing
from components.drawing.markup import escape, plain
from components.shell.logged import looked
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.access.masks import HEALTHY, mask_id, mask_phone
from data.access.roles import APPROVE, HOUSEHOLDS
from data.households.checking import checks
from data.households.door import door
from data.households.edit_rules import STATE_FIELDS
from data.households.edits import Conflict
from data.households.entries import Saved, correct_household, correct_member
from data.households.fields import SHEET_OF, shown
from data.terms import ASSURANCES, MEMBER_FACTS, VERDICTS

HOUSEHOLD = (
    "head", "phone", "address", "attribute", "cause", "other_causes", "remark", *STATE_FIELDS, "lon", "lat",
)  # fmt: skip
MEMBER = (
    "name", "health", "disability_kind", "disability_level", "schooling", "education", "skill", "work_area",
    "work_months", "medical_insured", "pension_insured", "relation", "sex", "born", "id_number",
)  # fmt: skip
_MASKED = {"id_number": mask_id, "phone": mask_phone}
CHANGED, WRONG = "情况变了", "原来登记错了"


def draw_facts(screen: Screen, household: int) -> None:
    """改信息: whose facts, then all of them in one form; only what differs is written."""
    there = ask_once(screen, "door", door, household)
    whose = {"": "户信息"} | {one["code"]: plain(f"{one['name']}（{one['relation']}）") for one in there.members}
    start = asked_record(screen, whose)
    code = st.pills("改谁的", whose, format_func=whose.__getitem__, default=start, required=True, key=key("whose"))
    table = "member" if code else "household"
    before = dict(next(one for one in there.members if one["code"] == code) if code else there.household)
    if code:
        _note_health(screen, household, code, before["disability_kind"] or before["health"])
    approves = screen.viewer.may(APPROVE, HOUSEHOLDS)
    names = MEMBER if code else tuple(name for name in HOUSEHOLD if approves or name not in STATE_FIELDS)
    names = tuple(sorted(names, key=lambda name: name != st.query_params.get(FIRST)))
    with st.form(key(f"facts_{code}"), enter_to_submit=False, border=False):
        typed = {name: _fact(screen, table, name, before[name], key(f"fact_{code}_{name}")) for name in names}
        since = _since(screen, code) if code else None
        if not code and not approves:
            show_markup('<p class="calm">户类型和识别、脱贫等日期要经乡镇以上审批，这里不能改。</p>')

        def save(conflict: Conflict | None) -> Saved:
            base = before | standing(conflict, table)
            if code:
                return correct_member(
                    screen.engine, screen.viewer, household, code, base, typed, since=since, now=screen.now
                )
            return correct_household(screen.engine, screen.viewer, household, base, typed, now=screen.now)

        finish(screen, household, save)


def _since(screen: Screen, code: str) -> str | None:
    """The day from which what has a history is otherwise; None where it was never right. '' where no day is chosen."""
    named = "、".join(SHEET_OF["member"].column(name).heading for name in MEMBER if name in MEMBER_FACTS)
    show_markup(f'<p class="calm">{escape(named)}按日期留存：改动之前的月份仍是原来的情况。</p>')
    how = entry_widgets.choice_field("这几项怎么改", (CHANGED, WRONG), key=key(f"how_{code}"), start=CHANGED)
    day = entry_widgets.day_field(
        "从哪天起变的", key=key(f"since_{code}"), today=screen.today, start=screen.today.isoformat()
    )
    if how == WRONG:
        return None
    return day.isoformat() if day else ""


def _note_health(screen: Screen, household: int, code: str, health: object) -> None:
    """Who corrects a member's facts reads his illness in the form: entered as what is shown by a click."""
    noted = st.session_state.setdefault("health_noted", set())
    if health not in (None, HEALTHY) and (household, code) not in noted:
        noted.add((household, code))
        looked(screen, "unmasked", household, detail="健康状况（改信息）")


def _fact(screen: Screen, table: str, name: str, stored: object, key: str) -> str | None:
    if name not in _MASKED or stored is None:
        return entry_widgets.field(table, name, stored=stored, key=key, today=screen.today)
    column = SHEET_OF[table].column(name)
    typed = entry_widgets.text_field(
        f"{column.heading}（现为 {plain(_MASKED[name](str(stored)) or '')}，不改就留空）", name, key=key
    )
    return typed or shown(column, stored)


def draw_assurance(screen: Screen, household: int) -> None:
    """核实保障: one of the six, how it stands, and what was seen."""
    there = ask_once(screen, "door", door, household)
    item = st.pills(
        "核实哪一项 *", ASSURANCES, format_func=ASSURANCES.__getitem__, default="food", required=True, key=key("item")
    )
    last = there.assurances.get(item)
    told = "还没有核实过。"
    if last is not None:
        told = f"上次核实 {last['checked']}：{VERDICTS[last['secure']]}，{last['evidence'] or '没有写依据'}"
    show_markup(f'<p class="stands">{escape(told)}</p>')
    verdict = entry_widgets.choice_field("结论 *", tuple(VERDICTS.values()), key=key(f"secure_{item}"))
    evidence = entry_widgets.text_field("依据 *", "evidence", key=key(f"evidence_{item}"), hint=_HINTS[item])
    checked = entry_widgets.day_field(
        "核实日期 *", key=key(f"checked_{item}"), today=screen.today, start=screen.today.isoformat()
    )
    options = {"item": item, "verdict": _VERDICTS.get(verdict or ""), "evidence": evidence}
    options["checked"] = checked.isoformat() if checked else ""
    see_then_save(screen, household, item, Asked(checks, (household,), options))


_VERDICTS = {word: number for number, word in VERDICTS.items()}
_HINTS = {
    "food": "如：看了米缸和厨房，主食充足，每周有肉蛋",
    "clothing": "如：四季衣被齐全，冬被两床",
    "education": "如：长子在镇初中就读，查了学籍卡",
    "medical": "如：全家参保，慢病卡已办",
    "housing": "如：C级危房已改造，有鉴定表",
    "water": "如：自来水入户，水质检测合格",
}
