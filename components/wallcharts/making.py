"""From a region and a size of paper to a chart as PDF, and many of them for an order."""

import io
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from sqlalchemy import Connection, Engine

from components.drawing.qr import qr_svg
from components.wallcharts.figures import headlines
from components.wallcharts.panels import COLOURS
from components.wallcharts.region import CHOSEN, OF_REGION, region_panels
from components.wallcharts.sheets import SHEETS
from components.wallcharts.village import OF_VILLAGE, village_panels
from data.access.actors import actor_name, taken_by
from data.access.rights import needs, require_right
from data.access.roles import FIGURES, HOUSEHOLDS, PRINT
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.taken import detail
from data.audit.verify import log_end
from data.clock import Clock
from data.codes.tokens import region_url
from data.errors import Refused
from data.figures.indicators import CALENDAR
from data.figures.standing import standings
from data.months import month_of, spoken
from data.paper import fonts, typeset
from data.paper.spreadsheet import file_name
from data.paper.typeset import clean
from data.regions import tree
from data.settings import official_words, rules_of, values
from data.store.engine import writing
from data.terms import DEMONSTRATION_PREFIX, LEVELS
from data.wall.names import as_display
from data.wall.village import countdown

TEMPLATE = "wallchart"
CHART = "chart"
"""As an order names what it is of, beside cards and labels."""
AT_ONCE = 2
"""Processes of typst at work for one order."""
BLANK = ["今日工作（手写）", "卡在哪、找谁（手写）", "会上定的事（手写、图钉）"]
"""What the white boxes on the rest of the last sheet are for."""
ACROSS = 1400
"""Pixels that a sample is wide."""


@dataclass(frozen=True)
class ChartOrder:
    """Charts of these regions (codes, in their order) on paper of one size (a key of SHEETS).

    ``month``: whose figures, None for the newest, each at its own; ``base`` is the address that the QR code names, ''
    for none; ``address`` whence the order came. ``zipped``: a PDF for each region in a zip, else all in one PDF.
    ``figure``: by which the regions below a county or township are coloured and ranked.
    """

    regions: tuple[str, ...]
    size: str
    month: int | None
    base: str
    address: str
    zipped: bool = False
    figure: str = CHOSEN

    what = CHART

    @property
    def total(self) -> int:
        return len(self.regions)


@dataclass(frozen=True)
class Chart:
    """One finished chart: what its file is called, the PDF, and characters that no font of this machine draws."""

    name: str
    content: bytes
    lacking: str


class _Facts(TypedDict):
    """What all charts of an order have in common."""

    settings: dict[str, str]
    by: str
    now: datetime


@needs(PRINT, FIGURES)
def charts(
    engine: Engine,
    viewer: Viewer,
    order: ChartOrder,
    *,
    clock: Clock,
    told: Callable[[int], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Chart]:
    """The charts one after the other; ``told`` hears of each that is done.

    What was given stands in the log, also where it ends before all are made, unless it was cancelled: then nothing
    leaves. Raises NoRight for who may not print what stands on them, NotFound, OutOfScope, Refused, Cancelled.
    """
    begun, given = clock(), 0
    facts = _facts(engine, viewer, order, begun)

    def make(region: str) -> Chart:
        name, document, lacking = _set(engine, viewer, region, order, facts)
        return Chart(name, typeset.pdf(TEMPLATE, [document], _shared(facts), cancelled=cancelled), lacking)

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="charts") as pool:
        work = [pool.submit(copy_context().run, make, region) for region in order.regions]
        try:
            for one in work:
                made = one.result()
                given += 1  # who takes it may end before he asks for the next
                yield made
                told(1)
        except typeset.Cancelled:
            given = 0
            raise
        finally:
            for one in work:
                one.cancel()
            if given:
                _enter(engine, viewer, order, f"挂图{order.size}（PDF）", given, clock())


@needs(PRINT, FIGURES)
def sample(engine: Engine, viewer: Viewer, order: ChartOrder, now: datetime) -> str:
    """The first sheet of the first chart as a picture (a ``data:`` address), to be looked at before it is printed."""
    facts = _facts(engine, viewer, order, now)
    _, document, _ = _set(engine, viewer, order.regions[0], order, facts)
    _enter(engine, viewer, order, f"挂图{order.size}样张", 1, now)
    ppi = ACROSS / (SHEETS[order.size].width / 25.4)
    return f"data:image/png;base64,{b64encode(typeset.preview(TEMPLATE, [document], _shared(facts), ppi=ppi)).decode()}"


def _facts(engine: Engine, viewer: Viewer, order: ChartOrder, now: datetime) -> _Facts:
    with engine.connect() as connection:
        for region in order.regions:
            _require(viewer, tree.find(connection, viewer, region))
        by = taken_by(actor_name(connection, viewer.actor), now, "打印", log_end(connection))
        return {"settings": values(connection), "by": by, "now": now}


def _set(
    engine: Engine, viewer: Viewer, region: str, order: ChartOrder, facts: _Facts
) -> tuple[str, dict[str, object], str]:
    """The name of a chart's file, the chart as the template takes it, and what of it no font draws."""
    month = month_of(facts["now"]) if order.month is None else order.month
    with engine.connect() as connection, official_words(connection, month):
        name, document = _document(connection, viewer, region, order, facts)
    return name, document, fonts.lacking(typeset.texts(document))


def _shared(facts: _Facts) -> dict[str, object]:
    return {"colours": COLOURS, "by": clean(facts["by"], 120, run=0)}


def _enter(engine: Engine, viewer: Viewer, order: ChartOrder, what: str, count: int, now: datetime) -> None:
    """What left, in the log: the region that all of it lies in, and how many charts."""
    with writing(engine) as connection:
        left = detail(what, place=_places(connection, viewer, order), count=count, unit="份")
        mine = {"actor": viewer.actor, "address": order.address}
        audit.enter(connection, **mine, view="print", households=[None], detail=left, now=now)


def _require(viewer: Viewer, region: tree.Region) -> None:
    """Whether this viewer may print the chart of a region: that of a village names households."""
    if region.code == tree.WHOLE:
        raise Refused("挂图按县、乡镇、村印，请先选择区划。")
    if region.is_village:
        require_right(viewer, PRINT, HOUSEHOLDS)


def _places(connection: Connection, viewer: Viewer, order: ChartOrder) -> str:
    """The region that all of them lie in, as the log names it."""
    first = order.regions[0]
    shared = [first[:length] for length in LEVELS if all(one.startswith(first[:length]) for one in order.regions)]
    code = max(shared, key=len)
    if not viewer.may_see(code):
        code = viewer.region
    return f"{tree.find(connection, viewer, code).name} {code}".strip()


def _document(
    connection: Connection, viewer: Viewer, code: str, order: ChartOrder, facts: _Facts
) -> tuple[str, dict[str, object]]:
    """The name of a chart's file, and the chart as the template takes it."""
    region, sheet, settings = tree.find(connection, viewer, code), SHEETS[order.size], facts["settings"]
    held = tree.status(connection)
    if held is None:
        raise Refused("数据库还是空的，没有可印的内容。")
    month = held.last_month if order.month is None else order.month
    ids = OF_VILLAGE if region.is_village else OF_REGION
    about = (connection, viewer, code, month, order.month, sheet, rules_of(settings["wall_rules"]))
    way = [one.name for one in tree.ancestors(connection, viewer, code)]
    demonstration = code.startswith(DEMONSTRATION_PREFIX)
    stands = standings(connection, code, month)[CALENDAR]
    return f"{code}_{file_name(clean(region.name, 40, run=0))}_{sheet.id}.pdf", {
        "sheet": sheet.data(),
        "title": clean(f"{region.name}{'作战室' if region.is_village else ''} · 挂图作战", 60),
        "name": f"{clean(region.name, 10)} {code} {sheet.id}",
        "subtitle": clean(" · ".join([*way[:-1], stands.stands_at]), 80),
        "days": _days(countdown(connection, facts["now"].date())),
        "headlines": headlines(connection, as_display(viewer), code, order.month, ids, sheet.across),
        "demonstration": demonstration,
        "contact": {
            "qr": qr_svg(region_url(order.base, code)) if order.base else None,
            "lines": [f"扫一扫看{LEVELS[len(code)]}情", f"帮扶热线 {clean(settings['hotline'], 30)}"],
            "side": sheet.code,
        },
        "panels": village_panels(*about) if region.is_village else region_panels(*about, order.figure),
        "source": f"数据 {spoken(month)}，数据版本 {held.version}，更新于 {held.updated[:16].replace('T', ' ')}；"
        "边界和户的位置为示意，不作划界依据",
        "blank": BLANK,
    }


def _days(told: tuple[str, int] | None) -> dict[str, str] | None:
    """The box that counts down."""
    return told and {"name": f"距离{clean(told[0], 12)}还有", "number": f"{told[1]:,}", "unit": "天"}


def bundled(made: Sequence[Chart], order: ChartOrder) -> tuple[bytes, str]:
    """All charts of an order as one file, a zip or a PDF, and the characters that no font draws."""
    lacking = lacking_in(one.lacking for one in made)
    if not order.zipped:
        return typeset.merged([one.content for one in made], "挂图", two_sided=False), lacking
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for one in made:
            archive.writestr(one.name, one.content)
    return packed.getvalue(), lacking


def lacking_in(charts: Iterable[str]) -> str:
    """What the fonts lack for some charts, each character once, of what they lack for each."""
    return "".join(sorted(set("".join(charts))))
