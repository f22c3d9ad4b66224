"""扫码查询: a code by photo, by camera or typed leads to the household; what it does not lead to is said and logged."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from components.drawing.markup import escape, link
from components.drawing.panels import heading
from components.drawing.states import state_markup
from components.drawing.tables import Row
from components.drawing.theme import state_marks
from components.shell.errors import problem
from components.shell.logged import looked
from components.shell.page import show_markup
from components.shell.screen import Screen
from components.shell.site import ADMIN, HOUSEHOLD
from data.access.roles import LOG, READ
from data.codes.decoding import tokens
from data.codes.scanning import Scanned, looked_up
from data.errors import Refused

_TYPED, _FIELD, _READ, _LOGGED = "scanned_text", "scan_field", "scanned_pictures", "logged_scans"
_MOST_PICTURES = 20
_NOT_FOUND = "不是户码，或编号、校验码不存在，或不在您的查看范围内。按姓名、村名查找请到户档案。"
_SAID = {
    "withdrawn": ("已作废的户码", "这张码已经作废。请从户档案打印新的户码，换下墙上的旧码。"),
    "expired": ("已过期的户码", "这张码已过有效期。请从户档案换发新的户码。"),
    "unknown": ("不存在的户码", "系统里没有这张码：可能不是本系统印制，或抄写有误。"),
    "refused": ("不在您的查看范围内", "这张码是其他辖区的户，或不是您结对的户。这次扫码已记入日志。"),
    "foreign": ("没有找到这一户", _NOT_FOUND),
    "hidden": ("没有找到这一户", _NOT_FOUND),
}
_SECURE = (
    "这个网址不能直接用摄像头：浏览器只在 https 网址或本机 localhost 上允许。"
    "请用上面的“拍照或选择文件”，手机上点它就能拍照。"
)


@dataclass(frozen=True)
class _Input:
    """One text that was scanned or typed, and where it came from."""

    text: str
    source: str


def show_scan(screen: Screen) -> None:
    """The three ways in, and what they lead to."""
    show_markup(heading("扫码查询", "拍下门牌上的户码或明白卡上的二维码，打开这一户的档案", level=1))
    left, right = st.columns([38, 62], gap="medium")
    with left:
        inputs = [*_typed(), *_photos(), *_camera()]
    with right:
        _results(screen, list({one.text: one for one in inputs}.values()))
    if screen.viewer.may(READ, LOG):
        way = link(
            "异常查看：近来的扫码和打开档案里哪些不寻常", screen.link(ADMIN, tab="oversight"), style="underlined"
        )
        show_markup(f'<p class="calm">{way}</p>')


def _typed() -> list[_Input]:
    """By hand, or by a scanner that types; what is typed names a household and stays out of the address."""
    st.session_state.setdefault(_FIELD, st.session_state.get(_TYPED, ""))
    st.text_input(
        "手工输入或扫码枪",
        key=_FIELD,
        on_change=lambda: st.session_state.update({_TYPED: st.session_state[_FIELD]}),
        placeholder="户编号、明白卡校验码或码里的网址",
    )
    typed = st.session_state[_FIELD].strip()
    return [_Input(typed, "手工输入")] if typed else []


def _photos() -> list[_Input]:
    files = st.file_uploader(
        "照片（可一次多张，一张里可有多个码）",
        type=["jpg", "jpeg", "png"],
        accept_multiple_files=True,
        key="scan_photos",
    )
    if len(files) > _MOST_PICTURES:
        problem(f"一次最多 {_MOST_PICTURES} 张，只识别了前 {_MOST_PICTURES} 张。")
    return [one for file in files[:_MOST_PICTURES] for one in _decoded(file, f"照片 {file.name[:30]}")]


def _camera() -> list[_Input]:
    if not st.toggle("用这台设备的摄像头", key="scan_camera"):
        return []
    url = urlsplit(st.context.url or "")
    if url.scheme != "https" and url.hostname not in ("localhost", "127.0.0.1"):
        problem(_SECURE)
        return []
    picture = st.camera_input("对准二维码拍照", key="scan_picture", label_visibility="collapsed")
    return _decoded(picture, "摄像头") if picture else []


def _decoded(picture: UploadedFile, source: str) -> list[_Input]:
    """The codes of a picture, read once; a picture without any is said."""
    known = st.session_state.setdefault(_READ, {})
    if picture.file_id not in known:
        with st.spinner("正在识别…"):
            try:
                known[picture.file_id] = tokens(picture.getvalue())
            except Refused as error:
                known[picture.file_id] = str(error)
    texts = known[picture.file_id]
    if isinstance(texts, str):
        problem(f"{source}：{texts}")
        return []
    if not texts:
        problem(f"{source}：没有认出二维码。请靠近些、对正、避开反光再拍一张，或手工输入户编号。")
    return [_Input(text, source) for text in texts]


def _results(screen: Screen, inputs: list[_Input]) -> None:
    if not inputs:
        show_markup(
            '<section class="nothing"><h2>还没有扫码</h2><p>任选一种方式：手工输入或用扫码枪，'
            "拍照或选择照片，用这台设备的摄像头。结果显示在这里。</p></section>"
        )
        return
    with screen.engine.connect() as connection:
        here = connection, screen.engine, screen.viewer
        found = [looked_up(*here, one.text, screen.month, screen.today) for one in inputs]
    _log(screen, zip(inputs, found, strict=True))
    known = sum(one.kind == "valid" for one in found)
    others = f"，{len(found) - known} 个没有打开" if known < len(found) else ""
    cards = "".join(_card(screen, one, result) for one, result in zip(inputs, found, strict=True))
    show_markup(f'<p class="calm" role="status">认出 {len(found)} 个码{others}</p><ul class="scanned">{cards}</ul>')


def _log(screen: Screen, scans: Iterable[tuple[_Input, Scanned]]) -> None:
    """Each scan once a session and viewer, however often the page is drawn."""
    logged = st.session_state.setdefault(_LOGGED, set())
    for one, result in scans:
        key = hash((screen.viewer.key, one.text, one.source, result.kind))
        if key in logged or result.view is None:
            continue
        logged.add(key)
        for household in result.households or (None,):
            looked(screen, result.view, household)


def _card(screen: Screen, one: _Input, result: Scanned) -> str:
    if result.kind == "valid" and result.rows is not None:
        return "".join(_household(screen, row, one, result) for row in result.rows.itertuples())
    title, why = _SAID[result.kind]
    return (
        f'<li class="not"><b>{escape(title)}</b><span class="from">{escape(one.source)}</span><p>{escape(why)}</p></li>'
    )


def _household(screen: Screen, row: Row, one: _Input, result: Scanned) -> str:
    url = screen.link(HOUSEHOLD, region=row.village, household=int(row.id))
    place = " ".join(filter(None, (row.township_name, row.village_name)))
    state = state_markup(row.state, state_marks(screen.dark))
    visit = f"最近走访 {row.last_visit}" if row.last_visit else "没有走访记录"
    problems = f' · <b class="alarm">{row.problems} 个未销号问题</b>' if row.problems else ""
    way = (
        link("记走访", screen.link(HOUSEHOLD, region=row.village, household=int(row.id), do="visit"), style="button")
        if screen.viewer.may_write
        else ""
    )
    name = f'<span class="name">{link(escape(row.head), url)}</span>{state}'
    return (
        f'<li>{name}<span class="from">{escape(one.source)}</span>'
        f"<p>{escape(place)} · 户编号 {escape(row.code)}</p><p>{escape(visit)}{problems}</p>{_verdict(result)}"
        f'<p class="ways">{link("打开户档案", url, style="button")}{way}</p></li>'
    )


def _verdict(result: Scanned) -> str:
    verdict = result.verdict
    if verdict is None:
        return ""
    if verdict.kind == "unknown":
        return '<p class="verdict changed">✕ 卡上的校验码不是本系统为这一户印制的，请核对原件。</p>'
    card = (verdict.year.name if verdict.year else "") + (
        f"的卡，打印于 {verdict.printed_at[:10]}" if verdict.printed_at else "的卡"
    )
    if verdict.kind == "equal":
        return f'<p class="verdict">✓ 这张明白卡与系统记录一致：{escape(card)}。</p>'
    said = "；".join(verdict.differences)
    return (
        f'<p class="verdict changed">△ 这张明白卡与系统记录不一致：{escape(card)}，之后记录有变动'
        f"{escape(f'：{said}' if said else '')}。</p>"
    )
