"""What is overdue, for walls: counted as the figures count, the longest first, each with who answers for it."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.errors import NoRight, OutOfScope
from data.figures import cube
from data.figures.read import figures
from data.store.engine import writing
from data.wall.overdue import KINDS, overdue, overdue_below
from tests.data.small_county import COUNTY, TODAY, TOWNSHIPS, VILLAGES, fill
from tests.data.watched_ground import fill_watched

COUNTY_CADRE = Viewer("county", COUNTY)
DAY = TODAY.isoformat()


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill)


def missing_visits(engine: Engine, within: str, allowed: int = 31) -> dict[str, list[int]]:
    """Village → days over of each counted household, worked out record by record."""
    h, v, p, k = model.household.c, model.visit.c, model.pairing.c, model.household_month.c
    with engine.connect() as connection:
        counted = connection.execute(select(k.household_id).where(k.month == TODAY.year * 12 + TODAY.month - 1))
        homes = dict(connection.execute(select(h.id, h.village)).all())
        counted_ids = set(counted.scalars())
        visits = connection.execute(select(v.household_id, v.visited)).all()
        pairs = connection.execute(select(p.household_id, p.started, p.ended)).all()
    over: dict[str, list[int]] = {}
    for id in sorted(counted_ids):
        days = [day for of, day in visits if of == id and day <= DAY]
        begun = [first for of, first, last in pairs if of == id and first <= DAY and (last is None or last >= DAY)]
        since = max(days) if days else min(begun, default=None)
        if since and homes[id].startswith(within):
            late = (TODAY - date.fromisoformat(since)).days - allowed
            if late > 0:
                over.setdefault(homes[id], []).append(late)
    return over


@pytest.mark.parametrize("region", [COUNTY, TOWNSHIPS[0], VILLAGES[2]])
def test_each_kind_is_counted_as_its_figure_counts_it(county: Engine, region: str):
    with county.connect() as connection:
        found = overdue(connection, COUNTY_CADRE, region)
        known = figures(connection, COUNTY_CADRE, region, None)
    assert found.day == DAY
    expected = {"问题": "problems_overdue", "任务": "tasks_overdue", "资金": "late_funds"}
    assert {kind: found.counts[kind] for kind in expected} == {kind: known[id].value for kind, id in expected.items()}
    assert found.counts["走访"] == sum(map(len, missing_visits(county, region).values())) > 0
    assert found.matters == sum(known[id].value for id in expected.values())


def test_the_longest_come_first_and_of_each_kind_at_least_its_worst(county: Engine):
    with county.connect() as connection:
        rows = overdue(connection, COUNTY_CADRE, COUNTY, limit=5).rows
    assert len(rows) == 5 and set(rows["kind"]) == set(KINDS) - {"帮扶措施"}  # nothing is planned there
    assert rows["days"].tolist() == sorted(rows["days"], reverse=True)
    problem = rows[rows["kind"] == "问题"].iloc[0]
    b = model.problem.c
    with county.connect() as connection:
        open_ones = connection.execute(select(b.deadline).where(b.rectified.is_(None), b.closed.is_(None))).scalars()
        first = min(open_ones)
    assert problem["days"] == (TODAY - date.fromisoformat(first)).days


def test_a_planned_measure_is_overdue_with_who_is_to_carry_it_out_and_without_what_it_is(filled):
    engine = filled(fill_watched, own=True)
    with engine.connect() as connection:
        found = overdue(connection, COUNTY_CADRE, COUNTY)
        below = overdue_below(connection, COUNTY_CADRE, COUNTY).set_index("code")
    row = found.rows[found.rows["kind"] == "帮扶措施"].iloc[0]
    assert (found.counts["帮扶措施"], row["days"], row["owner"], row["what"]) == (1, 22, "村干部", "未落实")
    assert "保洁" not in " ".join(map(str, row)) and below.loc[TOWNSHIPS[0], "帮扶措施"] == 1
    with writing(engine) as connection:
        connection.execute(model.person.insert().values(id=77, name="赵某", made="2026-01-01", actor="x"))
        connection.execute(model.plan_item.update().values(owner_id=77))
        rows = overdue(connection, COUNTY_CADRE, COUNTY).rows
    assert rows[rows["kind"] == "帮扶措施"].iloc[0]["owner"] == "赵某"


def test_a_visit_that_is_missing_stands_under_its_village_with_the_helper_who_is_to_pay_it(county: Engine):
    late = missing_visits(county, COUNTY)
    with county.connect() as connection:
        rows = overdue(connection, COUNTY_CADRE, COUNTY, limit=40).rows
    visits = rows[rows["kind"] == "走访"].set_index("region")
    assert {village: (int(row["days"]), row["what"]) for village, row in visits.iterrows()} == {
        village: (max(days), f"{len(days)} 户未走访") for village, days in late.items()
    }
    named = visits.dropna(subset=["owner"])
    assert set(named["owner"]) <= {"王某"} and set(named["unit"]) <= {"示范局"}


def test_a_day_more_to_visit_makes_fewer_of_them_overdue(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        connection.execute(
            model.setting.insert().values(name="visit_days", value="10", changed="2026-11-22T08:00:00", actor="x")
        )
    with engine.connect() as connection:
        found = overdue(connection, COUNTY_CADRE, COUNTY)
    assert found.counts["走访"] == sum(map(len, missing_visits(engine, COUNTY, 10).values()))
    assert found.counts["走访"] > sum(map(len, missing_visits(engine, COUNTY).values()))


def test_the_parts_of_a_county_add_up_but_for_what_is_its_own(county: Engine):
    with county.connect() as connection:
        below = overdue_below(connection, COUNTY_CADRE, COUNTY).set_index("code")
        parts = [overdue(connection, COUNTY_CADRE, code) for code in TOWNSHIPS]
    for code, part in zip(TOWNSHIPS, parts, strict=True):
        assert below.loc[code, list(KINDS)].to_dict() == dict(part.counts)
        assert below.loc[code, "matters"] == part.matters
    assert below["matters"].tolist() == sorted(below["matters"], reverse=True)


def test_a_village_has_nothing_below(county: Engine):
    with county.connect() as connection:
        assert overdue_below(connection, COUNTY_CADRE, VILLAGES[0]).empty


def test_a_display_reads_no_words_about_a_household(county: Engine):
    with county.connect() as connection:
        rows = overdue(connection, Viewer("display", COUNTY), COUNTY, limit=40).rows
    assert set(rows.loc[rows["kind"] == "问题", "what"]) == {"住房"}  # not 屋顶漏雨
    with county.connect() as connection, pytest.raises(OutOfScope):
        overdue(connection, Viewer("display", TOWNSHIPS[0]), COUNTY)
    with county.connect() as connection, pytest.raises(NoRight):
        overdue(connection, Viewer("nobody", COUNTY), COUNTY)


def test_without_records_nothing_is_overdue(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        for table in (model.visit, model.pairing, model.fund_plan, model.problem, model.task):
            connection.execute(table.delete())
        cube.rebuild(connection, today=TODAY)
    with engine.connect() as connection:
        found = overdue(connection, COUNTY_CADRE, COUNTY)
    assert found.rows.empty and found.matters == 0 and found.counts == dict.fromkeys(KINDS, 0)
