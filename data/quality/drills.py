"""A restore on trial: what a backup is worth shows when a store is made of it, and that store is looked through."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import zip_longest
from pathlib import Path

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import SQLAlchemyError

from data.access.actors import COMMAND, TIMER
from data.archives.files import place, sound
from data.audit.chain import LogBroken
from data.audit.state import root_file
from data.audit.verify import lines_from, verify
from data.backups import making, runs, work
from data.backups.copies import named
from data.backups.facts import differences
from data.backups.runs import FAILED, OPEN, PROVEN, RESTORED, Drill, Proof, Run
from data.backups.work import Work
from data.clock import Clock, written
from data.errors import Refused
from data.figures import cube
from data.model import data_version
from data.quality.checks import check
from data.store.engine import ready_engine, restore, writing
from data.store.faults import told
from data.store.scratch import NoRoom, scratch

SAMPLE = 200
"""How many archives of a backup are read; of all it is asked whether they are there."""
_SHOWN = 2
_UNFORESEEN = (OSError, SQLAlchemyError, sqlite3.Error)


def drill_ordered(engine: Engine, ordered: Work, *, clock: Clock) -> Drill:
    """The trial that was ordered; what it found is put down with its backup."""
    try:
        with work.beating(engine, ordered, clock) as tell:
            _logged(engine, ordered, clock)
            with engine.connect() as connection:
                run = runs.find(connection, ordered.run or 0)
            found = drill(engine, ordered.file, run, clock=clock, tell=tell)
            if run is not None:
                with writing(engine) as connection:
                    runs.enter_drill(connection, run.id, found)
            return found
    finally:
        work.end(engine, ordered.worker)


def _logged(engine: Engine, ordered: Work, clock: Clock) -> None:
    """What proves a backup must not fail because the log is broken: that may be why it is wanted."""
    where = {COMMAND: "命令行", TIMER: "定时"}.get(ordered.actor)
    try:
        if where:
            making.enter_line(engine, ordered, where, clock())
    except LogBroken:
        if ordered.actor == COMMAND:
            raise


def drill(engine: Engine, file: Path, run: Run | None, *, clock: Clock, tell: runs.Progress) -> Drill:
    """Restore a backup into an empty store of its own and look through that; the running store is only read. ``run``:
    what was put down when it was made, None where nothing was."""
    at, began = clock(), time.monotonic()
    proofs = [_file(file, run, tell)]
    try:
        with scratch(engine) as trial:
            tell("恢复到临时库", 1, 5)
            restore(trial, file)
            proofs.append(Proof(RESTORED, PROVEN, "已恢复到一个临时库，库文件完好。"))
            proofs += _looked_through(engine, trial, file, run, clock, tell)
    except NoRoom as error:
        proofs.append(Proof(RESTORED, OPEN, f"{error}能否恢复、数字和日志是否相符都没有证明；请管理员给账号这一权限。"))
    except Refused as error:
        proofs.append(Proof(RESTORED, FAILED, str(error)))
    except _UNFORESEEN as error:
        proofs.append(Proof(RESTORED, FAILED, f"没有恢复成：{told(error)}。"))
    return Drill(written(at), round(time.monotonic() - began), tuple(proofs))


def _file(file: Path, run: Run | None, tell: runs.Progress) -> Proof:
    tell("核对文件", 0, 5)
    if run is None:
        return Proof("文件", OPEN, "系统里没有这份备份的记录，无从核对文件是否变过。")
    try:
        same = making.digest_of(file) == run.digest
    except OSError as error:
        return Proof("文件", FAILED, f"读不出来，{told(error)}。")
    return (
        Proof("文件", PROVEN, "与备份时逐字节相同（校验值相符）。")
        if same
        else Proof("文件", FAILED, "与备份时不同（校验值不符），文件损坏或被改动过。")
    )


def _looked_through(
    engine: Engine, trial: Engine, file: Path, run: Run | None, clock: Clock, tell: runs.Progress
) -> Iterator[Proof]:
    tell("比对数字", 2, 5)
    yield _step("数字", lambda: _figures(trial, run))
    tell("升级并核对", 3, 5)
    url = trial.url.render_as_string(hide_password=False)
    before = _schema(trial)
    trial.dispose()
    try:
        grown = ready_engine(url)
    except Refused as error:
        yield Proof("核对", FAILED, f"不能升级到现在的版本：{error}")
        return
    try:
        yield _step("核对", lambda: _checked(grown, before, clock))
        tell("核对档案和日志", 4, 5)
        yield _step("档案", lambda: _archives(grown, file, clock))
        yield _step("日志", lambda: _log(engine, grown))
    finally:
        grown.dispose()


def _step(what: str, look: Callable[[], tuple[str, str]]) -> Proof:
    """One thing looked at; what makes that impossible is a failure of it alone."""
    try:
        state, words = look()
    except Refused as error:
        state, words = FAILED, str(error)
    except _UNFORESEEN as error:
        state, words = FAILED, f"没有做成：{told(error)}。"
    return Proof(what, state, words)


def _schema(trial: Engine) -> str:
    with trial.connect() as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar())


def _figures(trial: Engine, run: Run | None) -> tuple[str, str]:
    if run is None or run.facts is None:
        return OPEN, "没有备份时的数字可比。"
    facts = run.facts
    with trial.connect() as connection:
        differing = differences(connection, facts)
    if differing:
        return FAILED, f"与备份时记下的不同：{_some(differing)}。"
    many, tables = sum(facts["rows"].values()), len(facts["rows"])
    measures = f"，全域汇总 {len(facts['figures'])} 项" if facts["figures"] else ""
    return PROVEN, f"{tables} 张表 {many:,} 行{measures}，与备份时记下的一致（数据版本 {facts['version']}）。"


def _checked(grown: Engine, before: str, clock: Clock) -> tuple[str, str]:
    after = _schema(grown)
    step = f"库结构从 {before} 升级到 {after}，" if before != after else ""
    with grown.connect() as connection:
        built = connection.execute(select(data_version.c.built)).scalar()
    cube.ensure(grown, date.fromisoformat(built) if built else clock().date())  # made anew where the schema moved on
    grave = [f"{one.what} {one.count:,} 处" for one in check(grown, bare=True) if one.grave]
    if grave:
        return FAILED, f"{step}核对查出：{_some(grave)}。"
    return PROVEN, f"{step}各级汇总与记录一致，没有查出错误。"


def _archives(grown: Engine, file: Path, clock: Clock) -> tuple[str, str]:
    with grown.connect() as connection:
        digests = named(connection)
    if not digests:
        return PROVEN, "备份里没有登记档案。"
    home = file.parent / "archives"
    missing = [one for one in digests if not place(home, one).is_file()]
    lying = sorted(set(digests) - set(missing))
    step = max(len(lying) // SAMPLE, 1)
    sample = lying[clock().toordinal() % step :: step][:SAMPLE]  # others each day
    damaged = [one for one in sample if sound(place(home, one)) is None]
    if missing or damaged:
        looked = f"抽查 {len(sample):,} 份，损坏 {len(damaged):,} 份"
        return FAILED, f"登记 {len(digests):,} 份，缺 {len(missing):,} 份；{looked}。"
    return PROVEN, f"{len(digests):,} 份都在，抽查 {len(sample):,} 份，内容都完好。"


def _log(engine: Engine, grown: Engine) -> tuple[str, str]:
    root = root_file(engine)
    with grown.connect() as kept, engine.connect() as live:
        verdict = verify(kept, key=root if root.exists() else None, bare=True)
        other = _first_other(kept, live)
    faults = [f"第 {other} 行与现在库里的不同"] * (other is not None) + verdict.faults
    if faults:
        return FAILED, f"{_some(faults)}；请用 audit verify 查明。"
    if not verdict.lines:
        return PROVEN, "备份里还没有日志。"
    how = (
        "每行都用根密钥验过"
        if root.exists()
        else "根密钥不在这台机器上，编号和所记的行都对得上，密码校验请带根密钥用 audit verify 补做"
    )
    return PROVEN, f"{verdict.lines:,} 行与现在库里的逐行相同，{how}。"


def _first_other(kept: Connection, live: Connection) -> int | None:
    """The number of the first line of a backup's log that the running one has otherwise, or no more."""
    for ours, theirs in zip_longest(lines_from(kept), lines_from(live)):
        if ours is None:
            return None
        if theirs is None or tuple(ours) != tuple(theirs):
            return int(ours.id)
    return None


def _some(words: Sequence[str]) -> str:
    more = f"等 {len(words)} 处" if len(words) > _SHOWN else ""
    return "；".join(words[:_SHOWN]) + more
