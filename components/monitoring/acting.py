"""What may be done to a case now: a button for each step, a form with what the step is given, the step itself."""

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from components.drawing.markup import escape
from components.monitoring.address import KINDS
from components.monitoring.case_papers import paper_fields
from components.shell.drafts import offer_draft, sweep_drafts
from components.shell.page import show_markup
from components.shell.said import keep_said, say_refused, show_said
from components.shell.screen import Screen
from data.access.roles import PAPERS, WRITE
from data.errors import WarRoomError
from data.monitoring.cases import LONGEST_HANDLER, Case, Given, Next
from data.monitoring.handing_in import step_with_papers
from data.monitoring.law import FIGURES
from data.monitoring.law import PAPERS as PAPERS_OF
from data.monitoring.votes import Votes
from data.monitoring.ways import CASE_WAY
from data.terms import MOST_RISKS, NATURAL_REASONS, RISKS
from data.text.official import official
from data.workflow import LONGEST_REASON, Changed

_TAKEN = "case_taken"
_VOTED = ("discuss", "reject", "removal_discuss")
_KINDED = ("visit", "green", "discuss", "township", "county", "include")
_SECOND = ("return", "refuse", "void", "reject", "object", "keep", "removal_return", "green", "propose_natural")
"""What is not the usual next step."""
SAYS = {
    "visit": "写明入户核查到的风险，附排查表、信息采集表。",
    "compare": "全家信息比对的结果，每个人都要有。",
    "green": "突发灾、病、意外的户先行帮扶，手续按时限补齐；立即开始监测。",
    "discuss": "记下应到、实到、同意、不同意；到会和同意的比例按设置。",
    "reject": "评议没有通过的，程序到此结束，不纳入监测。",
    "publish": "在村里张贴公示；公示天数按设置，期满才能上报。",
    "object": "公示期有异议的，退回核实后重新评议。",
    "report": "公示期满无异议，上报乡镇审核。",
    "township": "由上报人以外的另一人审核。",
    "county": "由审核人以外的另一人审定。",
    "include": "公告后纳入监测，从公告之日起计首次帮扶时限。",
    "return": "退给村里补正，补正后重新评议、公示。",
    "refuse": "不符合条件的，写明理由；程序到此结束。",
    "propose": "收入稳定、“三保障”和饮水安全有保障、识别满规定月数、落实过措施的，可以提出。",
    "propose_natural": "整户死亡、迁出等不再存在的户，附证明；不受月数和措施限制。",
    "removal_visit": "逐项核实收入和“三保障”。",
    "removal_publish": "在村里公示消除名单，期满才能上报。",
    "remove": "公告后风险消除，不再计入监测对象，数据每年继续更新。",
    "keep": "暂不消除的，继续帮扶。",
    "removal_return": "退给村里补正，补正后重新评议、公示。",
    "void": "立错了的撤销，不再计入任何数字；记录仍在。",
}
"""What follows from a step, before it is taken."""
_HINTS = {
    "visit": "看到什么情况，风险在哪里", "compare": "比对了哪些部门，有没有疑点、怎么解释的",
    "return": "缺什么，补什么", "removal_return": "缺什么，补什么", "refuse": "为什么不符合条件",
    "object": "谁提出什么异议（不写姓名）", "keep": "还有什么风险", "void": "为什么撤销",
    "green": "发生了什么，先帮了什么",
    "reject": "评议会上的主要意见", "propose_natural": "什么时候、怎么回事",
}  # fmt: skip


def show_acts(screen: Screen, one: Case) -> None:
    """The buttons, the usual next step first; nothing for who may do nothing."""
    show_said("case", of=one.id)
    sweep_drafts(screen, one.household, st.session_state.pop(_TAKEN, None))
    able = [following for following in one.next if not following.obstacles]
    if not able:
        return
    able.sort(key=lambda following: following.arrow.action in _SECOND)
    with st.container(key="case_do", horizontal=True, gap="small"):
        for following in able:
            action = following.arrow.action
            kind: Literal["primary", "secondary"] = "secondary" if action in _SECOND else "primary"
            if st.button(following.word, key=f"case_do_{action}", type=kind):
                _open(screen, one, following)


def _open(screen: Screen, one: Case, following: Next) -> None:
    action, word = following.arrow.action, following.word
    draft = f"case-{one.id}-{action}"

    def body() -> None:
        show_markup(f'<p class="whose">{escape(one.head)} 户 · {escape(one.place)}</p>')
        offer_draft(screen, one.household, draft)
        if action in SAYS:
            show_markup(f'<p class="calm">{escape(official(SAYS[action]))}</p>')
        with st.form(f"case_form_{action}", border=False, enter_to_submit=False):
            given, files = _fields(screen, one, following)
            said = st.container()
            pressed = st.form_submit_button(f"确定{word}", type="primary", width="stretch")
        if not pressed:
            return
        try:
            with st.spinner("正在办理…"):
                after = step_with_papers(
                    screen.engine, screen.viewer, one.id, action, version=one.version, given=given, files=files,
                    now=screen.now,
                )  # fmt: skip
        except Changed as changed:
            keep_said("case", str(changed), of=one.id, wrong=True)
        except WarRoomError as error:
            with said:
                say_refused(error)
            return
        else:
            keep_said("case", f"已{word}，现在是“{CASE_WAY.states[after]}”。", of=one.id)
            st.session_state[_TAKEN] = draft
        st.rerun()

    st.dialog(word, width="large" if action in ("propose", "removal_discuss") else "small")(body)()


def _fields(screen: Screen, one: Case, following: Next) -> tuple[Given, list[tuple[str, bytes]]]:
    """The fields of a step, and what is in them: with the files that were handed in (kind, content)."""
    action = following.arrow.action
    left, right = st.columns(2)
    day = left.date_input(
        "办理日期", screen.today, max_value=screen.today, format="YYYY-MM-DD", key=f"case_{action}_day",
        help="事情办的那一天；时限从它算起，晚录的会标明。",
    )  # fmt: skip
    handler = right.text_input("办理人（不是本人时填）", max_chars=LONGEST_HANDLER, key=f"case_{action}_handler")
    kind, risks, note = _watching(one, action) if action in _KINDED else (None, (), "")
    votes = _votes(action) if action in _VOTED else None
    natural = (
        st.selectbox("消除种类", NATURAL_REASONS, index=None, placeholder="请选择", key="case_natural")
        if action == "propose_natural"
        else None
    )
    figures = _figures(one) if action in ("propose", "removal_discuss") else {}
    must = following.arrow.reason
    reason = st.text_area(
        "说明（必填）" if must else "说明", max_chars=LONGEST_REASON, height=84, placeholder=_HINTS.get(action, ""),
        key=f"case_{action}_reason",
    )  # fmt: skip
    files = paper_fields(PAPERS_OF.get(action, ()), f"case_{action}") if screen.viewer.may(WRITE, PAPERS) else []
    given = Given(
        day=day, handler=handler, reason=reason.strip(), votes=votes, kind=kind, risks=risks, risk_note=note,
        natural_reason=natural, figures=figures,
    )  # fmt: skip
    return given, files


def _watching(one: Case, action: str) -> tuple[str | None, tuple[str, ...], str]:
    kind = st.selectbox(
        "监测类型", KINDS, index=KINDS.index(one.kind) if one.kind in KINDS else None,
        placeholder="核查后选定", key=f"case_{action}_kind",
    )  # fmt: skip
    risks = st.multiselect(
        f"返贫致贫风险（最多 {MOST_RISKS} 项）", RISKS, [risk for risk in one.risks if risk in RISKS],
        max_selections=MOST_RISKS, placeholder="可多选", key=f"case_{action}_risks",
    )  # fmt: skip
    note = st.text_input("风险备注（选“其他”时必填）", one.risk_note or "", max_chars=200, key=f"case_{action}_note")
    return kind, tuple(risks), note


def _votes(action: str) -> Votes | None:
    words = ("应到", "实到", "同意", "不同意")
    typed = [
        column.number_input(word, 0, 9999, None, step=1, key=f"case_{action}_{at}")
        for at, (word, column) in enumerate(zip(words, st.columns(4), strict=True))
    ]
    entitled, present, agreed, against = (None if one is None else int(one) for one in typed)
    if entitled is None or present is None or agreed is None:
        return None
    return Votes(entitled, present, agreed, against or 0)


def _figures(one: Case) -> Mapping[str, int]:
    """Figures of the removal, in yuan: those of the books need not be typed."""
    show_markup('<p class="calm">四项收入、支出和人均纯收入按账自动填写；账上没有的才填。没有自付和理赔的填 0。</p>')
    found = {}
    columns = st.columns(4)
    for at, (name, word) in enumerate(FIGURES.items()):
        must = "（必填）" if name in ("outlay", "claims") else ""
        stands = one.figures.get(name)
        yuan = columns[at % 4].number_input(
            f"{word}（元）{must}", value=None if stands is None else stands / 100, step=1.0, format="%.2f",
            key=f"case_figure_{name}",
        )  # fmt: skip
        if yuan is not None:
            found[name] = round(yuan * 100)
    return found
