"""An import of a workbook is taken back: what that would do, and doing it.

The newest goes first: a later import that stands is taken back before. What is done stands in
``data.imports.taking_back``. It is an import run of its own (``history.TAKEN_BACK``), so that the histories of
households tell of it and no import that was checked before writes over it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, select

from data import model
from data.access.actors import actor_name
from data.access.rights import needs
from data.access.roles import IMPORT, RECORDS
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.duties.persons import settle_persons
from data.errors import Refused
from data.figures import cube
from data.figures.indicators import INDICATORS
from data.households.history import TAKEN_BACK
from data.households.words import label, value
from data.imports import taking_back
from data.imports.jobs import BROWSER
from data.imports.moved import Moved, Rehearsed, rehearsed
from data.imports.running import Work
from data.imports.taking_back import Done, Progress, Stands, TakingBack
from data.imports.way import REGISTER, UNDOING, UNDONE, WRITTEN
from data.intake.recount import concerned, concerned_households, count_regions
from data.intake.runs import last_run
from data.matters.daily import settle_matters
from data.model import import_fresh, import_job, import_journal, import_run
from data.monitoring.settling import settle as settle_cases
from data.monitoring.sources import withdraw_unfound
from data.months import spoken
from data.rules.recheck import recheck_many
from data.store.batches import batches
from data.store.engine import writing
from data.workbook.sheets import SHEETS

RECORDS_KIND = "数据"
LISTED = 200
After = Callable[[Connection, Mapping[str, object]], None]
_SHEETS = {sheet.table_name: sheet for sheet in SHEETS}
_NAMES = {sheet.table_name: sheet.name for sheet in SHEETS} | {
    "ledger_year": "收支",
    "access_log": "查看日志",
    "account": "账号",
    "archive": "档案材料",
    "borrowing": "借阅",
    "card_print": "打印过的收入卡",
    "change": "修改记录",
    "day_record": "每日记录",
    "device": "设备",
    "dispatch_report": "月调度",
    "dispatch_round": "月调度",
    "dividend_payment": "收益分配",
    "dividend_plan": "收益分配",
    "dividend_share": "收益分配",
    "dividend_source": "收益分配",
    "figure_shown": "留存的展示数字",
    "household_pin": "家庭口令",
    "life_event": "必访事件",
    "matter_move": "村的撤并",
    "clue": "监测线索",
    "monitoring_case": "监测对象程序",
    "plan_item": "帮扶计划",
    "case_paper": "监测材料",
    "exit_review": "有序退出评估",
    "person": "人员",
    "problem_step": "问题办理",
    "project_archive": "项目材料",
    "qr_code": "户码",
    "region_change": "村的撤并",
    "task_step": "任务办理",
    "trouble": "经营风险",
    "work_paper": "办理材料",
}
_OTHERS = "系统留存"
_WHY = {
    taking_back.CHANGED: "之后有人改过，保留现在的内容",
    taking_back.GONE: "之后有人删去，没有恢复",
    taking_back.TAKEN: "原来的位置已有新的记录，没有恢复",
    taking_back.MISSING: "所指的记录已经没有，没有恢复",
    taking_back.BUILT_UPON: "之后又登记了新的变动，保留",
}
_HELD = {
    "household": "已有{hangs}，不能删去，按“注销”办理",
    "member": "已有{hangs}，不能删去，按“离开”办理",
    "region": "已有{hangs}，不能删去",
}
_STAYS = "已有{hangs}，不能删去，保留；确需去掉的请先处理这些内容"


@dataclass(frozen=True)
class Count:
    """Of one sheet: ``rows`` in which ``cells`` cells go back, rows that go (``removed``), come back (``returned``), or
    are ended because they cannot go; ``stands``: what stays against the import."""

    rows: int = 0
    cells: int = 0
    removed: int = 0
    returned: int = 0
    ended: int = 0
    stands: int = 0


@dataclass(frozen=True)
class Standing:
    """Something that stays: its sheet, its key in words (codes and days, never a name), the heading ('' the whole
    record), why, and who entered it when (ISO, '' unknown)."""

    sheet: str
    key: str
    heading: str
    why: str
    who: str
    at: str


@dataclass(frozen=True)
class UndoPlan:
    """What taking an import back does, or did: ``counts`` by sheet; ``stands``: the first LISTED of ``standing``;
    ``figures``: the weightiest of ``moving`` figures of closed months; ``examples``: keys by sheet."""

    counts: Mapping[str, Count]
    stands: tuple[Standing, ...]
    standing: int
    figures: tuple[Moved, ...]
    moving: int
    examples: Mapping[str, tuple[str, ...]]

    def facts(self) -> dict[str, object]:
        """As JSON, which the job keeps under ``undone`` once it is done:

        ``counts``: sheet → {rows, cells, removed, returned, ended, stands}; ``stands``: [{sheet, key, heading, why,
        who, at}], the first 200 of ``standing``; ``figures``: [{indicator (id), label, unit, format, region (code),
        name, month (in words), before, after (numbers or null, as ``data.figures.read`` gives them)}], the weightiest
        of ``moving``; ``examples``: sheet → keys in words. Nobody is named but who entered something.
        """
        return {
            "counts": {sheet: asdict(one) for sheet, one in self.counts.items()},
            "stands": [asdict(one) for one in self.stands],
            "standing": self.standing,
            "figures": [_figure(one) for one in self.figures],
            "moving": self.moving,
            "examples": {sheet: list(keys) for sheet, keys in self.examples.items()},
        }


def silent(label: str, done: int, total: int) -> None:
    """Tells nobody how far it is."""


@needs(IMPORT, RECORDS)
def plan_undo(engine: Engine, viewer: Viewer, job_id: int, *, now: datetime, progress: Progress = silent) -> UndoPlan:
    """What taking back would do, found by doing it and taking that back: it holds the store as an import does.

    Raises NotFound for a job that is not the viewer's, Refused as ``undo`` does.
    """
    with engine.execution_options(begin="BEGIN IMMEDIATE").connect() as connection, connection.begin() as rehearsal:
        run = _run_of(connection, viewer, job_id)
        done: list[Done] = []

        def does() -> None:
            done.append(_take_back(connection, viewer, run, now, progress))

        moved = rehearsed(connection, viewer, does)
        plan = _plan(connection, done[0], moved)
        rehearsal.rollback()
    return plan


@needs(IMPORT, RECORDS)
def undo(
    engine: Engine,
    viewer: Viewer,
    job_id: int,
    *,
    now: datetime,
    progress: Progress = silent,
    after: After | None = None,
) -> UndoPlan:
    """Take an import back in one transaction; what was done, without the figures. ``after`` is called inside it with
    the plan's facts.

    Raises NotFound for a job that is not the viewer's; Refused where it wrote nothing, a later import stands, or it
    has no journal.
    """
    with writing(engine) as connection:
        run = _run_of(connection, viewer, job_id)
        plan = _plan(connection, _take_back(connection, viewer, run, now, progress), Rehearsed())
        if after is not None:
            after(connection, plan.facts())
        return plan


def plan_workbook(work: Work) -> None:
    """Try what taking a job back would do; its facts get ``undo``: ``UndoPlan.facts`` with ``at`` (ISO)."""
    now = work.clock()
    plan = plan_undo(work.engine, work.viewer, work.job.id, now=now, progress=work.report)
    with writing(work.engine) as connection:
        work.finish(connection, {**work.job.facts, "undo": {"at": written(now), **plan.facts()}}, None)


def undo_workbook(work: Work) -> None:
    """Take back what a job wrote; its facts get ``undone``: ``UndoPlan.facts`` with ``at`` (ISO), without figures."""
    now = work.clock()

    def after(connection: Connection, facts: Mapping[str, object]) -> None:
        work.finish(connection, {**work.job.facts, "undone": {"at": written(now), **facts}}, None)

    undo(work.engine, work.viewer, work.job.id, now=now, progress=work.report, after=after)


def _run_of(connection: Connection, viewer: Viewer, job_id: int) -> RowMapping:
    """The run of a job that may be taken back now; holds the store."""
    cube.hold(connection)
    held = REGISTER.row(connection, viewer, job_id)
    if held["kind"] != "workbook" or held["run"] is None or held["state"] not in (WRITTEN, UNDOING):
        raise Refused("这次导入没有写入数据，不需要撤回。")
    run = connection.execute(select(import_run).where(import_run.c.id == held["run"])).mappings().one()
    noted = [
        connection.execute(select(table.c.run).where(table.c.run == run["id"]).limit(1)).first()
        for table in (import_journal, import_fresh)
    ]
    if not any(noted):
        raise Refused("这次导入没有逐条记录，不能撤回；可从导入之前的备份恢复。")
    _refuse_behind_others(connection, viewer, run["id"])
    return run


def _refuse_behind_others(connection: Connection, viewer: Viewer, run: int) -> None:
    """Raises Refused where a later import of records of the same villages stands; of others it need not go first."""
    taken_back = select(import_job.c.run).where(import_job.c.state == UNDONE, import_job.c.run.is_not(None))
    asked = (
        select(import_run, import_job.c.region)
        .outerjoin(import_job, import_job.c.run == import_run.c.id)
        .where(import_run.c.id > run, import_run.c.kind == RECORDS_KIND, import_run.c.id.not_in(taken_back))
        .order_by(import_run.c.id.desc())
    )
    behind = connection.execute(asked).mappings().all()
    own = concerned(connection, run) if behind else None
    later = next((one for one in behind if _meet(own, concerned(connection, one["id"]))), None)
    if later is None:
        return
    shown = viewer.region == "" or (later["region"] is not None and viewer.may_see(later["region"]))
    files = f"（{later['files']}）" if shown else ""
    when = later["at"][:16].replace("T", " ")
    raise Refused(f"之后还有导入：{when} 的第 {later['id']} 次导入{files}。请从最近一次起依次撤回。")


def _meet(some: set[str] | None, others: set[str] | None) -> bool:
    """Whether two imports concern the same place; None concerns all."""
    return some is None or others is None or not some.isdisjoint(others)


def _take_back(connection: Connection, viewer: Viewer, run: RowMapping, now: datetime, progress: Progress) -> Done:
    number, before = last_run(connection) + 1, concerned(connection, run["id"])
    households = concerned_households(connection, run["id"])
    done = TakingBack(connection, viewer, run["id"], run["at"], number=number, now=now).apply(progress)
    settle_persons(connection, now)
    settle_matters(connection, now.date())
    settle_cases(connection, now=now)
    after = concerned(connection, run["id"]) if before is not None else None
    count_regions(connection, None if before is None or after is None else before | after, now, progress=progress)
    recheck_many(connection, households, now, actor=viewer.actor)
    withdraw_unfound(connection, households, run["at"], now)
    counts = {"rows": done.total, "changed": done.total, "warnings": len(done.stands), "refused": 0}
    told = {"id": number, "at": written(now), "kind": TAKEN_BACK, "files": run["files"], **counts}
    connection.execute(insert(import_run).values(told))
    words = f"撤回第 {run['id']} 次导入 · 改动 {done.total:,} 条 · 保留 {len(done.stands):,} 处"
    audit.wrote(
        connection, "import_run", [number], actor=viewer.actor, view="import", detail=words, address=BROWSER, now=now
    )
    return done


def _plan(connection: Connection, done: Done, figures: Rehearsed) -> UndoPlan:
    houses = _codes(connection, done)
    counts: dict[str, Counter[str]] = {}
    for name in ("rows", "cells", "removed", "returned", "ended"):
        for table, number in getattr(done, name).items():
            counts.setdefault(_NAMES.get(table, _OTHERS), Counter())[name] += number
    for one in done.stands:
        counts.setdefault(_NAMES.get(one.table, _OTHERS), Counter())["stands"] += 1
    order = [*(sheet.name for sheet in SHEETS), *sorted(counts)]
    examples: dict[str, tuple[str, ...]] = {}
    for table, keys in done.examples.items():
        if table in _SHEETS or table == "ledger_year":
            examples[_NAMES[table]] = tuple(_key_words(table, key, houses) for key in keys)
    names = {key: actor_name(connection, key) for key in {one.entry.actor for one in done.stands if one.entry}}
    return UndoPlan(
        counts={sheet: Count(**counts[sheet]) for sheet in dict.fromkeys(order) if any(counts.get(sheet, {}).values())},
        stands=tuple(_standing(one, houses, names) for one in done.stands[:LISTED]),
        standing=len(done.stands),
        figures=tuple(figures.moved),
        moving=figures.total,
        examples=examples,
    )


def _codes(connection: Connection, done: Done) -> dict[object, str]:
    """Codes of the households that are spoken of; of those that went, their number tells."""
    table = model.household.c
    rows = [one.row for one in done.stands[:LISTED]] + [key for keys in done.examples.values() for key in keys]
    ids = {int(str(row[name])) for row in rows for name in ("household_id", "id") if row.get(name) is not None}
    found: dict[object, str] = {}
    for some in batches(sorted(ids)):
        found |= dict(connection.execute(select(table.id, table.code).where(table.id.in_(some))).all())
    return found


def _standing(one: Stands, houses: Mapping[object, str], names: Mapping[str, str]) -> Standing:
    why = _WHY.get(one.why) or _HELD.get(one.table, _STAYS).format(
        hangs="、".join(dict.fromkeys(_NAMES.get(name, _OTHERS) for name in one.hangs))
    )
    heading = label(one.table, one.cell) if one.cell and one.table in _NAMES else ""
    who, at = (names[one.entry.actor], one.entry.at) if one.entry else ("", "")
    return Standing(_NAMES.get(one.table, _OTHERS), _key_words(one.table, one.row, houses), heading, why, who, at)


def _key_words(table: str, row: Mapping[str, object], houses: Mapping[object, str]) -> str:
    """The key of a row as a workbook has it."""
    if table == "household":
        return houses.get(row["id"]) or str(row.get("code") or f"第 {row['id']} 户")
    words = []
    for column in model.metadata.tables[table].primary_key:
        stored = row.get(column.name)
        if column.name == "household_id":
            words.append(houses.get(stored) or f"第 {stored} 户")
        elif stored not in (None, "") and (table, column.name) != ("leader", "name"):
            words.append(_part(table, column.name, stored))
    return " ".join(words)


def _part(table: str, name: str, stored: object) -> str:
    if (table, name) == ("ledger_year", "last_month"):
        return f"{int(str(stored)) // 12}年度"
    if (table, name) in (("ledger", "month"), ("project_return", "month")):
        return spoken(int(str(stored)))
    if name == "item":
        return label("member", str(stored)) if table == "member_fact" else value(table, name, stored)
    return str(stored)


def _figure(one: Moved) -> dict[str, object]:
    indicator = INDICATORS[one.indicator]
    told = {"label": indicator.label, "unit": indicator.unit, "format": indicator.format, "month": spoken(one.month)}
    return {**asdict(one), **told}
