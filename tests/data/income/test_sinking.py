"""Whose income sinks and why, against plain Python; what stands behind it; nobody beyond the viewer's scope."""

from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import Engine

from data import model, settings
from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.figures import cube
from data.income import sinking
from data.income.distribution import by_region
from data.income.evidence import JobEnded, ProjectLost, ProjectOwes, SubjectFall, evidence
from data.income.sinking import BASES, CAUSES, PARTS, Sinking
from data.store.engine import writing
from tests.data.income.ground import books, fill_steady, net_of
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES, fill
from tests.moment import NOW

CADRE = Viewer("county", COUNTY)
LINE = 880_000


def sunk(engine: Engine, region: str = COUNTY, *, viewer: Viewer = CADRE, month: int = LAST) -> Sinking:
    with engine.connect() as connection:
        return sinking.sinking(connection, viewer, region, month)


def by_hand(plain, id: int) -> dict:
    """What is to be known of a household at LAST: the income year ends ten months later and began two before."""
    now, before = plain.parts(id, LAST), plain.before(id, LAST)
    net, then, base = net_of(now), net_of(before), plain.net(id, LAST - 2)
    persons = plain.members.get(id, 0)
    told = 12 * net + (net - (net if base is None else base)) * 10
    lost = {part: before[part] - now[part] for part in PARTS} if before else dict.fromkeys(PARTS, 0)
    lost["expense"] *= -1
    worst = max(PARTS, key=lambda part: lost[part])
    return {
        "fell": then is not None and then > 0 and (then - net) * 100 >= 20 * then,
        "under": persons > 0 and told < 12 * persons * LINE,
        "lost": [lost[part] for part in PARTS],
        "cause": "new" if before is None else worst if lost[worst] > 0 else "low",
        "forecast": told / 1200 / persons if persons else None,
    }


@pytest.mark.parametrize("ground", [fill, fill_steady])
def test_who_sinks_and_why_is_what_plain_python_says(filled: Callable[..., Engine], ground):
    engine = filled(ground)
    with engine.connect() as connection:
        plain = books(connection)
    for region in (COUNTY, TOWNSHIPS[1], VILLAGES[0]):
        found = sunk(engine, region)
        expected = {id: by_hand(plain, id) for id in plain.here(region, LAST)}
        expected = {id: one for id, one in expected.items() if one["fell"] or one["under"]}
        assert set(found.household.tolist()) == set(expected) != set()
        for place, id in enumerate(found.household.tolist()):
            one = expected[id]
            assert (found.fell[place], found.under[place]) == (one["fell"], one["under"])
            assert found.lost[:, place].tolist() == one["lost"]
            assert list(CAUSES)[found.cause[place]] == one["cause"]
            assert found.net[place] == plain.net(id, LAST) and found.before[place] == (
                net_of(plain.before(id, LAST)) or 0
            )
            if one["forecast"] is not None:
                assert found.forecast[place] == pytest.approx(one["forecast"])


def test_those_with_both_come_first_then_the_lowest_forecast(filled: Callable[..., Engine]):
    found = sunk(filled(fill_steady))
    both = (found.fell & found.under).tolist()
    assert both == sorted(both, reverse=True) and any(both) and not all(both)
    first = found.forecast[: sum(both)]
    assert (np.diff(first) >= 0).all()


def test_every_household_has_one_cause_and_the_causes_make_all(filled: Callable[..., Engine]):
    found = sunk(filled(fill))
    by_cause = [found.picked(cause=cause) for cause in CAUSES]
    assert sorted(np.concatenate(by_cause).tolist()) == list(range(len(found.household)))
    fell, under, both = (len(found.picked(basis=basis)) for basis in BASES)
    assert fell + under - both == len(found.household)
    assert sum(by_region(found.village, list(TOWNSHIPS))) == len(found.household)
    picked = found.picked(basis="under", cause="wage")
    assert len(picked) and found.under[picked].all() and set(found.cause[picked].tolist()) == {0}


def test_the_county_decides_how_much_is_a_fall(filled: Callable[..., Engine]):
    engine = filled(fill_steady, own=True)
    before = int(sunk(engine).fell.sum())
    with writing(engine) as connection:
        settings.decide(connection, Viewer("county", COUNTY), "sinking_share", "90", now=NOW)
    assert 0 == int(sunk(engine).fell.sum()) < before


def test_nobody_is_found_beyond_the_viewers_scope(filled: Callable[..., Engine]):
    engine = filled(fill_steady)
    own = sunk(engine, viewer=Viewer("helper", COUNTY, "B1")).household.tolist()
    assert sorted(own) == sorted(id for id in sunk(engine).household.tolist() if id % 3 == 0) != []
    village = Viewer("village", VILLAGES[1])
    assert set(sunk(engine, VILLAGES[1], viewer=village).village.tolist()) == {int(VILLAGES[1])}
    with pytest.raises(OutOfScope):
        sunk(engine, viewer=village)


def test_nobody_can_write_to_what_all_share(filled: Callable[..., Engine]):
    found = sunk(filled(fill_steady))
    for array in vars(found).values():
        with pytest.raises(ValueError, match="read-only"):
            array[..., 0] = 0


@pytest.fixture
def behind(filled: Callable[..., Engine]) -> Engine:
    """Household 1 (VILLAGES[1]): its wages broke off five months ago, a job ended, a project left it, another owes."""
    engine = filled(fill_steady, own=True)
    job = {"household_id": 1, "category": "就业", "unit": None, "amount_fen": None}
    project = {"kind": "种植", "region": VILLAGES[1], "stage": "运营", "investment_fen": 1}
    with writing(engine) as connection:
        for code, name, started, ended in (
            ("m1", "公益岗位", "2025-01-01", "2026-06-30"),
            ("m2", "务工推荐", "2025-01-01", "2026-05-31"),  # went on in m3
            ("m3", "务工推荐", "2026-06-01", None),
            ("m4", "技能培训", "2023-01-01", "2024-12-31"),  # long ago
        ):
            connection.execute(model.measure.insert().values(**job, code=code, name=name, started=started, ended=ended))
        for code in ("果园", "大棚", "光伏"):
            connection.execute(model.project.insert().values(**project, code=code, name=code))
        for code, id, year in (
            ("果园", 1, 2025),
            ("果园", 2, 2026),
            ("大棚", 1, 2025),
            ("光伏", 1, 2025),
            ("光伏", 1, 2026),
        ):
            connection.execute(
                model.project_household.insert().values(project=code, household_id=id, year=year, mode="分红")
            )
        for code, month, due, got in (
            ("光伏", LAST, 9_000, 2_000),
            ("光伏", LAST - 12, 9_000, 0),
            ("大棚", LAST, 5, 5),
        ):
            connection.execute(
                model.project_return.insert().values(project=code, month=month, due_fen=due, received_fen=got)
            )
        cube.rebuild(connection, today=TODAY)
    return engine


def test_what_stands_behind_a_fall_is_told_line_by_line(behind: Engine):
    with behind.connect() as connection:
        known = evidence(connection, CADRE, [1, 2], LAST)
        plain = books(connection)
    rows = [(back, plain.ledger[1, LAST - back]) for back in range(24)]
    before, now = (sum(row["wage_work_fen"] or 0 for back, row in rows if (back >= 12) == old) for old in (True, False))
    assert known[1][0] == SubjectFall("务工工资", before, now) and before > now > 0
    assert [one for one in known[1] if not isinstance(one, SubjectFall)] == [
        JobEnded("公益岗位", "2026-06-30"),
        ProjectLost("大棚", False),
        ProjectLost("果园", True),
        ProjectOwes("光伏", 7_000),
    ]
    assert not any(isinstance(one, JobEnded | ProjectOwes) for one in known[2])
    assert all(one.lost > 0 for one in known[2] if isinstance(one, SubjectFall))


def test_of_households_that_the_viewer_may_not_see_nothing_is_told(behind: Engine):
    with behind.connect() as connection:
        assert evidence(connection, Viewer("village", VILLAGES[2]), [1], LAST) == {1: []}
        assert evidence(connection, Viewer("helper", COUNTY, "B1"), [1], LAST) == {1: []}
        assert evidence(connection, CADRE, [], LAST) == {}
