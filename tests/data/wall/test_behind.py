"""Since when a part of a region is behind, what it lacks, who answers: each worked out month by month here as well."""

from collections import Counter

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.figures.indicators import INDICATORS
from data.figures.read import children, figures
from data.income.course import income_course
from data.store.engine import writing
from data.terms import INCOME_KINDS
from data.wall.behind import LOOKED_BACK, answering, income_gaps, months_behind, ranked_standing
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES
from tests.data.wall.ground import fill

CADRE = Viewer("county", COUNTY)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill)


@pytest.mark.parametrize("id", ["net_income_per_capita", "visit_coverage", "problems_overdue", "below_line_households"])
@pytest.mark.parametrize("parent", [COUNTY, *TOWNSHIPS])
def test_since_when_is_counted_month_by_month(county: Engine, parent: str, id: str):
    one = INDICATORS[id]
    with county.connect() as connection:
        month = ranked_standing(connection, CADRE, parent, one).month
        codes = children(connection, CADRE, parent, month, id)["code"].tolist()
        found = months_behind(connection, CADRE, parent, month, one, codes)
        expected = {}
        for code in codes:
            row = 0
            for at in range(month, month - LOOKED_BACK, -1):
                beside = children(connection, CADRE, parent, at, id).set_index("code")
                whole = figures(connection, CADRE, parent, at, (id,))[id].value
                if code not in beside.index or not beside.at[code, "closed"] or beside["value"].isna()[code]:
                    break
                mean = whole if one.denominator is not None else round(whole / beside["value"].notna().sum(), 1)
                told = one.told(mean) if one.denominator is not None else mean
                if (one.told(beside.at[code, "value"]) - told) * one.direction >= 0:
                    break
                row += 1
            expected[code] = row
    assert {code: since.months for code, since in found.items()} == expected
    assert parent != COUNTY or max(expected.values()) > 0


def test_a_month_that_runs_is_not_ranked_but_the_last_whole_one(county: Engine):
    with county.connect() as connection:
        visits = ranked_standing(connection, CADRE, COUNTY, INDICATORS["visit_coverage"])
        problems = ranked_standing(connection, CADRE, COUNTY, INDICATORS["problems_overdue"])
    assert (visits.month, visits.closed) == (LAST - 1, True)
    assert (problems.month, problems.day) == (LAST, TODAY.isoformat())


def test_what_income_lacks_most_is_the_kind_with_the_largest_gap(county: Engine):
    with county.connect() as connection:
        found = income_gaps(connection, CADRE, COUNTY, LAST, TOWNSHIPS)
        around = income_course(connection, CADRE, COUNTY, until=LAST).loc[LAST]
        for code in TOWNSHIPS:
            own = income_course(connection, CADRE, code, until=LAST).loc[LAST]
            gaps = {kind: around[kind] - own[kind] for kind in INCOME_KINDS}
            worst = max(gaps, key=lambda kind: gaps[kind])
            assert found.get(code) == ((worst, pytest.approx(gaps[worst])) if gaps[worst] >= 1 else None)


def test_who_answers_is_the_unit_that_most_households_are_paired_with_today(filled):
    engine = filled(fill, own=True)
    with writing(engine) as connection:
        for code, unit in (
            ("B0", "县农业局"),
            ("B1", "县农业局"),
            ("B2", "县卫生局"),
            ("B3", "镇政府"),
            ("B4", "镇政府"),
        ):
            connection.execute(model.helper.update().where(model.helper.c.code == code).values(unit=unit))
    h, p, a, day = model.household.c, model.pairing.c, model.helper.c, TODAY.isoformat()
    with engine.connect() as connection:
        found = answering(connection, CADRE, (*TOWNSHIPS, *VILLAGES))
        rows = connection.execute(
            select(h.village, h.id, a.unit, p.started, p.ended).where(h.id == p.household_id, p.helper == a.code)
        ).all()
    for code in (*TOWNSHIPS, *VILLAGES):
        homes = {
            (row.unit, row.id)
            for row in rows
            if row.village.startswith(code) and row.started <= day and (row.ended is None or row.ended >= day)
        }
        counts = Counter(unit for unit, _ in homes)
        assert counts[found[code].unit] == max(counts.values())
        assert found[code].units == len(counts)


def test_nobody_is_told_who_answers_elsewhere(county: Engine):
    with county.connect() as connection, pytest.raises(OutOfScope):
        answering(connection, Viewer("township", TOWNSHIPS[0]), [TOWNSHIPS[1]])
