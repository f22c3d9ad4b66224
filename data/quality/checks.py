"""Is the store sound, does the cube equal the records, do the parts add up, and which records contradict themselves?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine, select, text

from data import model
from data.access.masks import mask_ids
from data.archives import files as archive_files
from data.audit.verify import verified
from data.backups.copies import named
from data.figures import cube
from data.figures.facts import fact_on
from data.figures.indicators import MEASURES
from data.figures.states import members_on, persons_on, there_on
from data.households.booked import short_lines
from data.matters.levels import to_record
from data.model.matter_states import unsettled
from data.model.running import holds_on
from data.store.engine import is_sqlite, writing
from data.terms import EXITED, STATE_NAMES

SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """One thing found: how many records it touches, examples of their codes, and whether it is a failure of the store
    (``grave``) or a contradiction in what was entered."""

    what: str
    count: int
    examples: tuple[str, ...] = ()
    grave: bool = True

    def __post_init__(self) -> None:
        """A code that somebody made of an ID number is masked like one."""
        object.__setattr__(self, "examples", tuple(map(mask_ids, self.examples)))


class _Undo(Exception):
    """Ends the trial rebuild without a trace."""


def check(
    engine: Engine, progress: Callable[[str, int, int], None] | None = None, *, bare: bool = False
) -> list[Finding]:
    """All checks; an empty list means that nothing was found. Changes nothing, but holds the write lock meanwhile.
    ``bare``: of a store without what lies beside one, the state of its log and its archives."""
    report = progress or (lambda step, done, total: None)
    with engine.connect() as connection:
        report("数据库完整性", 0, 3)
        findings = list(_integrity(connection))
        findings += [] if bare else _log_of_looks(engine)
        report("填报内容", 1, 3)
        findings += _contradictions(connection)
        findings += [] if bare else _archive_files(engine, connection)
        findings += _paid_out(connection)
        findings += _matters(connection)
    report("汇总核对", 2, 3)
    try:
        with writing(engine) as connection:
            findings += _reconcile(connection)
            raise _Undo
    except _Undo:
        pass
    report("完成", 3, 3)
    return findings


def _integrity(connection: Connection) -> Iterator[Finding]:
    if not is_sqlite(connection):
        return
    verdict = connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars().all()
    if verdict != ["ok"]:
        yield Finding("数据库文件损坏，请从备份恢复", len(verdict), tuple(verdict[:SHOWN]))
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        yield Finding("记录指向不存在的对象", len(orphans), tuple(sorted({row[0] for row in orphans})[:SHOWN]))


def _log_of_looks(engine: Engine) -> Iterator[Finding]:
    verdict = verified(engine)
    if faults := verdict.faults:
        yield Finding(
            "日志或它所记的行被动过（用 audit verify 查明）", len(faults) + verdict.more, tuple(faults[:SHOWN])
        )


def _reconcile(connection: Connection) -> list[Finding]:
    built = connection.execute(select(model.data_version.c.built)).scalar()
    if built is None:
        return []
    names = ", ".join(MEASURES)
    for table, held in (("cube", "held_cube"), ("household_month", "held_month")):
        connection.execute(text(f"DROP TABLE IF EXISTS {held}"))
        connection.execute(text(f"CREATE TEMPORARY TABLE {held} AS SELECT * FROM {table}"))
    findings = [_additive(connection)]
    cube.rebuild(connection, today=date.fromisoformat(built))
    findings.append(_equal(connection, "cube", "held_cube", f"region, month, {names}", "汇总表与记录不一致"))
    columns = ", ".join(model.household_month.columns.keys())
    findings.append(_equal(connection, "household_month", "held_month", columns, "逐户逐月表与记录不一致"))
    return [finding for finding in findings if finding]


def _additive(connection: Connection) -> Finding | None:
    """Every region = its children + what is recorded at the region itself, for every month and measure."""
    cube.collect_own(connection)
    sums = ", ".join(f"COALESCE(SUM({name}), 0) AS {name}" for name in MEASURES)
    kept = ", ".join(f"COALESCE({name}, 0) AS {name}" for name in MEASURES)
    begun = ", ".join(
        f"CASE WHEN month >= COALESCE((SELECT b.month FROM measure_begins b WHERE b.name = '{measure.begins}'), 999999)"
        f" THEN {name} END AS {name}"
        if measure.begins
        else name
        for name, measure in MEASURES.items()
    )
    of_children = ", ".join(f"c.{name}" for name in MEASURES)
    parts = connection.execute(
        text(
            f"""
            SELECT region, month, {kept} FROM held_cube EXCEPT SELECT region, month, {sums} FROM (
            SELECT r.parent AS region, c.month, {of_children} FROM held_cube c JOIN region r ON r.code = c.region
            UNION ALL
            SELECT region, month, {begun} FROM own) q GROUP BY region, month"""
        )
    ).all()
    connection.execute(text("DROP TABLE own"))
    if not parts:
        return None
    return Finding("下级之和与上级不一致", len(parts), tuple(sorted({row[0] or "全域" for row in parts})[:SHOWN]))


def _equal(connection: Connection, table: str, held: str, columns: str, what: str) -> Finding | None:
    differing = connection.execute(
        text(
            f"SELECT COUNT(*) FROM (SELECT {columns} FROM {table} EXCEPT SELECT {columns} FROM {held}) a"
            f" UNION ALL SELECT COUNT(*) FROM (SELECT {columns} FROM {held} EXCEPT SELECT {columns} FROM {table}) b"
        )
    ).scalars()
    count = sum(differing)
    return Finding(f"{what}，请执行 rebuild 重建", count) if count else None


def _matters(connection: Connection) -> Iterator[Finding]:
    """Problems and tasks whose state is another than their dates tell, or that have gone up and no line says so."""
    for record, noun in (("problem", "问题"), ("task", "任务")):
        codes = connection.execute(text(unsettled(record))).scalars().all()
        if codes:
            yield Finding(f"{noun}的状态与日期不符", len(codes), tuple(codes[:SHOWN]))
    built = connection.execute(select(model.data_version.c.built)).scalar()
    missing = to_record(connection, date.fromisoformat(built)) if built else []
    if missing:
        yield Finding("超期已到升级日而没有记下", len(missing), tuple(one.code for one in missing[:SHOWN]))


def _archive_files(engine: Engine, connection: Connection) -> Iterator[Finding]:
    of_rows = set(named(connection))
    lying = set(archive_files.lying(engine))
    if lost := sorted(of_rows - lying):
        yield Finding("档案文件缺失，请从备份恢复", len(lost))
    if stray := sorted(lying - of_rows):
        yield Finding("没有登记的档案文件（存入时中断，或存入后撤销）", len(stray), grave=False)


_PARTS = {
    "received": "(SELECT COALESCE(SUM(s.amount_fen), 0) FROM dividend_source s WHERE s.plan = v.id)",
    "distributed": "(SELECT COALESCE(SUM(s.amount_fen), 0) FROM dividend_payment s WHERE s.plan = v.id)",
    "kept": "(SELECT COALESCE(SUM(s.amount_fen), 0) FROM dividend_kept s WHERE s.plan = v.id)",
}


def _paid_out(connection: Connection) -> Iterator[Finding]:
    """Filed plans whose sources, payments or kept parts are not what the plan says, or do not come out even."""
    differs = " OR ".join(f"v.{name}_fen <> {part}" for name, part in _PARTS.items())
    wrong = (
        connection.execute(
            text(
                f"""
            SELECT v.title FROM dividend_plan v WHERE v.state = 'filed'
            AND EXISTS (SELECT 1 FROM dividend_source s WHERE s.plan = v.id)
            AND (v.received_fen <> v.distributed_fen + v.kept_fen OR {differs}) ORDER BY v.id"""
            )
        )
        .scalars()
        .all()
    )
    if wrong:
        yield Finding("已备案的分配方案与记账不符", len(wrong), tuple(wrong[:SHOWN]))
    short = short_lines(connection)
    if len(short):
        yield Finding("收支少于分配方案记入的金额（导入时改小了）", len(short), tuple(short["code"].unique()[:SHOWN]))


_BY_STATE = "CASE h.type " + " ".join(f"WHEN '{label}' THEN {state}" for state, label in STATE_NAMES.items()) + " END"
_TODAY = "m.month = (SELECT MAX(month) FROM month)"
_NOW = f"household h JOIN month m ON {_TODAY}"
_MEMBERS = f"{_NOW} CROSS JOIN {members_on(f'b.household_id = h.id AND {there_on()}')}"
_DISABLED = f"b.household_id = h.id AND {fact_on('health', 'm.as_of')} = '残疾'"
_IS_HEAD = "CASE WHEN p.relation = '户主' THEN 1 ELSE 0 END"
_OF_SPELLS = {
    "户类型与按日期推得的状态不一致": f"SELECT h.code FROM {_NOW} JOIN state_spell s ON s.household_id = h.id"
    f" AND {holds_on('s', 'm.as_of')} WHERE s.state NOT IN ({EXITED}, {_BY_STATE})"
    f" AND {there_on()}",
    "仍登记在已撤销的村的户": f"SELECT h.code FROM {_NOW} JOIN region r ON r.code = h.village"
    f" WHERE r.closed <= m.as_of AND {there_on()}",
    "没有家庭成员的户": f"SELECT h.code FROM {_NOW} WHERE {there_on()} AND {persons_on()} = 0",
    "有成员而没有户主的户": f"SELECT h.code FROM {_MEMBERS} GROUP BY h.code HAVING SUM({_IS_HEAD}) = 0",
    "有两个及以上户主的户": f"SELECT h.code FROM {_MEMBERS} GROUP BY h.code HAVING SUM({_IS_HEAD}) > 1",
    "户主姓名与家庭成员中的户主不一致的户": f"SELECT h.code FROM {_MEMBERS} GROUP BY h.code HAVING SUM({_IS_HEAD}) > 0"
    f" AND SUM(CASE WHEN p.name = h.head THEN {_IS_HEAD} ELSE 0 END) = 0",
    "致贫原因为因残而没有残疾成员的户": f"SELECT h.code FROM {_NOW} WHERE h.cause = '因残' AND {there_on()}"
    f" AND NOT EXISTS (SELECT 1 FROM {members_on(_DISABLED)})",
    "证件号码重复的人": "SELECT MIN(p.code) FROM month m CROSS JOIN"
    f" {members_on(f'{_TODAY} AND p.id_number IS NOT NULL')} GROUP BY p.id_number HAVING COUNT(*) > 1",
}
"""What is told beside the spells that the cube is made from."""
_CONTRADICTIONS = {
    "识别满一个月而没有帮扶措施的户": f"SELECT h.code FROM {_NOW} WHERE h.identified < m.first_day AND {there_on()}"
    " AND NOT EXISTS (SELECT 1 FROM measure e WHERE e.household_id = h.id)",
}


def _contradictions(connection: Connection) -> Iterator[Finding]:
    asked = _OF_SPELLS | _CONTRADICTIONS if cube.fits(connection) else _CONTRADICTIONS
    for what, query in asked.items():
        codes = sorted(connection.execute(text(query)).scalars())
        if codes:
            yield Finding(what, len(codes), tuple(codes[:SHOWN]), grave=False)
    wrong = [
        code
        for code, number in connection.execute(
            select(model.member.c.code, model.member.c.id_number).where(model.member.c.id_number.is_not(None))
        )
        if not id_checksum_holds(number)
    ]
    if wrong:
        yield Finding("证件号码校验不符的人", len(wrong), tuple(wrong[:SHOWN]), grave=False)


def id_checksum_holds(number: str) -> bool:
    """Whether an ID number (18 characters, or 20 and 22 with a disability code behind) has the right check character.

    GB 11643-1999: weights 2^(17-i) mod 11 over the first 17 digits.
    """
    if len(number) not in (18, 20, 22) or not number[:17].isdigit():
        return False
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()
