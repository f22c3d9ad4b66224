"""What each command of ``python -m data`` does; prints for people, returns the exit code."""

import argparse
import csv
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, select
from tqdm import tqdm

from data import months, settings
from data.access.actors import COMMAND, actor_name, taken_by
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.chain import LogBroken, ready
from data.audit.taken import detail
from data.boundaries import import_boundaries
from data.cards import marks
from data.clock import county_clock, written
from data.codes import tokens
from data.errors import NotFound, Refused
from data.figures import cube
from data.figures import read as figures
from data.figures.books import decide_books, decisions
from data.figures.indicators import BOOKS, INDICATORS
from data.figures.standing import standings
from data.intake import ImportResult, import_files
from data.intake.demonstration import REPLACE
from data.intake.questions import UNANSWERED, Answers
from data.model import monitoring_line
from data.money import exact
from data.monitoring.sources import raise_all
from data.quality.checks import Finding, check
from data.quality.clock import set_back
from data.regions import tree as regions
from data.regions.codes import is_code
from data.rules.running import run as run_rules
from data.store.engine import is_sqlite, open_engine, ready_engine, writing
from data.store.key import key_file
from data.wall.shown import compared_showing, keep_named, showings, turn_the_day
from data.workbook.exporting import name_of, said
from data.workbook.filling import periods_of
from data.workbook.orders import DATA, TEMPLATE, Order, make
from data.workbook.part import Months, Part, months_of, sheets_of
from data.workbook.stamp import Stamp, stamp
from data.workbook.template import write_template

ADMIN = Viewer("admin", regions.WHOLE)
_EVEN_BROKEN = ("check", "restore", "drill")
INCOMPLETE = 3
"""Exit code: done, but something that belongs to it is missing."""


class _Bar:
    """Progress as a bar on standard error, one for each step; silent where nobody watches."""

    def __init__(self) -> None:
        self.bar: tqdm | None = None
        self.step = ("", 0)

    def __call__(self, step: str, done: int, total: int) -> None:
        if self.bar is None or self.step != (step, total):
            self.close()
            self.step = (step, total)
            self.bar = tqdm(total=total, desc=step, file=sys.stderr, disable=None, leave=False)
        self.bar.update(done - self.bar.n)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
        self.bar = None


def demo_command(options: argparse.Namespace) -> int:
    from data.demo.cleaning import make_cleaning
    from data.demo.county import generate
    from data.demo.days import make_days
    from data.demo.faults import make_faults
    from data.demo.musts import make_musts
    from data.demo.plans import make_plans
    from data.demo.rounds import make_rounds
    from data.demo.waiving import make_waivers
    from data.demo.watching import make_watching
    from data.monitoring.settling import settle as settle_cases

    engine = opened(options)
    with engine.connect() as connection:
        if regions.holds_real_regions(connection):
            raise Refused("数据库中已有真实区划的数据，不能装入演示数据。请用 --database 另指一个空数据库。")
        if regions.roots(connection):
            if options.if_empty:
                print("数据库中已有数据，保持不动。")
                return 0
            raise Refused("数据库中已有数据；演示数据只装入空数据库，请用 --database 另指一个。")
    bar, now = _Bar(), county_clock()
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.out or Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        files = generate(directory, preset=options.preset, today=now.date(), progress=bar)
        result = import_files(engine, files.workbooks, now=now, progress=bar, rebuild=False)
        if not result.wrote:
            bar.close()
            return _show_import(result, None, [])
        import_boundaries(engine, files.boundaries, now=now, progress=bar, rebuild=False)
    make_watching(engine, now)
    make_faults(engine, now.date())
    with writing(engine) as connection:
        settle_cases(connection, now=now)
        cube.rebuild(connection, today=now.date(), progress=bar)
    make_plans(engine, now.date(), progress=bar)
    make_rounds(engine, now.date(), progress=bar)
    make_days(engine, now)
    make_musts(engine, now)
    with writing(engine) as connection:
        run_rules(connection, now, actor=COMMAND)
    make_cleaning(engine, now)
    make_waivers(engine, now)
    bar.close()
    print(f"演示数据已装入：{sum(result.rows.values()):,} 行。")
    if options.out:
        print(f"生成的工作簿与边界保存在 {directory}。")
    return 0


def import_command(options: argparse.Namespace) -> int:
    bar = _Bar()
    now = county_clock()
    answers = _answers(options.answer) | (REPLACE if options.replace_demo else {})
    engine = opened(options)
    result = import_files(
        engine,
        options.files,
        now=now,
        as_of=_as_of(options.as_of, now),
        answers=answers,
        valid_rows=options.valid_rows,
        overwrite=options.overwrite,
        progress=bar,
    )
    bar.close()
    if result.wrote and (made := raise_all(engine, county_clock())):
        print(_RAISED.format(made))
    return _show_import(result, options.report, options.files, answers)


_RAISED = "系统发现的监测线索：新登记 {:,} 条，由村里核查答复。"


def _answers(given: Sequence[str]) -> dict[str, str]:
    """``--answer`` as question → answer. Raises Refused for one without either."""
    pairs = [one.rpartition("=") for one in given]
    if not all(question and value for question, _, value in pairs):
        raise Refused("--answer 应写成 问题=答案，问题和可选的答案见上次导入的提问。")
    return {question: value for question, _, value in pairs}


def _as_of(text: str, now: datetime) -> str:
    """``--as-of`` as a moment (ISO): of a day its beginning. Raises Refused for what is none, or is not yet."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        moment = now + timedelta(days=1)
    if moment is None:
        return ""
    if moment.tzinfo or moment > now:
        raise Refused("--as-of 应写成 2026-11-20 或 2026-11-20T15:30，不得晚于现在：文件里的数据截至何时。")
    return written(moment)


def _show_import(
    result: ImportResult, report: Path | None, files: Sequence[Path], answers: Answers = UNANSWERED
) -> int:
    from data.intake.report import lines, write_marked_copy

    for line in lines(result):
        print(line, file=sys.stderr if result.refusals or result.waiting else sys.stdout)
    if report and (result.refusals or result.conflicts or result.warnings):
        write_marked_copy(result, files, report, answers)
        print(f"标出错误的副本已写到 {report}。")
    return 1 if result.refusals or result.waiting or (result.conflicts and not result.overwritten) else 0


def boundaries_command(options: argparse.Namespace) -> int:
    from data.boundaries.report import lines

    bar = _Bar()
    answers = _answers(options.answer)
    result = import_boundaries(opened(options), options.files, now=county_clock(), progress=bar, answers=answers)
    bar.close()
    failed = bool(result.plan.open or (result.unjoined and not result.joined))
    for line in lines(result):
        print(line, file=sys.stderr if failed else sys.stdout)
    return 1 if failed else 0


def template_command(options: argparse.Namespace) -> int:
    if options.region or options.filled or options.month or options.sheet:
        order = Order(
            TEMPLATE,
            _part(options),
            filled=options.filled,
            periods=periods_of(options.month, county_clock().date()) if options.month else (),
        )
        counts = _take(options, order)
        print(f"数据模板已写到 {options.file}" + (f"，已填入 {sum(counts.values()):,} 行。" if counts else "。"))
        return 0
    write_template(fresh(options.file), _stamp(options))
    print(f"空白数据模板已写到 {options.file}。")
    return 0


def _part(options: argparse.Namespace, months: Months | None = None) -> Part:
    return Part(options.region, sheets_of(options.sheet), months)


def _stamp(options: argparse.Namespace) -> Stamp:
    """The stamp of an empty workbook: it needs no store, and makes none."""
    engine = open_engine(options.database)
    if is_sqlite(engine) and not Path(engine.url.database or "").is_file():
        return Stamp(0, written(county_clock()))
    with ready_engine(options.database).connect() as connection:
        return stamp(connection, county_clock())


def export_command(options: argparse.Namespace) -> int:
    order = Order(DATA, _part(options, months_of(options.month) if options.month else None))
    counts = _take(options, order)
    print(f"数据已导出到 {options.file}。{said(counts)}")
    return 0


def _take(options: argparse.Namespace, order: Order) -> dict[str, int]:
    """Make the workbook; it bears its name when it stands in the log, not before."""
    bar = _Bar()
    engine, target = opened(options), fresh(options.file)
    making = target.with_name(f".{target.name}")
    try:
        with engine.connect() as connection:
            now = county_clock()
            by = taken_by(actor_name(connection, COMMAND), now)
            counts = make(connection, ADMIN, order, making, bar, now=now, by=by)
            place = name_of(connection, ADMIN, order.part)
        where = f"{place} {order.part.region}".strip() or "全部区划"
        told = detail(f"{order.what}", place=where, filters=order.filters, count=sum(counts.values()))
        _logged(engine, "export", told)
        making.rename(target)
    finally:
        making.unlink(missing_ok=True)
    bar.close()
    return counts


def _logged(engine: Engine, view: str, told: str) -> None:
    with writing(engine) as connection:
        mine = {"actor": COMMAND, "address": "命令行"}
        audit.enter(connection, **mine, view=view, households=[None], detail=told, now=county_clock())


def rebuild_command(options: argparse.Namespace) -> int:
    bar = _Bar()
    with writing(opened(options)) as connection:
        cube.rebuild(connection, today=county_clock().date(), progress=bar)
    bar.close()
    print("汇总表已重建。")
    return 0


def check_command(options: argparse.Namespace) -> int:
    bar = _Bar()
    engine = opened(options)
    turn_the_day(engine, county_clock())
    findings = check(engine, progress=bar)
    bar.close()
    with engine.connect() as connection:
        if wrong := set_back(connection, county_clock()):
            print(f"存疑：{wrong}")
    findings += key_findings(engine)
    for finding in findings:
        examples = f"（如 {'、'.join(finding.examples)}）" if finding.examples else ""
        print(f"{'错误' if finding.grave else '存疑'}：{finding.what} {finding.count} 处{examples}")
    grave = sum(finding.grave for finding in findings)
    print("核对完成：数据库完好，各级汇总与记录一致。" if not grave else f"核对完成：有 {grave} 类错误。")
    return 1 if grave else 0


def key_findings(engine: Engine) -> list[Finding]:
    """Whether the key is the one that made what was printed."""
    with engine.connect() as connection:
        fits = {"户码": tokens.made_by_key(engine, connection), "收入卡校验码": marks.made_by_key(engine, connection)}
    wrong = "、".join(what for what, fitting in fits.items() if not fitting)
    if not wrong:
        return []
    how = "不是原来的" if key_file(engine).is_file() else "缺失"
    return [Finding(f"密钥文件 {key_file(engine)} {how}，与已印的{wrong}不符，请放回另行保管的密钥；", 1)]


def figures_command(options: argparse.Namespace) -> int:
    engine = opened(options)
    turn_the_day(engine, county_clock())
    with engine.connect() as connection:
        found = known_region(connection, options.region)
        month = known_month(connection, options.month) if options.month else None
        values = figures.figures(connection, ADMIN, found.code, month)
        closed = standings(connection, found.code, None)[BOOKS].month
        words = settings.official_words(connection, month or months.month_of(county_clock()))
    with words:
        labels = {id: INDICATORS[id].label for id in values}
    if options.format == "json":
        content = {id: _told(figure) for id, figure in values.items()}
        shown = {"region": found.code, "month": months.label(month or closed), "figures": content}
        print(json.dumps(shown, ensure_ascii=False, indent=2))
    elif options.format == "csv":
        told = {id: _told(figure) for id, figure in values.items()}
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["indicator", "label", *next(iter(told.values()))])
        for id, row in told.items():
            writer.writerow([id, labels[id], *row.values()])
    else:
        print(f"{found.name} {found.code} · 收入闭账到 {months.spoken(closed)}")
        for id, figure in values.items():
            value = _plain(INDICATORS[id].unit, figure.value)
            print(f"  {labels[id]}（{id}）：{value}，{figure.standing.words}")
    return 0


def clues_command(options: argparse.Namespace) -> int:
    engine, now = opened(options), county_clock()
    turn_the_day(engine, now)
    made = raise_all(engine, now)
    print(_RAISED.format(made) if made else "没有新的监测线索。")
    return 0


def _told(figure: figures.Figure) -> dict[str, object]:
    """A figure with its own month, and whether that is closed."""
    parts = {name: getattr(figure, name) for name in ("value", "numerator", "denominator", "of")}
    return {**parts, "month": months.label(figure.standing.month), "closed": figure.standing.closed}


def books_command(options: argparse.Namespace) -> int:
    engine = opened(options)
    now = county_clock()
    turn_the_day(engine, now)
    if options.close or options.reopen:
        with writing(engine) as connection:
            cube.hold(connection)
            until = None if options.reopen else known_month(connection, options.close)
            decide_books(connection, ADMIN, options.region, until, reason=options.reason, now=now)
            cube.stamp(connection, now, options.region)
        raise_all(engine, now)
    with engine.connect() as connection:
        found = known_region(connection, options.region)
        standing = standings(connection, found.code, None)[BOOKS]
        print(f"{found.name} {found.code}：收支闭账到 {months.spoken(standing.month)}")
        for row in decisions(connection, ADMIN, found.code):
            how = "由规则判断" if row["until"] is None else f"闭账到 {months.spoken(row['until'])}"
            print(f"  {row['at'][:16].replace('T', ' ')} {row['actor']}：{how} {row['reason'] or ''}".rstrip())
        following = standing.month + 1
        late = figures.children(connection, ADMIN, found.code, following, "unreported_households", level=12)
        for village in late[late["value"] > 0].itertuples():
            print(f"  {months.spoken(following)} 未报：{village.name} {village.code} {int(village.value)} 户")
    return 0


def _plain(unit: str, value: float | None) -> str:
    if value is None:
        return "无数据"
    return f"{value * 100:.2f} %" if unit == "%" else f"{value:,.2f}".removesuffix(".00") + f" {unit}"


def not_empty(connection: Connection) -> None:
    """Raises NotFound for a store in which nothing stands."""
    if not regions.roots(connection):
        raise NotFound("数据库还是空的，请先导入数据（import）或装入演示数据（demo）。")


def known_region(connection: Connection, code: str) -> regions.Region:
    not_empty(connection)
    return regions.find(connection, ADMIN, code)


def known_month(connection: Connection, text: str) -> int:
    month, held = months.month_of(text), regions.status(connection)
    if held is None or not held.first_month <= month <= held.last_month:
        span = f"，现有 {months.label(held.first_month)} 至 {months.label(held.last_month)}" if held else ""
        raise NotFound(f"没有 {months.label(month)} 的数据{span}。")
    return month


def shown_command(options: argparse.Namespace) -> int:
    engine, now = opened(options), county_clock()
    turn_the_day(engine, now)
    if options.name:
        with writing(engine) as connection:
            cube.hold(connection)
            keep_named(connection, ADMIN, options.name, now=now)
            cube.stamp(connection, now)
    with engine.connect() as connection:
        held, compared = showings(connection, ADMIN), compared_showing(connection, ADMIN)
    if not held:
        print("还没有留存过展示的数字。")
    for one in held:
        print(f"{one.day} {one.name or '当晚'}" + ("　← 大屏“变化”与它相比" if one == compared else ""))
    return 0


def lines_command(options: argparse.Namespace) -> int:
    engine = opened(options)
    if options.set:
        since, amount = options.set
        with writing(engine) as connection:
            now = county_clock()
            _set_line(connection, options.province, since, amount, now.date())
            told = f"监测线 {since} 起 {amount} 元"
            audit.enter(
                connection, actor=COMMAND, address="命令行", view="setting", households=[None], detail=told, now=now
            )
            cube.rebuild(connection, today=now.date())
            cube.stamp(connection, now)
    with engine.connect() as connection:
        for row in connection.execute(
            select(monitoring_line).order_by(monitoring_line.c.province, monitoring_line.c.since)
        ):
            print(f"{row.province or '各省'} {row.since} 起：{exact(row.amount_fen)} 元/人（{row.standing}）")
    return 0


def _set_line(connection: Connection, province: str, since: str, amount: str, today: date) -> None:
    try:
        day = date.fromisoformat(f"{since}-01-01" if re.fullmatch(r"\d{4}", since) else since).isoformat()
        sound = re.fullmatch(r"\d{1,9}(\.\d{1,2})?", amount) and float(amount) > 0
    except ValueError:
        sound = False
    if not sound:
        raise Refused(
            "监测线请写成 --set 起始日期 金额，例如 --set 2025-03-14 9200，金额为每人每年多少元；"
            "只写年份即当年1月1日起。"
        )
    if province and not (is_code(province) and len(province) == 2):
        raise Refused("省份请写两位区划代码，例如 --province 21。")
    key = (monitoring_line.c.province == province) & (monitoring_line.c.since == day)
    connection.execute(monitoring_line.delete().where(key))
    values = {"province": province, "since": day, "amount_fen": round(float(amount) * 100)}
    connection.execute(monitoring_line.insert().values(**values, standing=f"{today} 设定"))


def settings_command(options: argparse.Namespace) -> int:
    engine = opened(options)
    if options.set:
        name, value = options.set
        with writing(engine) as connection:
            now = county_clock()
            settings.decide(connection, ADMIN, name, value, now=now)
            cube.heed(connection, now, [name])
    with engine.connect() as connection:
        held = settings.values(connection)
    for name, setting in settings.SETTINGS.items():
        shown = held[name] or "（空）"
        usual = "" if held[name] == setting.default else f"（默认 {setting.default or '空'}）"
        print(f"{name} {setting.label}：{shown}{usual}\n    {setting.explanation}")
    return 0


def opened(options: argparse.Namespace) -> Engine:
    """The store that a command reads or writes; of real data that stands in the log, by the command's name alone. A
    broken log keeps nobody from checking the store or putting a backup back."""
    engine = ready_engine(options.database)
    ready(engine, written(county_clock()))
    with engine.connect() as connection:
        real = regions.holds_real_regions(connection)
    if real:
        try:
            _logged(engine, "command", options.command)
        except LogBroken as broken:
            if options.command not in _EVEN_BROKEN:
                raise
            print(broken, file=sys.stderr)
    return engine


def fresh(path: Path) -> Path:
    if path.exists():
        raise Refused(f"{path} 已存在，请换一个文件名。")
    if not path.resolve().parent.is_dir():
        raise Refused(f"目录 {path.resolve().parent} 不存在，请先建立。")
    return path
