"""What is written of a day: one record at a time, known by its number, so that twice is once; taken back on its day."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine, insert, select, text, update

from data.access.rights import needs
from data.access.roles import DAYS, WRITE
from data.access.scope import seen_households
from data.access.viewer import Viewer
from data.audit import log as audit
from data.clock import written
from data.days.choices import villages
from data.errors import NO_SUCH_HOUSEHOLD, NotFound, OutOfScope, Refused, WarRoomError
from data.figures import cube
from data.matters.file import row_of
from data.matters.raising import AHEAD, Place, proposed, raise_within
from data.matters.steps import Given, step_within
from data.matters.who import seen as seen_of
from data.model import day_record
from data.store.engine import writing
from data.store.rows import StoredRow, written_id
from data.terms import DAY_KINDS, PROBLEM_SOURCES
from data.text.signs import seen

LONGEST = 500
OLDEST = 14  # days that a record may have waited in a phone
NO_SUCH_TASK = "没有找到这项任务：它已删除、已完成，或不在您的范围内。请重新选择。"
NO_SUCH_RECORD = "没有找到这条记录，或它不是您写的。"
_NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Told:
    """What somebody tells of a day: its ``number`` (a UUID made where it was written), a key of ``terms.DAY_KINDS``,
    what it is about (a task's code, a household's id, else the ``village``), his words, the phone's own ``clock`` when
    he wrote and for how many seconds it waited since. ``finish``: the task is reported as finished with it;
    ``category``: a problem of this kind is raised with it."""

    number: str
    kind: str
    village: str
    household: int | None
    task: str | None
    words: str
    clock: str
    waited: int = 0
    finish: bool = False
    category: str = ""


class Written(NamedTuple):
    """The id of a record that stands, and what of its other wishes could not be done, in words; '' where all was."""

    id: int
    said: str = ""


@needs(WRITE, DAYS)
def write(engine: Engine, viewer: Viewer, told: Told, *, now: datetime, address: str = "") -> Written:
    """Write a record, in one transaction with its line of the log, the cube and what goes on from it. The same number
    again, by the same person, writes nothing and answers with the record that stands.

    Its day is the one on which it was written, by this clock less what it waited. Raises Refused for what is none,
    NotFound and OutOfScope for what is not his to write of.
    """
    with writing(engine) as connection:
        cube.hold(connection)
        if (stands := standing_record(connection, viewer, told.number)) is not None:
            return Written(stands.id)
        words = _checked(told)
        village, household = _about(connection, viewer, told)
        made = connection.execute(
            insert(day_record).values(
                number=told.number,
                village=village,
                household_id=household,
                task=told.task,
                day=(now - timedelta(seconds=told.waited)).date().isoformat(),
                kind=told.kind,
                words=words,
                written=_by_the_phone(told.clock, now),
                at=written(now),
                actor=viewer.actor,
            )
        )
        id = written_id(made)
        _logged(connection, viewer, id, f"写下：{DAY_KINDS[told.kind]}", now, address)
        more = told.finish or told.category
        said = _goes_on(connection, viewer, told, Place(village, household), words, now) if more else ""
        cube.refresh(connection, village, now, households=False, of=None if more else "days")
        return Written(id, said)


@needs(WRITE, DAYS)
def withdraw(engine: Engine, viewer: Viewer, id: int, *, now: datetime, address: str = "") -> None:
    """Take a record of one's own back, on the day that it came in. Raises NotFound for another's, Refused later and
    for what is taken back."""
    with writing(engine) as connection:
        cube.hold(connection)
        row = connection.execute(select(day_record).where(day_record.c.id == id)).first()
        if row is None or row.actor != viewer.actor:
            raise NotFound(NO_SUCH_RECORD)
        if row.withdrawn is not None:
            raise Refused("这条记录已经撤回了。")
        if row.at[:10] != now.date().isoformat():
            raise Refused("只能撤回当天报来的记录。写错了的，请再写一条说明。")
        connection.execute(update(day_record).where(day_record.c.id == id).values(withdrawn=written(now)))
        _logged(connection, viewer, id, f"撤回：{DAY_KINDS[row.kind]}", now, address)
        cube.refresh(connection, row.village, now, households=False, of="days")


@needs(WRITE, DAYS)
def standing_record(connection: Connection, viewer: Viewer, number: str) -> StoredRow | None:
    """The record of this number, if it has come in. Raises Refused where somebody else wrote it."""
    row: StoredRow | None = connection.execute(select(day_record).where(day_record.c.number == number)).first()
    if row is not None and row.actor != viewer.actor:
        raise Refused("这条记录的编号不对，没有写入。请重新写一条。")
    return row


def _logged(connection: Connection, viewer: Viewer, id: int, detail: str, now: datetime, address: str) -> None:
    audit.wrote(connection, "day_record", [id], actor=viewer.actor, view="day", detail=detail, address=address, now=now)


def _checked(told: Told) -> str:
    """The words as they are kept; raises Refused for what cannot be a record."""
    words = seen(told.words)
    if not _NUMBER.fullmatch(told.number) or told.kind not in DAY_KINDS:
        raise Refused("没有收到完整的内容，请重新写一条。")
    if not words:
        raise Refused("请写一句话：做了什么，或发现了什么问题。")
    if len(words) > LONGEST:
        raise Refused(f"最多写 {LONGEST} 个字，现在有 {len(words)} 个。")
    if not 0 <= told.waited < OLDEST * 24 * 3600:
        raise Refused(f"这条记录放了 {OLDEST} 天以上，不能再报。")
    return words


def _goes_on(connection: Connection, viewer: Viewer, told: Told, place: Place, words: str, now: datetime) -> str:
    """Report the task as finished, or raise the problem, as he wished: where that may not be, why not. The record
    stands in any case: its words may have waited for days."""
    try:
        with connection.begin_nested():
            if told.finish and told.task is not None:
                version = row_of(connection, viewer, "task", told.task)["version"]
                given = Given(reason=words)
                step_within(
                    connection, viewer, "task", told.task, "finish", version=version, given=given, now=now, shown=False
                )
            elif told.category:
                (first,) = proposed(connection, viewer, [place], now.date())
                typed = {
                    "source": PROBLEM_SOURCES[0], "category": told.category, "description": words,
                    "found": now.date().isoformat(), "deadline": (now.date() + AHEAD).isoformat(),
                }  # fmt: skip
                raise_within(connection, viewer, place, typed, owner=first.owner, now=now)
    except WarRoomError as error:
        return f"{'任务没有报完成' if told.finish else '没有登记为问题'}：{error}"
    return ""


def _by_the_phone(clock: str, now: datetime) -> str:
    try:
        return written(datetime.fromisoformat(clock).replace(tzinfo=None))
    except ValueError:
        return written(now)


def _about(connection: Connection, viewer: Viewer, told: Told) -> tuple[str, int | None]:
    """The village and household that a record is about; raises NotFound, OutOfScope for what is not his."""
    if told.task is not None:
        return _of_task(connection, viewer, told.task)
    if told.household is not None:
        condition, bound = seen_households(viewer)
        asked = text(f"SELECT h.village, h.id FROM household h WHERE h.id = :id AND {condition}")
        home = connection.execute(asked, {**bound, "id": told.household}).first()
        if home is None:
            raise NotFound(NO_SUCH_HOUSEHOLD)
        return home.village, home.id
    if told.village not in {one.key for one in villages(connection, viewer)}:
        raise OutOfScope("这个村")
    return told.village, None


def _of_task(connection: Connection, viewer: Viewer, code: str) -> tuple[str, int | None]:
    condition, bound = seen_of(connection, viewer, "task")
    asked = text(f"SELECT b.village, b.household_id FROM task b WHERE b.code = :code AND {condition}")
    found = connection.execute(asked, {**bound, "code": code}).first()
    if found is None or not viewer.may_see(found.village):
        raise NotFound(NO_SUCH_TASK)
    return found.village, found.household_id
