"""上游风险: who is in trouble, by mark or by rule, and what that does to the households behind."""

import streamlit as st

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.wording import moment
from components.projects.address import ProjectChoice, projects_link
from components.projects.marking import mark_form
from components.projects.shock import show_shock
from components.shell.asking import ask
from components.shell.errors import problem
from components.shell.page import show_markup
from components.shell.said import show_said
from components.shell.screen import Screen
from data.access.masks import mask_party
from data.access.roles import APPROVE, PROJECTS, ROLES
from data.projects import troubles
from data.projects.troubles import Trouble
from data.settings import values

SHOWN = 20  # of marks, findings and operators each, the largest first; a province has hundreds


def show_risk(screen: Screen, choice: ProjectChoice, operators: list[str]) -> None:
    """The list at the left, the one looked at at the right."""
    region, month = screen.region.code, screen.month
    marked, found = ask(screen, troubles.marked, region, month), ask(screen, troubles.suspected, region, month)
    chosen = _chosen(screen, choice, marked, found)
    show_said("risk")
    left, right = st.columns([34, 66], gap="medium")
    with left, st.container(key="risk_list"):
        show_markup(_list_markup(screen, marked, found, chosen) + _operators_markup(screen, found, chosen))
        if screen.viewer.may(APPROVE, PROJECTS):
            mark_form(screen, operators, chosen)
        _log(screen)
    with right:
        if chosen is None:
            show_markup(
                heading("没有上游风险", f"{screen.region.name} · {screen.month_text}")
                + '<p class="calm">没有人标记，系统按规则也没有发现。听到经营主体出事的消息，请在左边标记，'
                "即可看到背后的户和预计减收。</p>"
            )
        else:
            show_shock(screen, choice, chosen)


def _chosen(screen: Screen, choice: ProjectChoice, marked: list[Trouble], found: list[Trouble]) -> Trouble | None:
    """The one of the address; without any the first there is. What means nothing is said."""
    asked = None
    if choice.trouble is not None:
        asked = ask(screen, troubles.find_trouble, choice.trouble, screen.month)
    elif choice.project is not None:
        asked = next((one for one in found if one.project == choice.project), None) or ask(
            screen, troubles.supposed, screen.region.code, screen.month, project=choice.project
        )
    elif choice.operator is not None:
        asked = ask(screen, troubles.supposed, screen.region.code, screen.month, operator=choice.operator)
    if asked is None and (choice.trouble or choice.project or choice.operator):
        problem("地址中的风险记录或项目不存在、已解除，或不在您的查看范围内，已显示列表中的第一条。")
    return asked or next(iter([*marked, *found]), None)


def link_to(screen: Screen, one: Trouble) -> str:
    """The address of one of them."""
    plain = ProjectChoice(view="risk")
    if one.id is not None:
        return projects_link(screen, plain, trouble=one.id)
    return projects_link(screen, plain, project=one.project, operator=None if one.project else one.operator)


def _list_markup(screen: Screen, marked: list[Trouble], found: list[Trouble], chosen: Trouble | None) -> str:
    with screen.engine.connect() as connection:
        with_settings = values(connection)
    rules = (
        f"规则：连续 {with_settings['arrears_months']} 期没有收足应收，或12个月实收不到应收的"
        f" {with_settings['return_share']} %；当月未完不计"
    )
    parts = [heading(f"已标记 {len(marked)} 个，系统预警 {len(found)} 个", f"{screen.region.name} · {rules}")]
    for title, listed in (("已标记", marked), ("系统预警", found)):
        if not listed:
            continue
        lines = "".join(f"<li>{_one_markup(screen, one, one == chosen)}</li>" for one in listed[:SHOWN])
        rest = len(listed) - SHOWN
        more = f'<p class="calm">还有 {rest} 个，换到下级区划查看，或在名单中筛选“有风险”。</p>' if rest > 0 else ""
        parts.append(f'<h3 class="troubles">{title}</h3><ul class="troubles">{lines}</ul>{more}')
    return "".join(parts)


def _one_markup(screen: Screen, one: Trouble, now: bool) -> str:
    what = f"经营主体 · {len(one.projects)} 个项目" if one.operator else "项目"
    since = f"{one.since} 起" if one.since else ""
    inner = (
        f"<b>{escape(one.name)}</b><span>{escape(what)}</span>"
        f"<em>{escape('，'.join(part for part in (since, one.reason) if part))}</em>"
    )
    return link(inner, link_to(screen, one), **({"aria_current": "true"} if now else {}))


def _operators_markup(screen: Screen, found: list[Trouble], chosen: Trouble | None) -> str:
    """Operators with several projects that the rules found: seen together, they are one shock."""
    runs = ask(screen, troubles.operators_of, tuple(one.project for one in found if one.project))
    several = {name: count for name, count in runs.items() if count > 1}
    if not several:
        return ""

    def told(name: str, count: int) -> str:
        now = chosen is not None and chosen.operator == name
        inner = f"<b>{escape(mask_party(screen.viewer, name))}</b><span>{count} 个项目同时预警</span><em>合并测算</em>"
        return f"<li>{link(inner, _url(screen, name), **({'aria_current': 'true'} if now else {}))}</li>"

    lines = "".join(told(*one) for one in list(several.items())[:SHOWN])
    return f'<h3 class="troubles">同一经营主体</h3><ul class="troubles">{lines}</ul>'


def _url(screen: Screen, operator: str) -> str:
    return projects_link(screen, ProjectChoice(view="risk"), operator=operator)


def _log(screen: Screen) -> None:
    rows = ask(screen, troubles.log, screen.region.code)
    if rows.empty:
        return
    lines = "".join(
        f"<li>{escape(moment(row.at))} {escape(_who(row.actor))}标记“{escape(row.name)}”"
        + (f"：{escape(row.reason)}" if row.reason else "")
        + (f"；{escape(moment(row.ended))} {escape(_who(row.ended_actor))}解除" if row.ended else "")
        + "</li>"
        for row in rows.itertuples()
    )
    show_markup(f'<details><summary>标记记录（{len(rows)}）</summary><ul class="log">{lines}</ul></details>')


def _who(actor: str) -> str:
    return ROLES.get(actor.partition(":")[0], actor)
