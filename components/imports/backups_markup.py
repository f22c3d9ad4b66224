"""How the backups stand, as markup: pure, of what ``data.backups.runs`` tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from components.drawing.markup import Markup, escape, picture
from components.drawing.spark import spark_line
from components.drawing.tables import Row, TableColumn, TableLook, table_markup
from components.drawing.theme import Palette
from components.drawing.wording import NO_VALUE, moment
from data.backups.runs import FAILED, OPEN, PROVEN, Drill, Run, State

_UNITS = ((2**30, "GB", 1), (2**20, "MB", 1), (2**10, "KB", 0))
_MARKS = {PROVEN: ("✓", "属实"), FAILED: ("✗", "不符"), OPEN: ("—", "未证")}
_ROOM = 3
"""Backups of the newest's size that should find room yet."""
COLUMNS = (
    TableColumn("at", "时间"), TableColumn("who", "谁"), TableColumn("outcome", "结果"),
    TableColumn("size", "大小", "figure"), TableColumn("rows", "记录行数", "integer"),
    TableColumn("version", "数据版本", "integer"),
    TableColumn("archives", "档案"), TableColumn("drill", "恢复演练"), TableColumn("file", "文件"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Where backups go, whether beside the store itself, and how many bytes are free there (None: it is not there)."""

    folder: Path
    beside: bool
    free: int | None


def size_text(size: int) -> str:
    """``312.4 MB``."""
    unit, name, decimals = next((one for one in _UNITS if size >= one[0]), _UNITS[-1])
    return f"{size / unit:,.{decimals}f} {name}"


def age_text(age: timedelta) -> str:
    """``3 小时前``."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟前"
    return f"{minutes // 60} 小时前" if minutes < 48 * 60 else f"{minutes // (24 * 60)} 天前"


def state_markup(state: State, place: Place, *, now: datetime, demonstration: bool, palette: Palette) -> str:
    """The age of the last good backup as what is largest, and beside it what else one has to know."""
    gone = state.newest is not None and not state.newest.lies()
    late = state.late and not demonstration
    facts = [("定时备份", _timed(state, now, demonstration)), ("磁盘剩余", _free(state, place))]
    facts += [("恢复演练", _drilled(state)), ("大小", _sizes(state, palette))]
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(told)}</dd></div>" for name, told in facts if told)
    return (
        f'<section class="backup-state{" grave" if gone or late else ""}"><p class="age">{escape(_age(state))}'
        f"<small>{escape(_which(state, gone=gone, late=late))}</small></p><dl>{listed}</dl></section>"
    )


def _age(state: State) -> str:
    if state.newest is None:
        return "还没有备份"
    return f"{age_text(state.age)}备份过" if state.age is not None else "备份时间不明"


def _which(state: State, *, gone: bool, late: bool) -> str:
    if state.newest is None:
        return "磁盘坏了，数据就没有了；请现在就备份一次。"
    told = f"最近一次完好的备份：{moment(state.newest.at)}，{size_text(state.newest.size)}"
    if state.age is None:
        return f"{told}，晚于现在的时间，请检查服务器的时钟。"
    if gone:
        return f"{told}，但文件不在原处：请检查那只盘是否接上，不在就马上再备份。"
    return f"{told}。已经超过定时备份的间隔，请查明原因。" if late else f"{told}。"


def _timed(state: State, now: datetime, demonstration: bool) -> str:
    if demonstration:
        return "演示数据不定时备份，可以手动备份"
    table = state.timetable
    if state.due_at is None:
        return "没有开，请在“定时设置”里设定"
    often = "每天" if table.every == 1 else f"每 {table.every} 天"
    following = f"下一次 {_soon(state.due_at, now)}"
    if state.due_at <= now:
        following = "没有成功的每小时重试" if state.failed else "已到时间，一两分钟内开始"
    return f"{often} {table.hour}:00，{following}"


def _soon(at: datetime, now: datetime) -> str:
    days = (at.date() - now.date()).days
    day = {0: "今天", 1: "明天"}.get(days) or f"{at.month}月{at.day}日"
    return f"{day} {at.hour}:00"


def _free(state: State, place: Place) -> str:
    if place.free is None:
        return Markup('<b class="wrong">文件夹不在</b>，请检查那只盘是否接上')
    size = state.newest.size if state.newest else 0
    more = f"，还放得下约 {place.free // size:,} 份" if size else ""
    told = f"{size_text(place.free)}{more}"
    return _wrong(told) if size and place.free < _ROOM * size else told


def _drilled(state: State) -> str:
    drill = state.drilled.drill if state.drilled else None
    if drill is None:
        return "还没有做过：没有恢复过的备份不知道能不能用"
    told = f"{drill.at[:10]} {drill.outcome}，用时 {max(drill.seconds, 1):,} 秒"
    return told if drill.passed else _wrong(told)


def _wrong(words: str) -> Markup:
    return Markup(f'<b class="wrong">{escape(words)}</b>')


def _sizes(state: State, palette: Palette) -> str:
    if not state.sizes:
        return ""
    first, last = state.sizes[0], state.sizes[-1]
    if len(state.sizes) == 1:
        return size_text(last)
    told = f"最近 {len(state.sizes)} 次：{size_text(first)} → {size_text(last)}"
    drawing = spark_line([float(size) for size in state.sizes], line=palette.series, end=palette.accent)
    return Markup(f"{escape(told)}{picture(drawing, told, style='course')}")


def drill_markup(run: Run, drill: Drill) -> str:
    """What the last trial restore found, thing by thing."""
    rows = "".join(
        f'<li class="{proof.state}"><b aria-label="{_MARKS[proof.state][1]}">{_MARKS[proof.state][0]}</b>'
        f"<i>{escape(proof.what)}</i><span>{escape(proof.words)}</span></li>"
        for proof in drill.proofs
    )
    head = f"{moment(drill.at)} 演练 {moment(run.at)} 的备份：{drill.outcome}，用时 {max(drill.seconds, 1):,} 秒"
    return f'<p class="calm">{escape(head)}</p><ul class="proofs">{rows}</ul>'


def runs_markup(found: Sequence[Run], names: dict[str, str]) -> str:
    """The backups of a page; ``names``: actor → in words."""
    rows = [
        (
            moment(run.at), names[run.actor], _outcome(run), size_text(run.size) if run.size else NO_VALUE,
            sum(run.facts["rows"].values()) if run.facts else None, run.facts["version"] if run.facts else None,
            _archives(run), f"{run.drill.at[:10]} {run.drill.outcome}" if run.drill else NO_VALUE, run.file.name,
        )
        for run in found
    ]  # fmt: skip

    def outcome(row: Row) -> str:
        return escape(row.outcome) if row.size != NO_VALUE else _wrong(row.outcome)

    frame = pd.DataFrame(rows, columns=[column.id for column in COLUMNS])
    look = TableLook(whole=True, cards=True, drawn={"outcome": outcome})
    return table_markup(frame, COLUMNS, caption="备份记录", look=look)


def _outcome(run: Run) -> str:
    if run.why:
        return run.why
    if run.removed:
        return f"已按保留份数删去（{run.removed[:10]}）"
    return "完好" if run.lies() else "文件不在原处"


def _archives(run: Run) -> str:
    told = run.facts.get("archives") if run.facts else None
    if told is None:
        return NO_VALUE
    missing = f"，缺 {told['missing']:,}" if told["missing"] else ""
    return f"{told['copied'] + told['standing']:,} 份{missing}"
