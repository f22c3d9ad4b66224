"""What boundaries changed is taken back from its journal: outlines, regions that were made, parents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, delete, func, select, text, update

from data.access.actors import COMMAND
from data.boundaries.layers import Progress
from data.errors import Refused
from data.figures import cube
from data.imports.references import references
from data.model import boundary, import_journal, import_run, metadata, region
from data.regions.codes import nearest_parent
from data.rules.recheck import recheck_places
from data.store.journal import Row, row_of

TAKING_BACK = "撤回边界"
_Journal = Sequence[tuple[Table, Row | None, Row | None]]


@dataclass(frozen=True)
class TakenBack:
    """What taking back a run did: how many outlines were put back or taken away, regions taken away (code → name), and
    what stays, each a sentence."""

    outlines: int
    regions: Mapping[str, str]
    kept: tuple[str, ...]

    @property
    def changed(self) -> int:
        return self.outlines + len(self.regions)


def take_back(
    connection: Connection, run: int, *, now: datetime, progress: Progress | None = None, actor: str = COMMAND
) -> TakenBack:
    """Take an import of boundaries back inside the caller's transaction: an outline where it still is what the run
    wrote, a region that it made where nothing refers to it any more.

    Raises Refused where a later import of boundaries still stands on the same regions: that goes first.
    """
    cube.hold(connection)
    journal = _journalled(connection, run)
    _refuse_later(connection, run, journal)
    back = _Back(connection)
    for done, (record, before, after) in enumerate(reversed(journal), 1):
        if record is boundary:
            back.outline(before, after)
        elif before is None:
            back.remove(after)
        else:
            back.under(before, after)
        if progress:
            progress(TAKING_BACK, done, len(journal))
    back.settle()
    if back.gone or back.mended:
        cube.rebuild(connection, today=now.date())
    if back.outlines or back.gone or back.mended:
        cube.stamp(connection, now)
    recheck_places(connection, back.outlines, now, actor=actor)
    return TakenBack(len(back.outlines), back.gone, tuple(back.kept))


class _Back:
    """What was put back so far."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.names: dict[str, str] = dict(connection.execute(select(region.c.code, region.c.name)).all())
        self.outlines, self.mended = set[str](), list[str]()
        self.gone: dict[str, str] = {}
        self.kept: list[str] = []

    def outline(self, before: Row | None, after: Row | None) -> None:
        """The outline that was before, unless somebody wrote another one since."""
        assert after is not None
        code = str(after["region"])
        here = boundary.c.region == code
        if _now(self.connection, boundary, code) != after:
            self.kept.append(f"{self.names.get(code, '')} {code} 的边界此后又改过，保持现在的样子")
            return
        if before is None:
            self.connection.execute(delete(boundary).where(here))
        else:
            self.connection.execute(update(boundary).where(here).values(**before))
        self.outlines.add(code)

    def remove(self, after: Row | None) -> None:
        """A region that was made, unless something refers to it."""
        assert after is not None
        code = str(after["code"])
        if (stands := _now(self.connection, region, code)) is None:
            return
        if stands != after:
            self.kept.append(f"{self.names[code]} {code} 此后又改过，保留")
        elif holders := _refer(self.connection, code):
            self.kept.append(f"{self.names[code]} {code} 已有{'、'.join(holders)}，保留")
        else:
            self.connection.execute(delete(region).where(region.c.code == code))
            self.gone[code] = self.names[code]

    def under(self, before: Row, after: Row | None) -> None:
        """A region under the parent that it had, where it still has the one that the run gave it."""
        assert after is not None
        code = str(before["code"])
        stands = _now(self.connection, region, code)
        if stands is not None and stands["parent"] == after["parent"]:
            self.connection.execute(update(region).where(region.c.code == code).values(parent=before["parent"]))
            self.mended.append(code)

    def settle(self) -> None:
        """What was mended lies under the nearest that is left: a parent that was made may have stayed."""
        known = self.names.keys() - self.gone.keys()
        for code in self.mended:
            here = update(region).where(region.c.code == code)
            self.connection.execute(here.values(parent=nearest_parent(code, known)))


def _journalled(connection: Connection, run: int) -> list[tuple[Table, Row | None, Row | None]]:
    """The rows of a run, in order."""
    one = import_journal.c
    asked = select(one.record, one.before, one.after).where(one.run == run).order_by(one.number)
    found = []
    for record, before, after in connection.execute(asked):
        table = metadata.tables[record]
        found.append((table, row_of(table, before), row_of(table, after)))
    return found


def _refuse_later(connection: Connection, run: int, journal: _Journal) -> None:
    mine = {row["region"] for table, before, after in journal if table is boundary and (row := after or before)}
    one, of = import_journal.c, import_run.c
    later = (
        select(one.run, one.after, of.at, of.files)
        .join(import_run, of.id == one.run)
        .where(one.run > run, one.record == boundary.name)
        .order_by(one.run.desc())
    )
    for other in connection.execute(later):
        after = row_of(boundary, other.after)
        if after and after["region"] in mine and _now(connection, boundary, str(after["region"])) == after:
            when = other.at[:16].replace("T", " ")
            raise Refused(f"{when} 又导入过同一区划的边界（{other.files}），请先撤回那一次，再撤回这一次。")


def _now(connection: Connection, record: Table, code: str) -> Row | None:
    """The row that stands now."""
    (key,) = record.primary_key.columns
    row = connection.execute(select(record).where(key == code)).mappings().first()
    if row is None:
        return None
    return {**row, "geometry": bytes(row["geometry"])} if record is boundary else dict(row)


def _refer(connection: Connection, code: str) -> list[str]:
    """What refers to a region, in words."""
    found = []
    for one in references(region):
        column = one.table.c[one.column]
        number = connection.scalar(select(func.count()).select_from(one.table).where(column == code, text(one.where)))
        if number:
            below = one.table is region and one.column == "parent"
            found.append(f" {number} 个下级区划" if below else _WORDS.get(one.table.name, "其他记录"))
    return list(dict.fromkeys(found))


_WORDS = {
    "household": "户",
    "boundary": "后来的边界",
    "project": "项目",
    "fund": "资金",
    "problem": "问题",
    "task": "任务",
    "leader": "负责人",
    "person": "人员",
    "account": "账号",
    "device": "大屏",
    "region": "并入它的村",
}
