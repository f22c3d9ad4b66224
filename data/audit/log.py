"""The log of looks: who saw which household, when, from where and how much of it; and what in it looks strange.

Looking must not wait for a writer (an import holds the store for minutes): lines are kept until one thread of the
process has written them, at once where the store is free. A process that is killed meanwhile loses them.
"""

import atexit
import logging
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import NotRequired, TypedDict, Unpack

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from data.access.households import require
from data.access.rights import needs
from data.access.roles import CODES, LOG, READ
from data.access.viewer import Viewer, within_sql
from data.audit.chain import LogBroken, append
from data.audit.lines import EMPTIED, Look
from data.audit.records import proofs
from data.clock import written
from data.errors import Refused
from data.model import access_log
from data.store.engine import writing

VIEWS = {
    "stranger": "扫码（路人）",
    "household": "扫码（本户）",
    "cadre": "扫码（干部）",
    "file": "打开户档案",
    "card": "打开明白卡",
    "archive": "打开档案材料",
    "project_archive": "打开项目材料",
    "print": "打印",
    "export": "导出名单",
    "plan": "办理收益分配方案",
    "trouble": "处置上游风险",
    "right": "口令相符",
    "wrong": "口令不符",
    "refused": "超出范围被拒",
    "withdrawn": "已作废的码",
    "expired": "已过期的码",
    "unknown": "不存在的码",
    "issued": "发放户码",
    "revoked": "作废户码",
    "pin_given": "发放口令",
    "pin_taken": "收回口令",
    "flood": "不存在的码过多，已限制",
    "gap": "日志此前有缺行或改动，已说明原因",
    "restored": "恢复备份",
    "emptied": "清空演示数据",
    "signed_in": "登录",
    "sign_in_wrong": "登录失败",
    "signed_out": "退出登录",
    "session_ended": "结束会话",
    "password": "修改密码",
    "second": "设置动态码",
    "account": "管理人员和账号",
    "device": "管理大屏设备",
    "setting": "更改设置",
    "backup": "备份和恢复演练",
    "region": "村的撤并和更名",
    "leader": "任免区划负责人",
    "search": "查找户",
    "list": "查看名单",
    "unmasked": "显示全号",
    "borrowed": "借阅",
    "change": "修改户档案",
    "approve": "审核办理",
    "dispatch": "月调度",
    "day": "每日记录",
    "import": "导入数据",
    "books": "收支闭账",
    "showing": "留存展示数字",
    "command": "命令行操作",
    "log": "查看日志",
}
MOST_WAITING = 20_000
PATIENCE = 10.0  # seconds that something waits to leave
RETRY = 2.0  # seconds between two tries while the store is held by somebody else
LONGEST = 80  # characters of an actor or address
LONGEST_DETAIL = 200
_BATCH = 500

_log = logging.getLogger("warroom")


@dataclass(frozen=True)
class PatternKind:
    """What is strange within one day: from ``least`` on; ``counted``, ``views`` and ``by`` are SQL."""

    label: str
    least: int
    words: str
    counted: str
    views: str
    by: str = "a.address"

    @property
    def explanation(self) -> str:
        return self.words.format(least=self.least)


_SCANS, _FILES = "a.view IN ('stranger', 'household')", "a.view IN ('file', 'card', 'archive', 'cadre')"
_DIFFERENT, _TIMES, _PERSON = "COUNT(DISTINCT a.household_id)", "COUNT(*)", "a.actor, a.address"
PATTERNS = {
    "many_codes": PatternKind(
        "一个地址扫了很多户", 30, "同一地址一天里以路人或本户身份扫了 {least} 户以上。", _DIFFERENT, _SCANS
    ),
    "unknown": PatternKind(
        "反复扫不存在的码", 20, "同一地址一天里扫了 {least} 次以上，可能在试码。", _TIMES, "a.view = 'unknown'"
    ),
    "wrong": PatternKind(
        "反复输错口令", 10, "一户一天里输错 {least} 次以上，可能在猜。", _TIMES, "a.view = 'wrong'", "a.household_id"
    ),
    "wrong_address": PatternKind(
        "一个地址多次输错口令", 20, "同一地址一天里输错 {least} 次以上，不论哪一户。", _TIMES, "a.view = 'wrong'"
    ),
    "files": PatternKind(
        "一人打开很多户档案", 200, "同一身份在同一地址一天里打开 {least} 户以上。", _DIFFERENT, _FILES, _PERSON
    ),
    "night": PatternKind(
        "深夜打开户档案", 5, "同一身份在同一地址 23 时至次日 5 时打开 {least} 户以上。", _DIFFERENT,
        f"{_FILES} AND (substr(a.at, 12, 2) = '23' OR substr(a.at, 12, 2) < '05')", _PERSON,
    ),
    "unmasked": PatternKind(
        "显示了很多全号", 30, "同一身份在同一地址一天里显示 {least} 次以上证件、电话或病情的原文。", _TIMES,
        "a.view = 'unmasked'", _PERSON,
    ),
    "exports": PatternKind(
        "导出、打印很多次", 20, "同一身份在同一地址一天里导出或打印 {least} 次以上，一次打印许多户只算一次。",
        "COUNT(DISTINCT a.at || a.detail)", "a.view IN ('export', 'print')", _PERSON,
    ),
    "sign_in": PatternKind(
        "登录失败很多次", 20, "同一地址一天里登录失败 {least} 次以上，可能在猜密码。", _TIMES,
        "a.view = 'sign_in_wrong'",
    ),
    "borrowed": PatternKind(
        "借阅很多户", 5, "同一身份在同一地址一天里借阅 {least} 户以上。", _DIFFERENT, "a.view = 'borrowed'", _PERSON
    ),
    "refused": PatternKind(
        "反复打开范围以外的户", 20, "同一身份在同一地址一天里被拒 {least} 次以上，可能在逐户试探。", _TIMES,
        "a.view = 'refused'", _PERSON,
    ),
    "broken": PatternKind(
        "日志断过", 1, "日志缺过行或不符，或恢复过备份，已说明原因。", _TIMES, "a.view IN ('gap', 'restored')"
    ),
}  # fmt: skip
PAGE = 10
_STRANGE = """
    SELECT substr(a.at, 1, 10) AS day, {counted} AS times, MIN(a.at), MAX(a.at), {by}
    FROM access_log a
    WHERE a.at >= :since AND {views} AND (a.household_id IS NULL
        OR EXISTS (SELECT 1 FROM household h WHERE h.id = a.household_id AND {here}))
    GROUP BY substr(a.at, 1, 10), {by} HAVING {counted} >= {least} ORDER BY day DESC, times DESC LIMIT 20"""


@dataclass(frozen=True)
class Pattern:
    """One strange day: a key of PATTERNS, the day, how often, first and last time; then who: an address, a household
    (its id), or actor and address, whichever the kind goes by."""

    kind: str
    day: str
    count: int
    first: str
    last: str
    address: str | None = None
    household: int | None = None
    actor: str | None = None


class Line(TypedDict):
    """A line of the log: who (``Viewer.actor``), whence, a key of VIEWS, whose household (an id), what was taken away
    (it names no person), when."""

    actor: str
    address: str
    view: str
    household: NotRequired[int | None]
    detail: NotRequired[str | None]
    now: datetime


def record(engine: Engine, **line: Unpack[Line]) -> None:
    """Enter a look; returns at once."""
    household, detail = line.get("household"), line.get("detail")
    look = _look(line["actor"], line["address"], line["view"], household, written(line["now"]), detail)
    _writer(engine).put(look)


def leaves(engine: Engine, **line: Unpack[Line]) -> None:
    """Enter what is about to leave, and wait until the line stands. Raises Refused where it does not stand in time:
    then nothing may leave."""
    record(engine, **line)
    if not flush(engine, PATIENCE):
        raise Refused("日志一时写不进去（系统可能正在导入），内容没有交出，请过一两分钟再试。")


def enter(
    connection: Connection,
    *,
    actor: str,
    address: str,
    view: str,
    households: Iterable[int | None],
    detail: str | None = None,
    now: datetime,
) -> None:
    """Enter what was done to households (None: to no single one) within the transaction that does it: both stand, or
    neither."""
    if lines := [_look(actor, address, view, household, written(now), detail) for household in households]:
        append(connection, lines)


def wrote(
    connection: Connection,
    table: str,
    keys: Sequence[int | str],
    *,
    actor: str,
    view: str,
    household: int | None = None,
    detail: str | None = None,
    address: str = "",
    now: datetime,
) -> None:
    """Enter rows of a watched table (``records.WATCHED``) that this transaction wrote or took away: a line each, with
    what it holds now. From here on the log vouches for them. ``household``: whose they are, where the rows do not say
    so (any more)."""
    standing = {one.key: one for one in proofs(connection, table, keys)}
    lines = []
    for key in keys:
        one = standing.get(key)
        line = _look(actor, address, view, one.household if one else household, written(now), detail)
        lines.append(replace(line, ref=f"{table}:{key}", digest=one.digest if one else None))
    append(connection, lines)


def emptied(connection: Connection, tables: Sequence[str], *, actor: str, detail: str, now: datetime) -> None:
    """Enter that this transaction took away all rows of these watched tables: one line, for what it vouched for."""
    line = _look(actor, "", EMPTIED, None, written(now), detail)
    append(connection, [replace(line, ref=f"{EMPTIED}:{','.join(tables)}")])


@needs(READ, CODES)
def of_household(connection: Connection, viewer: Viewer, household: int, page: int = 1) -> tuple[list[Look], int]:
    """One page of a household's lines, the newest first, and how many there are; raises as ``require``."""
    require(connection, viewer, [household])
    mine = access_log.c.household_id == household
    columns = [access_log.c[name] for name in ("at", "actor", "address", "view", "household_id", "detail")]
    rows = select(*columns).where(mine).order_by(access_log.c.id.desc())
    found = connection.execute(rows.limit(PAGE).offset((page - 1) * PAGE))
    total = connection.execute(select(func.count()).where(mine)).scalar_one()
    return [Look(*row) for row in found], total


@needs(READ, LOG)
def patterns(connection: Connection, viewer: Viewer, since: str) -> list[Pattern]:
    """What looks strange from a day (ISO) on, in the viewer's region, the newest day first; at most twenty a kind.

    Looks that name no household count everywhere.
    """
    here, bound = within_sql("h.village", viewer.region)
    found = []
    for id, kind in PATTERNS.items():
        rows = connection.execute(text(_STRANGE.format(here=here, **vars(kind))), {**bound, "since": since})
        names = [column.partition(".")[2].removesuffix("_id") for column in kind.by.split(", ")]
        found += [Pattern(id, *row[:4], **dict(zip(names, row[4:], strict=True))) for row in rows]
    return sorted(found, key=lambda one: (one.day, one.count), reverse=True)


def flush(engine: Engine, seconds: float = 20) -> bool:
    """Wait until everything entered before is written; False where it was not in time."""
    return engine not in _writers or _writers[engine].wait(seconds)


def waiting(engine: Engine) -> list[Look]:
    """What was entered and is not written yet, the oldest first."""
    return _writers[engine].waiting() if engine in _writers else []


def _look(actor: str, address: str, view: str, household: int | None, at: str, detail: str | None = None) -> Look:
    if view not in VIEWS:
        raise ValueError(f"no such view: {view}")
    told = None if detail is None else _plain(detail, LONGEST_DETAIL)
    return Look(at, _plain(actor), _plain(address).removeprefix("::ffff:"), view, household, told)


def _plain(value: str, longest: int = LONGEST) -> str:
    """What any store takes: printable and short."""
    return "".join(filter(str.isprintable, value))[:longest]


class _Writer:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lines: deque[Look] = deque()  # a line goes out when it is written, not before
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="access-log", daemon=True).start()

    def put(self, look: Look) -> None:
        with self._changed:
            if len(self._lines) >= MOST_WAITING:
                _log.error("the log of looks is full, a line was lost")
                return
            self._lines.append(look)
            self._changed.notify_all()

    def waiting(self) -> list[Look]:
        with self._changed:
            return list(self._lines)

    def wait(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self._lines, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._lines)
                lines = list(islice(self._lines, _BATCH))
            self._write(lines)
            with self._changed:
                for _ in lines:
                    self._lines.popleft()
                self._changed.notify_all()

    def _write(self, lines: list[Look]) -> None:
        while True:
            try:
                with writing(self._engine) as connection:
                    append(connection, lines)
                return
            except LogBroken as error:
                _log.error("the log is not written on: %s", error)
            except (SQLAlchemyError, OSError) as error:
                _log.warning("the log of looks waits: %s", type(error).__name__)
                time.sleep(RETRY)


_writers: dict[Engine, _Writer] = {}  # a process has two or three engines
_making = threading.Lock()


def _writer(engine: Engine) -> _Writer:
    with _making:
        if engine not in _writers:
            _writers[engine] = _Writer(engine)
        return _writers[engine]


@atexit.register
def _finish() -> None:
    end = time.monotonic() + 3
    for writer in list(_writers.values()):
        writer.wait(max(end - time.monotonic(), 0))
