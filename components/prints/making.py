"""From an order to a PDF: codes issued, cards or labels set in chunks, what was printed kept and logged."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from components.drawing.qr import qr_svg
from components.wallcharts.making import CHART, ChartOrder, bundled, charts
from data.access.actors import actor_name, taken_by
from data.access.viewer import Viewer
from data.audit import log as audit
from data.audit.taken import detail
from data.audit.verify import log_end
from data.cards import marks as card_marks
from data.cards import pages as card_pages
from data.cards.card import cards, income_year
from data.cards.lights import card_lights
from data.cards.record import IncomeCard
from data.clock import Clock
from data.codes import labels as label_sheets
from data.codes import tokens as qr_codes
from data.paper import fonts, typeset
from data.settings import value_of
from data.store.batches import batches
from data.store.engine import writing

CARD, LABEL = "card", "label"
OF_HOUSEHOLDS = {CARD: "明白卡", LABEL: "户码标签"}
WHAT = {**OF_HOUSEHOLDS, CHART: "挂图"}
UNITS = {CARD: "户", LABEL: "户", CHART: "份"}
_NO_CODE = "样张"


@dataclass(frozen=True)
class Order:
    """What is to be printed for which households (ids, in the order of the pages).

    ``year`` is that of the cards, ``size`` a key of ``label_sheets.SIZES``; ``masked``: readable by others, so without
    what is nobody else's business; ``base`` is the address that codes name, ``address`` whence the order came.
    """

    what: str
    households: tuple[int, ...]
    year: int
    base: str
    address: str
    masked: bool = False
    size: str = "small"
    with_code: bool = True
    with_helper: bool = True

    @property
    def total(self) -> int:
        return len(self.households)

    @property
    def chunk(self) -> int:
        """Households to one process of typst."""
        return card_pages.CHUNK if self.what == CARD else label_sheets.SIZES[self.size].chunk


@dataclass(frozen=True)
class Paper:
    """A finished PDF, or a zip of several, and the characters in it that no font of this machine draws."""

    content: bytes
    lacking: str


def made(
    engine: Engine,
    viewer: Viewer,
    order: Order,
    *,
    clock: Clock,
    told: Callable[[int], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Paper:
    """Print; ``told`` hears how many more households are done.

    Codes are issued before, in one transaction; what was printed is kept (``card_print``) and logged after, so that
    nothing stands for a job that was cancelled. Raises what the parts raise: NotFound, OutOfScope, Refused, Cancelled.
    """
    begun = clock()
    with writing(engine) as connection:
        tokens = qr_codes.issue(connection, engine, viewer, order.households, now=begun, address=order.address)
    urls = {id: qr_codes.url(order.base, token) for id, token in tokens.items()}
    with engine.connect() as connection:
        by = taken_by(actor_name(connection, viewer.actor), begun, "打印", log_end(connection))
    parts: list[bytes] = []
    lacking: set[str] = set()
    printed: list[IncomeCard] = []
    for some in _chunks(order):
        with engine.connect() as connection:
            documents, shared, held = _documents(connection, engine, viewer, some, urls, begun.date(), by=by)
        lacking |= set(fonts.lacking(typeset.texts(documents)))
        parts.append(typeset.pdf(some.what, documents, shared, cancelled=cancelled))
        printed += held
        told(len(some.households))
    content = typeset.merged(parts, WHAT[order.what], two_sided=order.what == CARD)
    now = clock()
    card_marks.register(engine, printed, now=now)
    with writing(engine) as connection:
        mine = {"actor": viewer.actor, "address": order.address}
        left = detail(f"{WHAT[order.what]}（PDF）", count=len(order.households), unit="户")
        audit.enter(connection, **mine, view="print", households=order.households, detail=left, now=now)
    return Paper(content, "".join(sorted(lacking)))


def made_charts(
    engine: Engine,
    viewer: Viewer,
    order: ChartOrder,
    *,
    clock: Clock,
    told: Callable[[int], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Paper:
    """The same for wall charts, which name no single household in the log."""
    return Paper(*bundled(list(charts(engine, viewer, order, clock=clock, told=told, cancelled=cancelled)), order))


def sample(engine: Engine, viewer: Viewer, order: Order, now: datetime) -> str:
    """The first page as a picture (a ``data:`` address): a specimen, whose code opens the start page alone."""
    some = replace(order, households=order.households[:1])
    if order.what == LABEL:
        some = replace(order, households=order.households[: label_sheets.SIZES[order.size].per_sheet])
    urls = dict.fromkeys(some.households, order.base)
    with engine.connect() as connection:
        documents, shared, held = _documents(connection, engine, viewer, some, urls, now.date(), specimen=True)
    for card in held:
        mine = {"actor": viewer.actor, "address": order.address}
        left = detail("明白卡样张", count=1, unit="户")
        audit.leaves(engine, **mine, view="card", household=card.household, detail=left, now=now)
    return f"data:image/png;base64,{b64encode(typeset.preview(order.what, documents, shared)).decode()}"


def _chunks(order: Order) -> Iterator[Order]:
    for some in batches(order.households, order.chunk):
        yield replace(order, households=tuple(some))


def _documents(
    connection: Connection,
    engine: Engine,
    viewer: Viewer,
    order: Order,
    urls: dict[int, str],
    today: date,
    *,
    by: str = "",
    specimen: bool = False,
) -> tuple[list[dict[str, object]], dict[str, object], Sequence[IncomeCard]]:
    """The pages' data, what they share, and the cards among them."""
    hotline = value_of(connection, "hotline")
    if order.what == LABEL:
        found = label_sheets.households(connection, viewer, order.households, order.year)
        flags = {"masked": order.masked, "with_code": order.with_code, "with_helper": order.with_helper}
        documents = [label_sheets.label(one, qr=qr_svg(urls[one.id]), **flags) for one in found]
        return documents, label_sheets.shared(label_sheets.SIZES[order.size], hotline=hotline, by=by), []
    held = cards(connection, viewer, order.households, income_year(connection, order.year), paper=True)
    documents = []
    for card, lights in zip(held, card_lights(connection, held), strict=True):
        mark = _NO_CODE if specimen else card_marks.mark(engine, card)
        qr = qr_svg(urls[card.household] if specimen else f"{urls[card.household]}?c={mark}")
        documents.append(card_pages.page(card, mark=mark, qr=qr, lights=lights, masked=order.masked))
    return documents, card_pages.shared(held[0], hotline=hotline, printed=today, by=by, sample=specimen), held
