"""``python -m data wallcharts``: the charts of a region and of all below it, as files.

Loaded by ``data.commands.parser`` when it is called; knows no Streamlit.
"""

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine
from tqdm import tqdm

from components.wallcharts.making import Chart, ChartOrder, bundled, charts, lacking_in
from data.access.viewer import Viewer
from data.clock import county_clock
from data.commands.actions import ADMIN, INCOMPLETE, known_month, known_region, opened
from data.errors import Refused
from data.paper import fonts
from data.paper.spreadsheet import file_name
from data.regions import tree
from data.settings import value_of
from data.store.private import own_file, own_folder
from data.wall.shown import turn_the_day

ADDRESS = "命令行"
_NO_CODE = "没有设定户码网址（settings --set base_url 网址），挂图上没有二维码。"


def run(options: argparse.Namespace) -> int:
    """Write the charts; 3 where something on them is missing: the code, or characters that no font draws."""
    engine, now = opened(options), county_clock()
    turn_the_day(engine, now)
    with engine.connect() as connection:
        region = known_region(connection, options.region)
        if not region.code:
            raise Refused("请写明一个区划的代码，例如 --region 990181。")
        month = known_month(connection, options.month) if options.month else None
        base = value_of(connection, "base_url")
        regions = tuple(one.code for one in _at_and_below(tree.all_regions(connection, ADMIN), region.code))
    fonts.family()
    out = _empty(options.out)
    order = ChartOrder(regions, options.size, month, base, ADDRESS, zipped=options.zip)
    made = _told(engine, ADMIN, order)
    if options.zip:
        content, lacking = bundled(list(made), order)
        _write(out / f"{file_name(f'挂图_{region.name}')}_{options.size}.zip", content)
    else:
        lacking = lacking_in(_written(out, one) for one in made)
    print(f"{region.name}：{len(regions):,} 份 {options.size} 挂图，在 {out}。")
    if lacking:
        print(f"本机字体没有这些字，纸上印成方框：{lacking}", file=sys.stderr)
    if not base:
        print(_NO_CODE, file=sys.stderr)
    return INCOMPLETE if lacking or not base else 0


def _at_and_below(every: list[tree.Region], code: str) -> Iterator[tree.Region]:
    """The region, and those below it that have charts: counties, townships, villages."""
    return (one for one in every if one.code.startswith(code) and one.code and (one.level >= 6 or one.code == code))


def _told(engine: Engine, viewer: Viewer, order: ChartOrder) -> Iterator[Chart]:
    """The charts, with a bar on standard error; silent where nobody watches."""
    with _ended_in_order(), tqdm(total=order.total, desc="挂图", file=sys.stderr, disable=None, leave=False) as bar:
        yield from charts(engine, viewer, order, clock=county_clock, told=bar.update)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Who is told to end (SIGTERM) ends as by Ctrl-C: what was given by then stands in the log."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _empty(folder: Path) -> Path:
    """The folder, made where it is not there; raises Refused where anything lies in it or nothing can be written."""
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder} 是一个文件，请给出一个目录。")
    try:
        own_folder(folder)
        if any(folder.iterdir()):
            raise Refused(f"目录 {folder} 里已有文件，请换一个空目录。")
        trial = folder / ".writable"
        own_file(trial)
        trial.unlink()
    except OSError as error:
        raise Refused(f"目录 {folder} 写不进去，请换一个。") from error
    return folder


def _written(out: Path, chart: Chart) -> str:
    _write(out / chart.name, chart.content)
    return chart.lacking


def _write(path: Path, content: bytes) -> None:
    """A file of its owner's alone, whole or not at all."""
    own_file(path)
    try:
        path.write_bytes(content)
    except OSError:
        with suppress(OSError):
            path.unlink()
        raise
