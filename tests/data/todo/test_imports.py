"""What a village hands in waits for its township; what is given back waits for the village."""

import io
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from data.access.viewer import Viewer
from data.imports.jobs import WORKBOOK, hand_in, step
from data.model import import_job
from data.store.engine import writing
from data.todo.digest import digest
from data.todo.waiting import Item, below, counts, waiting
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS, VILLAGES, fill

NOW, DAY = datetime(2026, 11, 22, 9, 30), TODAY.isoformat()
CADRE, TOWN, OTHER = Viewer("county", COUNTY), Viewer("township", TOWNSHIPS[0]), Viewer("township", TOWNSHIPS[1])
OWN, SIBLING = Viewer("village", VILLAGES[0]), Viewer("village", VILLAGES[1])
HELPER = Viewer("helper", COUNTY, "B1")


def _listed(engine: Engine, viewer: Viewer, *, mine: bool = True) -> list[Item]:
    with engine.connect() as connection:
        return waiting(connection, viewer, viewer.region, DAY, kind="imports", mine=mine, limit=100)


def _handed_in(engine: Engine) -> int:
    """By the village, and found sound."""
    id = hand_in(engine, OWN, WORKBOOK, [("东村.xlsx", io.BytesIO(b"x"))], now=NOW)
    with writing(engine) as connection:
        connection.execute(import_job.update().values(work="", facts='{"may": true}'))
    return id


def _step(engine: Engine, viewer: Viewer, id: int, action: str, *, minutes: int, reason: str = "") -> None:
    with engine.connect() as connection:
        version = connection.execute(select(import_job.c.version).where(import_job.c.id == id)).scalar_one()
    step(engine, viewer, id, action, version=version, now=NOW + timedelta(minutes=minutes), reason=reason)


def test_it_waits_for_whose_turn_it_is_and_is_counted_where_it_lies(filled):
    engine = filled(fill, own=True)
    id = _handed_in(engine)
    assert not any(_listed(engine, viewer) for viewer in (CADRE, TOWN, OWN))  # nobody waits for what is not sent on

    _step(engine, OWN, id, "submit", minutes=1)
    (one,) = _listed(engine, TOWN)
    assert (one.key, one.region, one.page) == (str(id), OWN.region, "data")
    assert one.parameters == {"region": OWN.region, "view": "in", "job": id} and "待审核" in one.what
    assert not any(_listed(engine, viewer) for viewer in (CADRE, OTHER, OWN, SIBLING, HELPER))
    assert [one.key for one in _listed(engine, CADRE, mine=False)] == [str(id)]
    with engine.connect() as connection:
        held = counts(connection, TOWN, TOWN.region, DAY, person=None, look=DAY)
        assert (held["imports"].rows, held["imports"].new) == (1, 1)
        assert {row.code for row in below(connection, CADRE, COUNTY, DAY) if "imports" in row.kinds} == {TOWN.region}

    _step(engine, TOWN, id, "return", minutes=2, reason="第 3 行的日期不对")
    assert not _listed(engine, TOWN)
    (one,) = _listed(engine, OWN)
    assert "退回" in one.what and not _listed(engine, SIBLING)
    with engine.connect() as connection:
        (line,) = [one for one in digest(connection, TOWN, TOWN.region, DAY, person=None) if one.kind == "imports"]
    assert (line.waits.rows, line.done) == (0, 1)

    with writing(engine) as connection:  # the check that follows went through
        connection.execute(import_job.update().values(work="", facts='{"may": true}'))
    _step(engine, OWN, id, "submit", minutes=3)
    assert len(_listed(engine, TOWN)) == 1 and not _listed(engine, OWN)
    _step(engine, TOWN, id, "write", minutes=4)
    assert not any(_listed(engine, viewer) for viewer in (CADRE, TOWN, OWN))
