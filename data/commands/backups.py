"""The commands that make a backup, try what it is worth, and put it in the store's place."""

import argparse
import sys
from collections.abc import Sequence

from sqlalchemy import Engine

from data.access.actors import COMMAND
from data.audit.chain import ready
from data.audit.mending import keep_lines, kept_file, put_back
from data.backups import making, runs, work
from data.backups.copies import restore_backup
from data.backups.runs import FAILED, OPEN, PROVEN, Drill
from data.backups.work import BACKUP, DRILL, LOG_END
from data.clock import county_clock, written
from data.commands.actions import INCOMPLETE, fresh, key_findings, opened
from data.errors import Refused
from data.figures import cube
from data.quality.drills import drill_ordered
from data.store.engine import ready_engine, restore, writing
from data.store.key import key_file

_MARKS = {PROVEN: "属实", FAILED: "不符", OPEN: "未证"}


def backup_command(options: argparse.Namespace) -> int:
    if options.ordered:
        engine = _served(options)
        making.make(engine, work.ordered(engine, options.ordered), clock=county_clock)
        return 0
    engine, now = opened(options), county_clock()
    target = fresh(options.file) if options.file else making.next_file(engine, now)
    ordered = work.take(engine, BACKUP, target.resolve(), actor=COMMAND, now=now)
    made, kept = making.make(engine, ordered, clock=county_clock, key_to=options.key_to)
    assert made.facts is not None  # of one that was made
    end = made.facts["log_end"]
    print(
        f"已备份到 {target}。日志止于 {end}，已写在 {target}{LOG_END}：请抄在别处，日后可用 audit verify --end 核对。"
    )
    if kept.copied or kept.standing:
        where = target.parent / "archives"
        print(f"档案文件在 {where}：新复制 {kept.copied} 份，已有 {kept.standing} 份（几次备份共用，请一并保存）。")
    if kept.key:
        print(f"密钥另存到 {kept.key}，请与备份分开保管。")
    elif key_file(engine).is_file():
        print(
            f"备份里没有密钥（{key_file(engine)}）：谁拿到它和数据库，谁就能仿制户码。请另行保管一份（--key-to），"
            "没有它，恢复后已印的户码无法重印。"
        )
    return _tell_missing(kept.missing, "，备份中也没有它们")


def drill_command(options: argparse.Namespace) -> int:
    if options.ordered:
        engine = _served(options)
        return _exit(drill_ordered(engine, work.ordered(engine, options.ordered), clock=county_clock))
    engine, now = opened(options), county_clock()
    if options.file is None:
        ordered = making.take_drill(engine, actor=COMMAND, now=now)
    elif not options.file.is_file():
        raise Refused(f"找不到备份文件 {options.file}。")
    else:
        with engine.connect() as connection:
            known = runs.find_file(connection, options.file.resolve())
        run = known.id if known else None
        ordered = work.take(engine, DRILL, options.file.resolve(), actor=COMMAND, now=now, run=run)
    found = drill_ordered(engine, ordered, clock=county_clock)
    for proof in found.proofs:
        print(f"{_MARKS[proof.state]} {proof.what}：{proof.words}")
    print(f"恢复演练{found.outcome}，用时 {found.seconds} 秒：{ordered.file}")
    return _exit(found)


def _exit(found: Drill) -> int:
    return 1 if found.failed else 0 if found.passed else INCOMPLETE


def _served(options: argparse.Namespace) -> Engine:
    """The store of work that was ordered elsewhere, where it stands in the log."""
    engine = ready_engine(options.database)
    ready(engine, written(county_clock()))
    return engine


def restore_command(options: argparse.Namespace) -> int:
    if options.key_from is not None and not options.key_from.is_file():
        raise Refused(f"找不到密钥文件 {options.key_from}，未作任何改动。")
    engine = opened(options)
    keep_lines(engine)
    try:
        restore(engine, options.file)
    except Refused:
        kept_file(engine).unlink()
        raise
    engine = ready_engine(options.database)
    with writing(engine) as connection:
        lines = put_back(connection, options.file.name, actor=COMMAND, at=written(county_clock()))
    kept_file(engine).unlink()
    cube.ensure(engine, county_clock().date())
    kept = restore_backup(engine, options.file, county_clock(), options.key_from)
    print(f"已从 {options.file} 恢复。备份以后的 {lines:,} 行日志接在后面。")
    if kept.copied or kept.standing:
        print(f"档案文件：恢复 {kept.copied} 份，原已完好 {kept.standing} 份。")
    if kept.set_aside:
        print(f"密钥已换上，原来的改名为 {kept.set_aside}。")
    elif kept.key:
        print(f"密钥在 {kept.key}。")
    else:
        print(f"密钥没有动（{key_file(engine)}，{'在' if key_file(engine).is_file() else '不存在'}）。")
    wrong = key_findings(engine)
    for finding in wrong:
        print(f"{finding.what}否则已印的无法重印、无法核对（restore --key-from）。", file=sys.stderr)
    return _tell_missing(kept.missing, "，请从更早的备份中找回 archives 目录后再次恢复") or (INCOMPLETE if wrong else 0)


def _tell_missing(digests: Sequence[str], then: str) -> int:
    if digests:
        print(f"有 {len(digests)} 份档案的文件缺失或已损坏{then}。", file=sys.stderr)
    return INCOMPLETE if digests else 0
