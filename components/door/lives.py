"""家庭变动: who came or went, and what became of the household. What follows is shown before anything is saved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from sqlalchemy import RowMapping

from components.door import fields as entry_widgets
from components.door.deeds import Asked, see_then_save
from components.door.form import ask_once, key
from components.drawing.markup import plain
from components.shell.asking import ask_uncached
from components.shell.page import show_markup
from components.shell.screen import Screen
from data.access.roles import APPROVE, HOUSEHOLDS
from data.access.viewer import Viewer
from data.figures.courses import TURNS
from data.households import lives
from data.households.door import Door, door
from data.households.search import search
from data.regions.tree import all_regions
from data.terms import GOING, HEADS, JOINING

_PERSON = ("name", "relation", "sex", "born", "id_number")
_SPOUSES, _CHILDREN = ("配偶", "妻子", "丈夫", "妻", "夫"), {*"子女儿孙媳婿"}


def draw_lives(screen: Screen, household: int) -> None:
    """The form: what happened is asked first, then what belongs to it."""
    there = ask_once(screen, "door", door, household)
    acts = [name for name, act in _ACTS.items() if _open_to(screen.viewer, act)]
    act = st.pills("发生了什么 *", acts, default=acts[0], required=True, key=key("life"))
    others = [name for name in _ACTS if name not in acts]
    if others:
        by = "村里或乡镇以上" if screen.viewer.sees_own_only else "乡镇以上"
        show_markup(f'<p class="calm">{"、".join(others)}由{by}办理。</p>')
    asked = _ACTS[act].draw(screen, there)
    see_then_save(screen, household, act, asked)


def _open_to(viewer: Viewer, act: "_Act") -> bool:
    above = act.above and not viewer.may(APPROVE, HOUSEHOLDS)
    return not above and not (act.founds and viewer.sees_own_only)


def _whom(there: Door, label: str = "哪一位 *", name: str = "whom") -> RowMapping | None:
    people = {one["code"]: one for one in there.members}
    called = {code: _called(one) for code, one in people.items()}
    code = st.selectbox(label, called, index=None, format_func=called.__getitem__, placeholder="请选择", key=key(name))
    return people.get(code) if code else None


def _after_head(there: Door, leaving: Sequence[RowMapping]) -> tuple[str | None, dict[str, str]]:
    """Who is head after those who leave, and what the others are to him: asked where the head leaves, others stay."""
    away = {one["code"] for one in leaving}
    stay = {one["code"]: one for one in there.members if one["code"] not in away}
    if not stay or not any(one["relation"] in HEADS for one in leaving):
        return None, {}
    called = {code: _called(one) for code, one in stay.items()}
    head = st.selectbox(
        "新户主 *", called, index=None, format_func=called.__getitem__, placeholder="请选择", key=key("new_head")
    )
    others = [one for code, one in stay.items() if code != head]
    return head, _relations(others, stay[head]) if head else {}


def _relations(people: Sequence[RowMapping], head: RowMapping) -> dict[str, str]:
    """What each is to a new head. What children are to their parents they are to either."""
    same = head["relation"] in _SPOUSES
    return {
        one["code"]: st.text_input(
            f"{plain(one['name'])}与新户主关系 *（原为{plain(one['relation'])}）",
            one["relation"] if same and set(one["relation"]) & _CHILDREN else "",
            key=key(f"relation_{head['code']}_{one['code']}"),
            max_chars=20,
            placeholder="如：母亲、弟弟",
        )
        for one in people
    }


def _called(member: RowMapping) -> str:
    return plain(f"{member['name']}（{member['relation']}）")


def _day(screen: Screen, label: str) -> str:
    chosen = entry_widgets.day_field(label, key=key("life_day"), today=screen.today, start=screen.today.isoformat())
    return chosen.isoformat() if chosen else ""


def _fields(screen: Screen, table: str, names: Sequence[str]) -> dict[str, str | None]:
    return {
        name: entry_widgets.field(table, name, key=key(f"life_{table}_{name}"), today=screen.today) for name in names
    }


def _other(screen: Screen, there: Door, label: str) -> int | None:
    """Another household, found by a name or a code."""
    words = st.text_input(label, key=key("other_words"), placeholder="户主姓名或户编号")
    if not words:
        return None
    region = screen.viewer.region
    found = ask_uncached(screen, search, words, region=region, month=screen.status.last_month).rows
    homes = {
        int(row.id): plain(f"{row.head} · {row.village_name} · {row.code}")
        for row in found.itertuples()
        if row.id != there.household["id"]
    }
    if not homes:
        show_markup('<p class="calm">没有找到；只能选您管辖范围内的户。</p>')
        return None
    return st.selectbox("选哪一户 *", homes, format_func=homes.__getitem__, placeholder="请选择", key=key("other"))


def _death(screen: Screen, there: Door) -> Asked:
    whom = _whom(there)
    head, relations = _after_head(there, [whom]) if whom else (None, {})
    options = {"reason": lives.DIED, "day": _day(screen, "去世日期 *"), "head": head, "relations": relations}
    return Asked(lives.goes, (there.household["id"], whom["code"] if whom else ""), options)


def _birth(screen: Screen, there: Door) -> Asked:
    typed = _fields(screen, "member", [name for name in _PERSON if name != "born"])
    options = {"reason": lives.BORN, "day": _day(screen, "出生日期 *")}
    return Asked(lives.comes, (there.household["id"], typed), options)


def _coming(screen: Screen, there: Door) -> Asked:
    reason = entry_widgets.choice_field("原因 *", JOINING[1:], key=key("coming"), start=lives.MARRIED_IN)
    typed = _fields(screen, "member", _PERSON)
    options = {"reason": reason or "", "day": _day(screen, "加入日期 *")}
    return Asked(lives.comes, (there.household["id"], typed), options)


def _leaving(screen: Screen, there: Door) -> Asked:
    whom = _whom(there)
    reasons = [reason for reason in GOING if reason not in (lives.DIED, lives.SPLIT)]
    reason = entry_widgets.choice_field("原因（离开本县）*", reasons, key=key("leaving"), start=lives.MARRIED_OUT)
    head, relations = _after_head(there, [whom]) if whom else (None, {})
    options = {"reason": reason or "", "day": _day(screen, "离开日期 *"), "head": head, "relations": relations}
    return Asked(lives.goes, (there.household["id"], whom["code"] if whom else ""), options)


def _going_over(screen: Screen, there: Door) -> Asked:
    whom = _whom(there)
    to = _other(screen, there, "转入哪一户 *")
    reasons = [reason for reason in GOING if reason not in (lives.DIED, lives.SPLIT)]
    going = entry_widgets.choice_field("原因 *", reasons, key=key("going"), start=lives.MARRIED_OUT)
    relation = st.text_input("与新户主关系 *", key=key("relation"), max_chars=20, placeholder="如：配偶、儿媳")
    head, relations = _after_head(there, [whom]) if whom else (None, {})
    options = {
        "going": going or "",
        "relation": relation,
        "day": _day(screen, "转入日期 *"),
        "head": head,
        "relations": relations,
    }
    return Asked(lives.goes_over, (there.household["id"], whom["code"] if whom else "", to or 0), options)


def _split(screen: Screen, there: Door) -> Asked:
    people = {one["code"]: one for one in there.members}
    called = {code: _called(one) for code, one in people.items()}
    codes = st.multiselect(
        "分出去的人 *", called, format_func=called.__getitem__, placeholder="可多选", key=key("leavers")
    )
    head = st.selectbox(
        "新户户主 *", codes, index=None, format_func=called.__getitem__, placeholder="请选择", key=key("founder")
    )
    theirs = _relations([people[code] for code in codes if code != head], people[head]) if head else {}
    own, others = _after_head(there, [people[code] for code in codes])
    relations = {**theirs, **others}
    options = {"head": head or "", "own_head": own, "relations": relations, "day": _day(screen, "分户日期 *")}
    return Asked(lives.splits, (there.household["id"], tuple(codes)), options)


def _move(screen: Screen, there: Door) -> Asked:
    regions = ask_once(screen, "regions", all_regions)
    names = {one.code: one.name for one in regions}
    villages = {
        code: plain(f"{name}（{names.get(code[:9], '')}）")
        for code, name in names.items()
        if len(code) == 12 and code != there.household["village"]
    }
    village = st.selectbox(
        "迁到哪个村 *", villages, index=None, format_func=villages.__getitem__, placeholder="请选择", key=key("village")
    )
    note = entry_widgets.text_field("说明", "remark", key=key("note"), hint="如：易地搬迁安置")
    return Asked(lives.moves, (there.household["id"], village or ""), {"day": _day(screen, "迁入日期 *"), "note": note})


def _merger(screen: Screen, there: Door) -> Asked:
    into = _other(screen, there, "并入哪一户 *")
    relations = {
        one["code"]: st.text_input(
            f"{plain(one['name'])}与对方户主关系 *（原为{plain(one['relation'])}）",
            key=key(f"relation_{into}_{one['code']}"),
            max_chars=20,
            placeholder="如：母亲、弟弟",
        )
        for one in (there.members if into else ())
    }
    options = {"relations": relations, "day": _day(screen, "并入日期 *")}
    return Asked(lives.merges, (there.household["id"], into or 0), options)


def _end(screen: Screen, there: Door) -> Asked:
    reason = entry_widgets.choice_field("原因 *", tuple(lives.ENDINGS), key=key("ending"))
    words = entry_widgets.text_field("说明", "remark", key=key("words"), hint="原因选“其他”时必填")
    options = {"reason": reason or "", "words": words, "day": _day(screen, "注销日期 *")}
    return Asked(lives.ends, (there.household["id"],), options)


def _turn(screen: Screen, there: Door) -> Asked:
    kind = entry_widgets.choice_field("变动 *", TURNS, key=key("turn"))
    words = entry_widgets.text_field("说明", "remark", key=key("words"), hint="如评议、审定的依据")
    return Asked(lives.turns, (there.household["id"], kind or ""), {"words": words, "day": _day(screen, "变动日期 *")})


def _new(screen: Screen, there: Door) -> Asked:
    show_markup('<p class="calm">在本户所在的村建一个新户；先登记户主，其他人再在新户里逐个加。</p>')
    person = _fields(screen, "member", ("name", "sex", "born", "id_number"))
    home = _fields(screen, "household", ("type", "identified", "phone", "address"))
    options = {"day": _day(screen, "立户日期 *")}
    return Asked(lives.founds, (there.household["village"], home, person), options)


@dataclass(frozen=True)
class _Act:
    """One thing that may have happened: its fields, whether it is for the township and above alone, and whether it
    makes a household, which is for who has more than single ones."""

    draw: Callable[[Screen, Door], Asked]
    above: bool = False
    founds: bool = False


_ACTS = {
    "去世": _Act(_death),
    "出生": _Act(_birth),
    "婚入迁入": _Act(_coming),
    "离开本县": _Act(_leaving),
    "转到别户": _Act(_going_over),
    "分户": _Act(_split, founds=True),
    "整户迁村": _Act(_move, above=True),
    "并入别户": _Act(_merger, above=True),
    "状态变动": _Act(_turn, above=True),
    "注销": _Act(_end, above=True),
    "新立户": _Act(_new, founds=True),
}
