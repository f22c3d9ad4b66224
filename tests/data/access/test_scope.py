"""Who sees which household and who may write to it, worked out by hand from the pairings of the ground."""

from functools import partial

import pytest
from sqlalchemy import Engine, text

from data import model
from data.access import households as owned
from data.access.scope import seen_households, seen_matters
from data.access.viewer import Viewer
from data.errors import NoRight, NotFound
from data.store.batches import batches
from data.store.engine import writing
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS
from tests.data.village_ground import FAR, HERE, NEIGHBOUR, OTHER_TOWNSHIP, VILLAGE, fill_village

ALL = (*HERE, FAR)
D1, D2 = Viewer("helper", VILLAGE, "D1"), Viewer("helper", VILLAGE, "D2")
SIGHT = [
    (Viewer("admin", ""), ALL, True), (Viewer("county", COUNTY), ALL, True), (Viewer("county", "990182"), (), True),
    (Viewer("township", TOWNSHIPS[0]), HERE, True), (Viewer("township", TOWNSHIPS[1]), (FAR,), True),
    (Viewer("village", VILLAGE), HERE, True), (Viewer("village", NEIGHBOUR), (), True),
    (D1, (901,), True),  # 903 until September, 950 in another township
    (D2, (902,), True),  # 901 until 2022
    (Viewer("helper", OTHER_TOWNSHIP, "D1"), (FAR,), True), (Viewer("helper", COUNTY, "D1"), (901, FAR), True),
    (Viewer("helper", VILLAGE, None), (), True), (Viewer("helper", VILLAGE, ""), (), True),
    (Viewer("helper", VILLAGE, "D9"), (), True),
    (Viewer("display", COUNTY), ALL, False), (Viewer("stranger", VILLAGE), HERE, False),
    (Viewer("household", VILLAGE), HERE, False),
]  # fmt: skip
"""Viewer → the households he sees, and whether he writes to them."""


@pytest.fixture
def county(filled) -> Engine:
    """To be read only."""
    return filled(fill_village)


def outcome(ask, *told) -> str:
    try:
        ask(*told)
    except (NotFound, NoRight) as error:
        return type(error).__name__
    return "given"


@pytest.mark.parametrize(("viewer", "seen", "writes"), SIGHT, ids=lambda part: getattr(part, "key", None))
def test_each_sees_his_own_households_and_only_who_writes_changes_them(county: Engine, viewer, seen, writes):
    clause, bound = seen_households(viewer)
    with county.connect() as connection:
        among = text(f"SELECT h.id FROM household h WHERE h.id >= {min(ALL)} AND {clause} ORDER BY h.id")
        assert tuple(connection.execute(among, bound).scalars()) == seen
        for id in (*ALL, 999_999):
            is_seen = "given" if id in seen else "NotFound"
            assert outcome(owned.row_of, connection, viewer, id) == is_seen, id
            assert outcome(owned.writable_row, connection, viewer, id) == (is_seen if writes else "NoRight"), id
            assert outcome(owned.require, connection, viewer, [id]) == is_seen, id


@pytest.mark.parametrize(
    ("households", "answer"),
    [([], "given"), ([901, 902, 904], "given"), ([901, 902, FAR], "NotFound"), ([FAR, 901, 902], "NotFound")],
)
def test_of_many_households_all_must_be_his_in_every_portion(county: Engine, monkeypatch, households, answer):
    monkeypatch.setattr(owned, "batches", partial(batches, size=2))
    with county.connect() as connection:
        assert outcome(owned.require, connection, Viewer("village", VILLAGE), households) == answer


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (Viewer("village", VILLAGE), [901, 902, FAR, None]), (Viewer("display", COUNTY), [901, 902, FAR, None]),
        (D1, [901, FAR, None]), (D2, [902, None]), (Viewer("helper", VILLAGE, None), [None]),
    ],
    ids=lambda part: getattr(part, "key", None),
)  # fmt: skip
def test_a_helper_reads_of_matters_what_concerns_his_households_or_none(county: Engine, viewer, seen):
    clause, bound = seen_matters(viewer, "x.household")
    each = " UNION ALL ".join(
        f"SELECT {place} AS place, CAST({id or 'NULL'} AS BIGINT) AS household"
        for place, id in enumerate((901, 902, FAR, None))
    )
    with county.connect() as connection:
        asked = text(f"SELECT x.household FROM ({each}) x WHERE {clause} ORDER BY x.place")
        assert list(connection.execute(asked, bound).scalars()) == seen


@pytest.mark.parametrize(
    ("started", "ended", "sees"),
    [
        ("2026-11-22", None, True), ("2026-11-23", None, False), ("2026-01-01", "2026-11-22", True),
        ("2026-01-01", "2026-11-21", False), ("2026-01-01", "2027-01-01", True),
    ],
)  # fmt: skip
def test_a_pairing_gives_sight_from_its_first_day_to_its_last(filled, started: str, ended: str | None, sees: bool):
    assert TODAY.isoformat() == "2026-11-22"
    engine = filled(fill_village, own=True)
    with writing(engine) as connection:
        pairing = {"helper": "D2", "household_id": 904, "started": started, "ended": ended}
        connection.execute(model.pairing.insert().values(pairing))
        assert outcome(owned.row_of, connection, D2, 904) == ("given" if sees else "NotFound")
