"""The command line: ``python -m data COMMAND``. Exit codes: 0 done, 1 refused or something found, 2 a wrong call."""

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from data import cube, figures, months, regions
from data.access import Viewer
from data.boundaries import import_boundaries
from data.checks import check
from data.engine import backup, database_url, ready_engine, restore, writing
from data.errors import NotFound, Refused, WarRoomError
from data.importing import ImportResult, import_files
from data.indicators import INDICATORS
from data.model import monitoring_line

ADMIN = Viewer("admin", regions.WHOLE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; whatever a user can mend is one line on standard error, never a traceback."""
    parsed = _parser().parse_args(arguments)
    try:
        return parsed.run(parsed) or 0
    except WarRoomError as error:
        return _complain(str(error))
    except SQLAlchemyError as error:
        return _complain(f"数据库没有完成这一步：{str(getattr(error, 'orig', error)).splitlines()[0]}")
    except OSError as error:
        return _complain(f"文件读写失败：{error.filename or ''} {error.strerror or error}")
    except KeyboardInterrupt:
        return _complain("已中断，数据库保持原样。")


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


class _Parser(argparse.ArgumentParser):
    """Says in one line what was wrong with a call."""

    def error(self, message: str) -> NoReturn:
        words = {"invalid choice": "没有这个命令或选项", "required": "缺少参数", "unrecognized": "无法识别的参数"}
        said = next((chinese for english, chinese in words.items() if english in message), "命令写法有误")
        self.exit(2, f"{said}：{message}。用 {self.prog} --help 查看用法。\n")


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


def _demo(options: argparse.Namespace) -> int:
    from data.demo import generate  # numpy and shapely are heavy, and only this command draws a county

    engine = _engine(options)
    with engine.connect() as connection:
        if regions.holds_real_regions(connection):
            raise Refused("数据库中已有真实区划的数据，不能装入演示数据。请用 --database 另指一个空数据库。")
        if regions.roots(connection):
            if options.if_empty:
                print("数据库中已有数据，保持不动。")
                return 0
            raise Refused("数据库中已有数据；演示数据只装入空数据库，请用 --database 另指一个。")
    bar = _Bar()
    with tempfile.TemporaryDirectory() as scratch:
        directory = options.out or Path(scratch)
        directory.mkdir(parents=True, exist_ok=True)
        files = generate(directory, preset=options.preset, progress=bar)
        result = import_files(engine, files.workbooks, progress=bar, rebuild=False)
        if not result.wrote:
            bar.close()
            return _show_import(result, None, [])
        import_boundaries(engine, files.boundaries, progress=bar, rebuild=False)
    with writing(engine) as connection:
        cube.rebuild(connection, progress=bar)
    bar.close()
    print(f"演示数据已装入：{sum(result.rows.values()):,} 行。")
    if options.out:
        print(f"生成的工作簿与边界保存在 {directory}。")
    return 0


def _import(options: argparse.Namespace) -> int:
    bar = _Bar()
    result = import_files(_engine(options), options.files, valid_rows=options.valid_rows, progress=bar)
    bar.close()
    return _show_import(result, options.report, options.files)


def _show_import(result: ImportResult, report: Path | None, files: Sequence[Path]) -> int:
    from data.importing.report import lines, write_marked_copy

    for line in lines(result):
        print(line, file=sys.stderr if result.refusals else sys.stdout)
    if report and (result.refusals or result.warnings):
        write_marked_copy(result, files, report)
        print(f"标出错误的副本已写到 {report}。")
    return 1 if result.refusals else 0


def _boundaries(options: argparse.Namespace) -> int:
    bar = _Bar()
    result = import_boundaries(_engine(options), options.files, progress=bar)
    bar.close()
    print(
        f"读到 {result.features} 个图形：对上 {len(result.joined)} 个区划，新建 {len(result.created)} 个区划，"
        f"修复 {len(result.repaired)} 个图形，未对上 {len(result.unjoined)} 个，改动 {result.changed} 处。"
    )
    for note in result.unjoined:
        print(f"未对上：{note.file} 第 {note.number} 个 {note.code} {note.name}：{note.reason}")
    return 1 if result.unjoined and not result.joined else 0


def _template(options: argparse.Namespace) -> int:
    from data.template import write_template

    write_template(_fresh(options.file))
    print(f"空白数据模板已写到 {options.file}。")
    return 0


def _export(options: argparse.Namespace) -> int:
    from data.exporting import export_workbook

    bar = _Bar()
    with _engine(options).connect() as connection:
        export_workbook(connection, ADMIN, _fresh(options.file), progress=bar)
    bar.close()
    print(f"全部数据已导出到 {options.file}。")
    return 0


def _rebuild(options: argparse.Namespace) -> int:
    bar = _Bar()
    with writing(_engine(options)) as connection:
        cube.rebuild(connection, progress=bar)
    bar.close()
    print("汇总表已重建。")
    return 0


def _check(options: argparse.Namespace) -> int:
    bar = _Bar()
    engine = _engine(options)
    cube.ensure(engine)
    findings = check(engine, progress=bar)
    bar.close()
    for finding in findings:
        examples = f"（如 {'、'.join(finding.examples)}）" if finding.examples else ""
        print(f"{'错误' if finding.grave else '存疑'}：{finding.what} {finding.count} 处{examples}")
    grave = sum(finding.grave for finding in findings)
    print("核对完成：数据库完好，各级汇总与记录一致。" if not grave else f"核对完成：有 {grave} 类错误。")
    return 1 if grave else 0


def _figures(options: argparse.Namespace) -> int:
    engine = _engine(options)
    cube.ensure(engine)
    with engine.connect() as connection:
        found = _region(connection, options.region)
        month = _known_month(connection, options.month)
        values = figures.figures(connection, ADMIN, found.code, month)
    if options.format == "json":
        content = {id: vars(figure) for id, figure in values.items()}
        shown = {"region": found.code, "month": months.label(month), "figures": content}
        print(json.dumps(shown, ensure_ascii=False, indent=2))
    elif options.format == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["indicator", "label", "value", "numerator", "denominator"])
        for id, figure in values.items():
            writer.writerow([id, INDICATORS[id].label, figure.value, figure.numerator, figure.denominator])
    else:
        print(f"{found.name} {found.code} · {months.spoken(month)}")
        for id, figure in values.items():
            print(f"  {INDICATORS[id].label}（{id}）：{_plain(INDICATORS[id].unit, figure.value)}")
    return 0


def _plain(unit: str, value: float | None) -> str:
    if value is None:
        return "无数据"
    return f"{value * 100:.2f} %" if unit == "%" else f"{value:,.2f}".removesuffix(".00") + f" {unit}"


def _region(connection: Connection, code: str) -> regions.Region:
    if not regions.roots(connection):
        raise NotFound("数据库还是空的，请先导入数据（import）或装入演示数据（demo）。")
    return regions.find(connection, ADMIN, code)


def _known_month(connection: Connection, text: str) -> int:
    month, held = months.month_of(text), regions.status(connection)
    if held is None or not held.first_month <= month <= held.last_month:
        span = f"，现有 {months.label(held.first_month)} 至 {months.label(held.last_month)}" if held else ""
        raise NotFound(f"没有 {months.label(month)} 的数据{span}。")
    return month


def _lines(options: argparse.Namespace) -> int:
    engine = _engine(options)
    if options.set:
        year, amount = options.set
        with writing(engine) as connection:
            _set_line(connection, options.province, year, amount)
            cube.rebuild(connection)
            cube.stamp(connection)
    with engine.connect() as connection:
        for row in connection.execute(select(monitoring_line).order_by(monitoring_line.c.province)):
            print(f"{row.province or '各省'} {row.year} 年：{row.amount_fen / 100:,.2f} 元/人（{row.standing}）")
    return 0


def _set_line(connection: Connection, province: str, year: str, amount: str) -> None:
    if not (year.isdigit() and len(year) == 4 and amount.replace(".", "", 1).isdigit() and float(amount) > 0):
        raise Refused("监测线请写成 --set 年份 金额，例如 --set 2025 9200，金额为每人每年多少元。")
    if province and not (province.isdigit() and len(province) == 2):
        raise Refused("省份请写两位区划代码，例如 --province 21。")
    key = (monitoring_line.c.province == province) & (monitoring_line.c.year == int(year))
    connection.execute(monitoring_line.delete().where(key))
    values = {"province": province, "year": int(year), "amount_fen": round(float(amount) * 100)}
    connection.execute(monitoring_line.insert().values(**values, standing=f"{date.today()} 设定"))


def _backup(options: argparse.Namespace) -> int:
    backup(_engine(options), options.file)
    print(f"已备份到 {options.file}。")
    return 0


def _restore(options: argparse.Namespace) -> int:
    engine = _engine(options)
    restore(engine, options.file)
    cube.ensure(ready_engine(options.database))
    print(f"已从 {options.file} 恢复。")
    return 0


def _engine(options: argparse.Namespace) -> Engine:
    return ready_engine(options.database)


def _fresh(path: Path) -> Path:
    if path.exists():
        raise Refused(f"{path} 已存在，请换一个文件名。")
    if not path.resolve().parent.is_dir():
        raise Refused(f"目录 {path.resolve().parent} 不存在，请先建立。")
    return path


def _parser() -> argparse.ArgumentParser:
    where = {"default": None, "metavar": "URL"}
    parser = _Parser(
        prog="python -m data",
        description="村级作战室的数据：导入、导出、核对、备份。",
        epilog="数据库由 --database 或环境变量 WARROOM_DATABASE_URL 指定，"
        f"都没有时用 {database_url()}。退出码：0 完成，1 未完成或查出错误，2 命令写法有误。",
    )
    parser.add_argument("--database", help="sqlite:///文件 或 postgresql://用户@主机/库名", **where)
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令", parser_class=_Parser)

    def command(name: str, run, help: str, *arguments: tuple[Sequence[str], dict]) -> None:
        added = commands.add_parser(name, help=help, description=help)
        added.add_argument("--database", help=argparse.SUPPRESS, default=argparse.SUPPRESS)
        for flags, settings in arguments:
            added.add_argument(*flags, **settings)
        added.set_defaults(run=run)

    file = (["file"], {"type": Path, "metavar": "文件"})
    several = (["files"], {"type": Path, "nargs": "+", "metavar": "文件"})
    presets = {"choices": ["county", "prefecture"], "default": "county", "help": "county 示范市，prefecture 示范州"}
    kept = {"type": Path, "metavar": "目录", "help": "把生成的工作簿与边界留在这个目录"}
    untouched = {"action": "store_true", "help": "库中已有数据时不动，正常退出"}
    command("template", _template, "写出空白数据模板（带下拉列表和填写说明）", file)
    command(
        "demo", _demo, "把演示数据装入空数据库（有真实区划的库会被拒绝）",
        (["--preset"], presets), (["--out"], kept), (["--if-empty"], untouched),
    )  # fmt: skip
    command(
        "import", _import, "导入数据模板：xlsx、CSV 文件夹或 zip；几个文件作为一次导入，要么全部写入，要么不写",
        several,
        (["--valid-rows"], {"action": "store_true", "help": "有错误时仍写入无误的行，其余列在报告中"}),
        (["--report"], {"type": Path, "metavar": "文件", "help": "把标出错误的副本写到这个 xlsx"}),
    )  # fmt: skip
    command("boundaries", _boundaries, "导入区划边界：GeoJSON、GeoPackage、Shapefile（zip），坐标系不限", several)
    command("export", _export, "把全部数据导出为数据模板（xlsx；数据多时用 zip）", file)
    command("rebuild", _rebuild, "由记录重新生成全部汇总")
    command("check", _check, "核对：数据库完整性、各级汇总与记录是否一致、填报内容是否矛盾")
    command(
        "figures", _figures, "打印一个区划一个月的全部指标",
        (["--region"], {"required": True, "metavar": "区划代码"}),
        (["--month"], {"required": True, "metavar": "YYYY-MM"}),
        (["--format"], {"choices": ["table", "json", "csv"], "default": "table", "help": "比率为小数，金额为元"}),
    )  # fmt: skip
    command(
        "lines", _lines, "查看或设定监测线（按省、按年），设定后自动重新汇总",
        (["--set"], {"nargs": 2, "metavar": ("年份", "金额")}),
        (["--province"], {"default": "", "metavar": "两位代码", "help": "不写则各省通用"}),
    )  # fmt: skip
    command("backup", _backup, "在运行中备份整个数据库到一个文件", file)
    command("restore", _restore, "用备份替换数据库的全部内容（先停止服务）", file)
    return parser
