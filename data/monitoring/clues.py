"""Clues: told once, with what was photographed and recorded, passed on to the village, and answered: a case, joined to
one that runs, or none with the reason. None is lost: what nobody has answered waits; none comes twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine, RowMapping, insert, select, text

from data.access.households import writable_row
from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import APPROVE, MONITORING, PAPERS, READ, WRITE
from data.access.scope import seen_households, seen_matters
from data.access.viewer import Viewer, within_sql
from data.archives.files import Material, examine, keep
from data.archives.sounds import examine_sound
from data.calendars.workdays import Calendar, calendar
from data.errors import NotFound, Refused
from data.figures import cube
from data.households.archives import file_within
from data.households.fields import LONG, SHORT, Unfit, read_text
from data.model import archive, case_paper, clue, household, monitoring_case, region
from data.monitoring.cases import Given, begin
from data.monitoring.clocks import own_day
from data.monitoring.delays import Answered, log_of_clue
from data.monitoring.dues import clue_due, due_sql
from data.monitoring.ways import ARCHIVED, CLUES, ENDED
from data.store.engine import writing
from data.store.rows import StoredRow
from data.terms import CLUE_SOURCES, RISKS
from data.workflow import Transition

PAGE = 50
WAITING = ("held", "open")
"""States of what nobody has answered yet."""
OF_DOORS, OF_OFFICES = ("door", "self"), ("hotline", "petition", "department", "self", "door")
"""Sources that who stands at a door tells of, and that a township or county does."""
PHOTO, VOICE = "线索照片", "线索录音"
_FIRST = date(1990, 1, 1)
GROUPS = {
    "waiting": "待答复", "late": "超期", "held": "待转村", "open": "待核查", "case": "已立案", "joined": "并入在办",
    "none": "不立案", "all": "全部",
}  # fmt: skip
"""Which of them a list holds."""
_NO_SUCH = "没有这条线索，或它不在您的查看范围内。"
_NOT_FOUND_IN = "线索还没有对应到户，请先选定是哪一户；没有建档的户请先在“家庭变动”里建户。"
_WAITS = f"b.state IN {WAITING}"


@dataclass(frozen=True)
class Subject:
    """Whom a clue is about: a household of the store, or who is meant by village (code) and ``words``."""

    household: int | None = None
    village: str = ""
    words: str = ""


@dataclass(frozen=True)
class Told:
    """What is told: a key of CLUE_SOURCES, one of RISKS ('' none is named), in which words, the clue's own day."""

    source: str
    risk: str
    words: str
    day: date | None


@dataclass(frozen=True)
class Filters:
    """What picks clues out: a key of GROUPS, a source, a risk, a household."""

    group: str = "waiting"
    source: str = ""
    risk: str = ""
    household: int | None = None


@dataclass(frozen=True)
class Clue:
    """One clue as it is shown: ``place`` its village, after its township; ``head`` of its household ('' none of the
    store), masked for who reads no names, ``subject`` who is meant instead; days ISO; ``due`` None where no clock
    runs; ``late`` in days, ``note`` what is to be said beside it; ``found`` by the system itself."""

    id: int
    household: int | None
    village: str
    place: str
    head: str
    subject: str
    source: str
    risk: str
    words: str
    told: str
    state: str
    since: str
    due: str | None
    late: int
    note: str
    case: int | None
    case_code: str
    version: int
    found: bool

    @property
    def state_word(self) -> str:
        """Its state in words."""
        return CLUES.way.states[self.state]

    @property
    def source_word(self) -> str:
        """Where it comes from in words."""
        return CLUE_SOURCES[self.source]

    @property
    def whose(self) -> str:
        """Who it is about, in a few words."""
        return f"{self.head} 户" if self.head else self.subject


@dataclass(frozen=True)
class Paper:
    """A photo or voice note of a clue: ``id`` of its archive."""

    id: int
    kind: str
    title: str
    media_type: str
    digest: str
    size: int
    dated: str | None
    added: str


@dataclass(frozen=True)
class Whole:
    """A clue with its steps (the latest first), its papers, what the viewer may do now; ``running``: the case of its
    household that runs, which it may join (id, code), None where none does."""

    clue: Clue
    steps: tuple[Answered, ...]
    papers: tuple[Paper, ...]
    allowed: tuple[Transition, ...]
    running: tuple[int, str] | None


@needs(WRITE, MONITORING)
def sources_of(viewer: Viewer) -> tuple[str, ...]:
    """The sources that a viewer may tell of."""
    return OF_OFFICES if viewer.may(APPROVE, MONITORING) else OF_DOORS


@needs(WRITE, MONITORING)
def tell(
    engine: Engine,
    viewer: Viewer,
    subject: Subject,
    told: Told,
    *,
    photos: Sequence[bytes] = (),
    voices: Sequence[bytes] = (),
    onward: bool = False,
    now: datetime,
) -> int:
    """A clue with its photos and voice notes, all or nothing; its id. The same told again while nobody has answered it
    is the same clue. What reaches an office above the village waits there until it is passed on; ``onward``: at once.

    Raises Unfit for a field, NotFound and OutOfScope for a household or village that is not the viewer's, Refused for
    a file that cannot be taken, and for files of who is no household of the store.
    """
    files = [(PHOTO, examine(one)) for one in photos] + [(VOICE, examine_sound(one)) for one in voices]
    for _, material in files:
        keep(engine, material)
    with writing(engine) as connection:
        cube.hold(connection)
        return tell_within(connection, viewer, subject, told, files=files, onward=onward, now=now)


@needs(WRITE, MONITORING)
def tell_within(
    connection: Connection,
    viewer: Viewer,
    subject: Subject,
    told: Told,
    *,
    files: Sequence[tuple[str, Material]] = (),
    onward: bool = False,
    now: datetime,
) -> int:
    """The same in a transaction of the caller's, who holds the store; ``files`` (kind of paper, content) lie among the
    archives already."""
    values = {**_placed(connection, viewer, subject), **_read(viewer, told, now.date())}
    if files and values["household_id"] is None:
        raise Refused("照片和录音存入户的档案；线索没有对应到户时请先不加。")
    action = "take" if told.source != "door" and viewer.may(APPROVE, MONITORING) else "tell"
    day = date.fromisoformat(str(values["told"]))
    id = _same(connection, values)
    if id is None:
        id = CLUES.add(connection, viewer, action, values, at=now, day=day)
        if onward and action == "take":
            held = CLUES.row(connection, viewer, id)
            arrow = CLUES.transition(connection, viewer, held, "pass")
            CLUES.take(connection, viewer, held, arrow, at=now, day=now.date())
    home = values["household_id"]
    if isinstance(home, int) and files:
        _attach(connection, viewer, id, home, files, day, now)
    cube.refresh(connection, str(values["village"]), now, households=False, of="clues")
    return id


def _placed(connection: Connection, viewer: Viewer, subject: Subject) -> dict[str, object]:
    if subject.household is not None:
        home = writable_row(connection, viewer, subject.household)
        return {"household_id": home["id"], "village": home["village"], "subject": None}
    of = region.c
    asked = select(of.code).where(of.code == viewer.narrowed(subject.village), of.closed.is_(None))
    if len(subject.village) != 12 or connection.execute(asked).first() is None:
        raise Unfit("村", "请选择现在还在的村")
    words = read_text("是谁", subject.words, most=SHORT, required=True)
    return {"household_id": None, "village": subject.village, "subject": words}


def _read(viewer: Viewer, told: Told, today: date) -> dict[str, object]:
    if told.source not in sources_of(viewer):
        raise Unfit("线索来源", f"请从名单中选择：{'、'.join(CLUE_SOURCES[one] for one in sources_of(viewer))}")
    if told.risk and told.risk not in RISKS:
        raise Unfit("返贫致贫风险", f"请从名单中选择：{'、'.join(RISKS)}")
    if told.day is None or not _FIRST <= told.day <= today:
        raise Unfit("线索日期", "请填写，不能在今天之后")
    words = read_text("什么情况", told.words, most=LONG, required=True)
    return {"source": told.source, "risk": told.risk or None, "words": words, "told": told.day.isoformat()}


def _same(connection: Connection, values: Mapping[str, object]) -> int | None:
    """A clue that says the same and waits: a second press, a page that was sent twice."""
    asked = select(clue.c.id).where(
        clue.c.state.in_(WAITING), *(clue.c[name].is_not_distinct_from(value) for name, value in values.items())
    )
    found: int | None = connection.execute(asked.order_by(clue.c.id).limit(1)).scalar()
    return found


def _attach(
    connection: Connection,
    viewer: Viewer,
    id: int,
    home: int,
    files: Sequence[tuple[str, Material]],
    day: date,
    now: datetime,
) -> None:
    known = file_within(connection, viewer, home, files, kind=ARCHIVED, called="线索材料", dated=day, now=now)
    mine = case_paper.c
    has = set(connection.execute(select(mine.archive).where(mine.clue == id)).scalars())
    for digest, kind in {one.digest: kind for kind, one in files}.items():
        if known[digest] not in has:
            connection.execute(insert(case_paper).values(clue=id, kind=kind, archive=known[digest]))


@needs(APPROVE, MONITORING)
def pass_on(engine: Engine, viewer: Viewer, id: int, *, version: int, day: date | None = None, now: datetime) -> None:
    """What an office was told goes to the village, whose clock runs from the day. Raises as :func:`dismiss`."""
    _answer(engine, viewer, id, "pass", version=version, day=day, now=now)


@needs(WRITE, MONITORING)
def dismiss(
    engine: Engine,
    viewer: Viewer,
    id: int,
    *,
    version: int,
    reason: str,
    day: date | None = None,
    now: datetime,
) -> None:
    """The answer that no case comes of it, with the reason; ``day``: its own, None for today. Raises NotFound for what
    the viewer does not see, Changed where somebody else was first, Refused where role, state, day or words do not allow
    it."""
    _answer(engine, viewer, id, "dismiss", version=version, reason=reason, day=day, now=now)


@needs(APPROVE, MONITORING)
def reopen(engine: Engine, viewer: Viewer, id: int, *, version: int, reason: str, now: datetime) -> None:
    """What was answered by no case is looked into again, with the reason. Raises as :func:`dismiss`."""
    _answer(engine, viewer, id, "reopen", version=version, reason=reason, now=now)


@needs(WRITE, MONITORING)
def join(
    engine: Engine,
    viewer: Viewer,
    id: int,
    *,
    version: int,
    home: int | None = None,
    day: date | None = None,
    now: datetime,
) -> int:
    """The answer that it belongs to the case of its household that runs; that case. ``home``: the household, where the
    clue named none of the store. Raises as :func:`dismiss`, Refused where no case runs."""
    with writing(engine) as connection:
        cube.hold(connection)
        held = _locked(connection, viewer, id, version)
        whose = _meant(connection, viewer, held, home)
        running = running_case(connection, whose)
        if running is None:
            raise Refused("这一户没有在办的程序，不能并入；请立案，或写明不立案的原因。")
        _settle(connection, viewer, held, "join", whose, running[0], day=day, now=now)
        cube.refresh(connection, held["village"], now, households=False, of="clues")
    return running[0]


@needs(WRITE, MONITORING)
def found(
    engine: Engine, viewer: Viewer, id: int, *, version: int, given: Given, home: int | None = None, now: datetime
) -> int:
    """The answer that a case is opened, on the case's own day: the case, to which whatever else waits about its
    household is joined. ``home`` as in :func:`join`. Raises as :func:`dismiss`, and as
    ``data.monitoring.cases.begin``."""
    with writing(engine) as connection:
        cube.hold(connection)
        held = _locked(connection, viewer, id, version)
        CLUES.transition(connection, viewer, held, "found")
        whose = _meant(connection, viewer, held, home)
        case = begin(connection, viewer, whose, clue=id, given=given, now=now)
        _settle(connection, viewer, held, "found", whose, case, day=given.day, now=now)
        for other in waiting_of(connection, whose):
            row = CLUES.row(connection, viewer, other)
            day = max(given.day or now.date(), _since(row))  # it may have been told after
            _settle(connection, viewer, row, "join", whose, case, day=day, now=now)
        cube.refresh(connection, held["village"], now, households=False, of="clues")
    return case


def _answer(
    engine: Engine,
    viewer: Viewer,
    id: int,
    action: str,
    *,
    version: int,
    reason: str = "",
    day: date | None = None,
    now: datetime,
) -> None:
    with writing(engine) as connection:
        cube.hold(connection)
        held = _locked(connection, viewer, id, version)
        arrow = CLUES.transition(connection, viewer, held, action)
        own = own_day(day, _since(held), now.date())
        CLUES.take(connection, viewer, held, arrow, at=now, day=own, reason=reason)
        cube.refresh(connection, held["village"], now, households=False, of="clues")


def _locked(connection: Connection, viewer: Viewer, id: int, version: int) -> RowMapping:
    held = CLUES.locked(connection, viewer, id, version)
    _require_seen(connection, viewer, id)
    return held


def _meant(connection: Connection, viewer: Viewer, held: RowMapping, home: int | None) -> int:
    """Whose the clue is. Raises Refused where it has no household and none is chosen, or another one."""
    if home is not None and held["household_id"] not in (None, home):
        raise Refused("线索已经对应到户，不能改到别的户；确实弄错的，请写明原因不立案，另行登记。")
    whose: int | None = held["household_id"] if home is None else home
    if whose is None:
        raise Refused(_NOT_FOUND_IN)
    row = writable_row(connection, viewer, whose)
    if row["village"] != held["village"]:
        raise Refused("选定的户不在线索所在的村，请核对。")
    return whose


def _settle(
    connection: Connection,
    viewer: Viewer,
    held: RowMapping,
    action: str,
    whose: int,
    case: int,
    *,
    day: date | None,
    now: datetime,
) -> None:
    arrow = CLUES.transition(connection, viewer, held, action)
    values = {"case_id": case, "household_id": whose}
    own = own_day(day, _since(held), now.date())
    CLUES.take(connection, viewer, held, arrow, at=now, day=own, values=values)


def _since(held: RowMapping) -> date:
    return date.fromisoformat(held["since"] or held["told"])


def running_case(connection: Connection, home: int) -> tuple[int, str] | None:
    """The case of a household that has not come to its end: id and code."""
    of = monitoring_case.c
    asked = select(of.id, of.code).where(of.household_id == home, of.state.not_in(ENDED)).order_by(of.id.desc())
    found = connection.execute(asked.limit(1)).first()
    return None if found is None else (found.id, found.code)


def waiting_of(connection: Connection, home: int) -> list[int]:
    """The clues about a household that nobody has answered."""
    asked = select(clue.c.id).where(clue.c.household_id == home, clue.c.state.in_(WAITING))
    return list(connection.execute(asked.order_by(clue.c.id)).scalars())


def _seen(viewer: Viewer) -> tuple[str, dict[str, object]]:
    """Condition on clue ``b`` with its parameters: what of his region a viewer sees. Who sees single households alone
    sees what is about these, and what he told himself."""
    if not viewer.sees_own_only:
        return "1 = 1", {}
    own, bound = seen_matters(viewer, "b.household_id")
    told = "EXISTS (SELECT 1 FROM clue_step s WHERE s.clue = b.id AND s.action = 'tell' AND s.actor = :seen_actor)"
    return f"((b.household_id IS NOT NULL AND {own}) OR {told})", {**bound, "seen_actor": viewer.actor}


def _require_seen(connection: Connection, viewer: Viewer, id: int) -> None:
    sql, bound = _seen(viewer)
    if (
        connection.execute(text(f"SELECT 1 FROM clue b WHERE b.id = :id AND {sql}"), {"id": id, **bound}).first()
        is None
    ):
        raise NotFound(_NO_SUCH)


@needs(READ, MONITORING)
def clues(
    connection: Connection,
    viewer: Viewer,
    region: str,
    *,
    filters: Filters,
    today: date,
    offset: int = 0,
    limit: int = PAGE,
) -> list[Clue]:
    """Those of a region: what waits by its day, the longest overdue first, then what was answered, the latest first.
    Raises OutOfScope for a region that is not the viewer's."""
    where, bound = _picked(connection, viewer, region, filters, today)
    due, named = due_sql(connection, clue, WAITING, clue_due(connection))
    order = f"CASE WHEN {_WAITS} THEN 0 ELSE 1 END, {due}, CASE WHEN {_WAITS} THEN b.told END, b.since DESC, b.id DESC"
    sql = f"{_SELECT} WHERE {where} ORDER BY {order} LIMIT :limit OFFSET :offset"
    rows = connection.execute(text(sql), {**bound, **named, "limit": limit, "offset": offset}).all()
    return _clues(connection, viewer, rows, today)


@needs(READ, MONITORING)
def counts(connection: Connection, viewer: Viewer, region: str, *, filters: Filters, today: date) -> dict[str, int]:
    """Key of GROUPS → how many of a region, whatever group ``filters`` asks for. Raises as :func:`clues`."""
    where, bound = _picked(connection, viewer, region, replace(filters, group="all"), today)
    clauses, named = _clauses(connection, today)
    sums = ", ".join(f'SUM(CASE WHEN {clause} THEN 1 ELSE 0 END) AS "{group}"' for group, clause in clauses.items())
    found = connection.execute(text(f"SELECT {sums} FROM clue b WHERE {where}"), {**bound, **named}).mappings().one()
    return {group: int(found[group] or 0) for group in GROUPS}


@needs(READ, MONITORING)
def whole(connection: Connection, viewer: Viewer, id: int, *, today: date) -> Whole:
    """One clue with all that was done about it; raises NotFound for what the viewer does not see."""
    held = CLUES.row(connection, viewer, id)
    _require_seen(connection, viewer, id)
    rows = connection.execute(text(f"{_SELECT} WHERE b.id = :id"), {"id": id}).all()
    (one,) = _clues(connection, viewer, rows, today)
    running = running_case(connection, one.household) if one.household is not None else None
    return Whole(
        one, log_of_clue(connection, viewer, id), _papers(connection, viewer, id),
        tuple(CLUES.allowed(connection, viewer, held)), running,
    )  # fmt: skip


def _papers(connection: Connection, viewer: Viewer, id: int) -> tuple[Paper, ...]:
    """The photos and voice notes of a clue that are in sight, for who may open the papers of its household: who told
    of it when he helped there may not any more."""
    if not viewer.may(READ, PAPERS):
        return ()
    of, mine, home = archive.c, case_paper.c, household.alias("h")
    sees, bound = seen_households(viewer)
    asked = (
        select(of.id, mine.kind, of.title, of.media_type, of.digest, of.size, of.dated, of.added)
        .join_from(case_paper, archive, of.id == mine.archive)
        .join(home, home.c.id == of.household_id)
        .where(mine.clue == id, of.hidden.is_(None), text(sees))
        .order_by(mine.id)
    )
    return tuple(Paper(*row) for row in connection.execute(asked, bound))


_SELECT = """
    SELECT b.*, v.name AS place, t.name AS above, h.head, k.code AS case_code FROM clue b
    JOIN region v ON v.code = b.village LEFT JOIN region t ON t.code = substr(b.village, 1, 9)
    LEFT JOIN household h ON h.id = b.household_id LEFT JOIN monitoring_case k ON k.id = b.case_id"""


def _clauses(connection: Connection, today: date) -> tuple[dict[str, str], dict[str, object]]:
    due, bound = due_sql(connection, clue, WAITING, clue_due(connection))
    own = {state: f"b.state = '{state}'" for state in CLUES.way.states}
    late = f"{_WAITS} AND {due} < :this_day"
    return {"waiting": _WAITS, "late": late, **own, "all": "1 = 1"}, {**bound, "this_day": today.isoformat()}


def _picked(
    connection: Connection, viewer: Viewer, region: str, filters: Filters, today: date
) -> tuple[str, dict[str, object]]:
    here, bound = within_sql("b.village", viewer.narrowed(region))
    sees, named = _seen(viewer)
    clauses, more = _clauses(connection, today)
    wanted = {"source": filters.source, "risk": filters.risk, "household_id": filters.household}
    parts = [here, sees, clauses[filters.group], *(f"b.{name} = :{name}" for name, value in wanted.items() if value)]
    return " AND ".join(f"({part})" for part in parts), {
        **bound, **named, **more, **{name: value for name, value in wanted.items() if value},
    }  # fmt: skip


def _clues(connection: Connection, viewer: Viewer, rows: Sequence[StoredRow], today: date) -> list[Clue]:
    due, days = clue_due(connection), calendar(connection)
    return [_clue(viewer, row, due(row.state, date.fromisoformat(row.since)), days, today) for row in rows]


def _clue(viewer: Viewer, row: StoredRow, due: date | None, days: Calendar, today: date) -> Clue:
    names = viewer.sees_identity
    head, place = row.head or "", f"{row.above} {row.place}" if row.above else row.place
    return Clue(
        row.id, row.household_id, row.village, place, head if names else mask_name(head),
        (row.subject or "") if names else "", row.source, (row.risk or "") if viewer.sees_health else "",
        row.words if names and viewer.sees_health else "", row.told, row.state, row.since,
        due.isoformat() if due else None, max((today - due).days, 0) if due else 0, days.note(due) if due else "",
        row.case_id, row.case_code or "", row.version, row.mark is not None,
    )  # fmt: skip
