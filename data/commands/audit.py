"""``python -m data audit …``: whether the log is whole, what stands in it, going on where it was broken."""

import argparse
import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path

import pandas as pd
from sqlalchemy import Engine

from data.access.actors import COMMAND, actor_name, taken_by
from data.access.viewer import Viewer
from data.audit import log
from data.audit.mending import accept
from data.audit.search import Found, Wanted, count, every, search
from data.audit.state import copy_file, root_file
from data.audit.taken import detail
from data.audit.verify import SHOWN, Verdict, log_end, verified
from data.clock import county_clock, written
from data.errors import NotFound, Refused
from data.paper.spreadsheet import ListColumn, list_workbook
from data.store.engine import ready_engine, writing
from data.store.private import own_file
from data.text.formulas import defused

INCOMPLETE = 3
PAGE = 50
MOST = 1_000_000  # rows of a sheet
_ADMIN = Viewer("admin", "")
_COLUMNS = (
    ListColumn("n", "行号", "integer"), ListColumn("at", "时间"), ListColumn("who", "谁"),
    ListColumn("address", "地址"), ListColumn("what", "做了什么"), ListColumn("household", "户编号"),
    ListColumn("detail", "内容"),
)  # fmt: skip


def verify_command(options: argparse.Namespace) -> int:
    engine = ready_engine(options.database)
    verdict = verified(engine, key=options.key, end=_end(options.end), copy=options.copy or copy_file())
    for words in verdict.accepted:
        print(f"已说明：{words}")
    for words in verdict.faults:
        print(words)
    if verdict.faults:
        more = f"等 {len(verdict.faults) + verdict.more} 处" if len(verdict.faults) > 1 else ""
        print(f"日志不完好：最早查出的是“{verdict.faults[0]}”{more}。共 {verdict.lines:,} 行。")
        return 1
    with engine.connect() as connection:
        end = log_end(connection)
    if not verdict.whole:
        print(f"日志连续，止于 {end}；根密钥不在本机，较早的行没有逐行核对：请用 --key 指出根密钥文件。")
        return INCOMPLETE
    print(f"日志完好，共 {verdict.lines:,} 行，止于 {end}。")
    if options.key is None and root_file(engine).exists():
        print(f"根密钥 {root_file(engine)} 还在本机，请移到别处保管，核对时用 --key 指出。")
    return 0


def _end(told: str | None) -> tuple[int, str] | None:
    """``1203·9f86d081`` as it stands on papers; a blank will do for the dot."""
    if not told:
        return None
    n, _, mac = told.replace("·", " ").strip().partition(" ")
    if not (n.isascii() and n.isdigit() and len(mac) >= SHOWN and set(mac) <= set("0123456789abcdef")):
        raise Refused("--end 应写成纸上或备份旁所印的样子，例如 --end '1203·9f86d081'。")
    return int(n), mac


def accept_command(options: argparse.Namespace) -> int:
    engine = ready_engine(options.database)
    with writing(engine) as connection:
        at = written(county_clock())
        verdict: Verdict = accept(connection, options.reason, actor=COMMAND, at=at, key=options.key)
    print(
        f"已写明情况，日志从此接着记。此前查出 {len(verdict.faults) + verdict.more} 处，最早的是“{verdict.faults[0]}”。"
    )
    return 0


def search_command(options: argparse.Namespace) -> int:
    engine, wanted = ready_engine(options.database), _wanted(options)
    _log(engine, "command", "查询日志")
    with engine.connect() as connection:
        total = count(connection, _ADMIN, wanted)
        found = search(connection, _ADMIN, wanted, offset=(options.page - 1) * PAGE, limit=PAGE)
    print("  ".join(column.heading for column in _COLUMNS))
    for one in found:
        print("  ".join(str(getattr(one, column.name)) or "—" for column in _COLUMNS))
    print(f"共 {total:,} 行，第 {options.page} 页，共 {max(1, -(-total // PAGE))} 页（--page）。")
    return 0


def export_command(options: argparse.Namespace) -> int:
    target: Path = options.file
    kind = target.suffix.lower()
    if kind not in (".xlsx", ".csv"):
        raise Refused("文件名请以 .xlsx 或 .csv 结尾。")
    if target.exists():
        raise Refused(f"{target} 已存在，请换一个文件名。")
    engine, wanted = ready_engine(options.database), _wanted(options)
    with engine.connect() as connection:
        total = count(connection, _ADMIN, wanted)
        if kind == ".xlsx" and total > MOST:
            raise Refused(
                f"符合的有 {total:,} 行，一张表最多 {MOST:,} 行，请用 --since、--until 分段导出，或导出为 .csv。"
            )
        lines = list(every(connection, _ADMIN, wanted))
        by = taken_by(actor_name(connection, COMMAND), county_clock())
    content = _sheet(lines, by) if kind == ".xlsx" else _csv(lines)
    _log(engine, "export", detail("日志", count=len(lines)))
    own_file(target)
    target.write_bytes(content)
    print(f"日志已导出到 {target}，共 {len(lines):,} 行。")
    return 0


def _sheet(lines: Sequence[Found], by: str) -> bytes:
    rows = pd.DataFrame(lines, columns=[one.name for one in fields(Found)])
    return list_workbook(rows, title="日志", subtitle=f"共 {len(lines):,} 行 · {by}", mark=by, columns=_COLUMNS)


def _csv(lines: Sequence[Found]) -> bytes:
    """With the sign by which spreadsheet programs know UTF-8; no text in it is a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.heading for column in _COLUMNS])
    writer.writerows([defused(str(getattr(one, column.name))) for column in _COLUMNS] for one in lines)
    return text.getvalue().encode("utf-8-sig")


def _log(engine: Engine, view: str, told: str) -> None:
    with writing(engine) as connection:
        mine = {"actor": COMMAND, "address": "命令行"}
        log.enter(connection, **mine, view=view, households=[None], detail=told, now=county_clock())


def _wanted(options: argparse.Namespace) -> Wanted:
    for moment in filter(None, (options.since, options.until)):
        try:
            datetime.fromisoformat(moment)
        except ValueError as error:
            example = date(2026, 11, 1).isoformat()
            raise Refused(f"“{moment}”不是日期，请写成 {example} 或 {example}T08:30。") from error
    views = {words: view for view, words in log.VIEWS.items()}
    view = views.get(options.view, options.view)
    if view and view not in log.VIEWS:
        raise NotFound(f"日志里没有“{options.view}”这一类，现有：{'、'.join(log.VIEWS.values())}。")
    return Wanted(options.since, options.until, options.who, view, options.household, options.address)
