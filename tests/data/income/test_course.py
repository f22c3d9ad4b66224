"""The course of income by kind: what the books add up to, in rolling twelve months and in income years."""

from collections.abc import Callable

import pandas as pd
import pytest
from sqlalchemy import Engine

from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.figures import read as figures
from data.income import course as income_course
from data.income.course import KINDS, PARTS
from data.months import month_of
from tests.data.income.ground import books, net_of
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, VILLAGES, fill

CADRE = Viewer("county", COUNTY)


@pytest.fixture
def county(filled: Callable[..., Engine]) -> Engine:
    return filled(fill)


def course_of(engine: Engine, region: str, *, until: int = LAST, viewer: Viewer = CADRE) -> pd.DataFrame:
    with engine.connect() as connection:
        return income_course.income_course(connection, viewer, region, until=until)


def made_up(nets: dict[int, float]) -> pd.DataFrame:
    """A course of these nets, of wages alone."""
    frame = pd.DataFrame({"wage": nets, "gross": nets, "net": nets}, dtype=float)
    return frame.assign(business=0.0, property=0.0, transfer=0.0, expense=0.0, persons=1)


def test_each_kind_a_head_is_what_plain_python_makes_of_the_books(county: Engine):
    with county.connect() as connection:
        plain = books(connection)
    for region in (COUNTY, TOWNSHIPS[1], VILLAGES[0]):
        course = course_of(county, region)
        assert len(course) == 19 and course.index[-1] == LAST  # the books begin 30 months back
        for month in course.index:
            ids = plain.here(region, month)
            persons = sum(plain.members.get(id, 0) for id in ids)
            for part in PARTS:
                expected = sum(plain.parts(id, month)[part] for id in ids) / persons / 100
                assert course.at[month, part] == pytest.approx(expected), (region, month, part)
            assert course.at[month, "net"] == pytest.approx(plain.per_head(region, month))


def test_the_net_is_the_figure_of_the_overview(county: Engine):
    with county.connect() as connection:
        known = figures.trend(
            connection, CADRE, COUNTY, ("net_income_per_capita", "net_income_growth"), until=LAST, months=20
        )
    course = course_of(county, COUNTY)
    pd.testing.assert_series_equal(course["net"], known["net_income_per_capita"].dropna(), check_names=False)
    pd.testing.assert_series_equal(course["growth"].dropna(), known["net_income_growth"].dropna(), check_names=False)


def test_an_income_year_is_told_by_its_last_month_and_the_running_one_by_the_latest():
    first, last = month_of("2024-08"), month_of("2026-11")
    course = made_up({month: float(month) for month in range(first, last + 1)})
    years = income_course.income_years(course, 10)
    assert years.index.tolist() == [2024, 2025, 2026, 2027]
    assert years["month"].tolist() == [month_of(f"{year}-09") for year in (2024, 2025, 2026)] + [last]
    assert years["complete"].tolist() == [True, True, True, False]
    assert years["net"].tolist() == [float(month) for month in years["month"]]


def test_a_year_that_ends_in_the_latest_month_is_complete():
    course = made_up({month: 1.0 for month in range(month_of("2025-01"), month_of("2026-12") + 1)})
    assert income_course.income_years(course, 1)["complete"].to_dict() == {2025: True, 2026: True}
    assert income_course.income_years(course.iloc[:-1], 1)["complete"].to_dict() == {2025: True, 2026: False}


def test_what_each_part_adds_makes_the_change_of_the_net(county: Engine):
    course = course_of(county, COUNTY)
    parts = income_course.contributions(course, LAST)
    assert parts["change"].sum() == pytest.approx(course.at[LAST, "net"] - course.at[LAST - 12, "net"])
    assert parts.at["expense", "change"] == pytest.approx(course.at[LAST - 12, "expense"] - course.at[LAST, "expense"])
    assert income_course.contributions(course, LAST - 8).empty  # nothing is known of a year before


def test_what_each_part_adds_to_the_growth_makes_the_growth_of_every_month(county: Engine):
    course = course_of(county, COUNTY)
    parts = income_course.growth_parts(course)
    with county.connect() as connection:
        plain = books(connection)
    assert len(parts) and set(parts.index) <= set(course.index)
    for month, row in parts.iterrows():
        both = [(plain.parts(id, month), plain.before(id, month)) for id in plain.here(COUNTY, month)]
        both = [(now, before) for now, before in both if before]
        now, before = ({part: sum(one[part] for one in side) for part in PARTS} for side in zip(*both, strict=True))
        assert row["growth"] == pytest.approx(net_of(now) / net_of(before) - 1)
        assert row[list(PARTS)].sum() == pytest.approx(row["growth"])
        assert row["wage"] == pytest.approx((now["wage"] - before["wage"]) / net_of(before))
        assert row["expense"] == pytest.approx((before["expense"] - now["expense"]) / net_of(before))


def test_the_shares_of_the_kinds_make_the_whole_now_and_then(county: Engine):
    rows = income_course.structures(course_of(county, COUNTY), LAST, (0, 12, 60))
    assert rows["back"].tolist() == [0, 12]
    assert rows[[f"{kind}_share" for kind in KINDS]].sum(axis=1).tolist() == pytest.approx([1.0, 1.0])
    assert income_course.structures(course_of(county, COUNTY), LAST + 1).empty


def test_the_courses_of_the_children_are_each_childs_own(county: Engine):
    with county.connect() as connection:
        below = figures.courses(connection, CADRE, COUNTY, "net_income_per_capita", until=LAST, months=15)
    assert sorted(below.columns) == list(TOWNSHIPS)
    for code in TOWNSHIPS:
        own = course_of(county, code)["net"].loc[LAST - 14 :]
        pd.testing.assert_series_equal(below[code].dropna(), own, check_names=False)


def test_nothing_is_told_beyond_the_viewers_scope(county: Engine):
    village = Viewer("village", VILLAGES[0])
    assert len(course_of(county, VILLAGES[0], viewer=village))
    with pytest.raises(OutOfScope):
        course_of(county, VILLAGES[1], viewer=village)
    with county.connect() as connection, pytest.raises(OutOfScope):
        figures.courses(connection, village, COUNTY, "net_income_per_capita", until=LAST)
