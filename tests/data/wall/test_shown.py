"""Figures as they were shown: kept by night and by name, a value until the next; what may be compared with what."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from data import model, settings
from data.access.viewer import Viewer
from data.audit.verify import verified
from data.errors import NoRight, OutOfScope, Refused
from data.figures import cube
from data.figures.books import decide_books
from data.figures.indicators import BOOKS, CALENDAR, INDICATORS
from data.figures.read import figures, of_regions
from data.figures.standing import standings
from data.months import month_of
from data.store.engine import open_engine, writing
from data.wall.shown import (
    SHOWN,
    Showing,
    Shown,
    comparable,
    compared_showing,
    figures_as_shown,
    keep_named,
    keep_night,
    moves_since_shown,
    showings,
    since_shown,
)
from tests.data.small_county import COUNTY, LAST, TODAY, TOWNSHIPS, VILLAGES, fill

CADRE = Viewer("county", COUNTY)
ADMIN = Viewer("admin", "", person=1)
PLACES = (COUNTY, *TOWNSHIPS, *VILLAGES)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill, own=True)


def at(day: date, hour: int = 0, minute: int = 5) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute)


def turn(engine: Engine, day: date) -> int | None:
    """What happens when a day begins."""
    kept = keep_night(engine, at(day))
    cube.ensure(engine, day)
    return kept


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def close_problems(engine: Engine, number: int, day: date) -> None:
    """So many overdue problems are put right on a day."""
    p = model.problem.c
    with writing(engine) as connection:
        late = select(p.code).where(p.rectified.is_(None), p.deadline < day.isoformat()).order_by(p.code).limit(number)
        codes = connection.execute(late).scalars().all()
        regions = connection.execute(select(p.region).where(p.code.in_(codes)).distinct()).scalars().all()
        connection.execute(update(model.problem).where(p.code.in_(codes)).values(rectified=day.isoformat()))
        for region in regions:
            cube.refresh(connection, region, at(day, 12), households=False)


def shown_now(engine: Engine, region: str) -> dict[str, float | None]:
    with engine.connect() as connection:
        return {id: one.value for id, one in figures(connection, CADRE, region, None, SHOWN).items()}


def shown_on(engine: Engine, region: str, day: date) -> dict[str, float | None]:
    with engine.connect() as connection:
        return {id: one.value for id, one in figures_as_shown(connection, CADRE, region, day.isoformat()).items()}


def rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(model.figure_shown)).scalar_one()


def test_a_night_keeps_what_every_page_showed_of_every_region(county: Engine):
    before = {code: shown_now(county, code) for code in PLACES}
    assert turn(county, days(1)) is not None
    for code in PLACES:
        kept = shown_on(county, code, TODAY)
        assert kept == {id: value for id, value in before[code].items() if value is not None}
    assert len(before[COUNTY]) == len(SHOWN)


def test_it_is_kept_at_the_month_each_figure_stood_at_and_whether_that_was_closed(county: Engine):
    with county.connect() as connection:
        standing = standings(connection, COUNTY, None)
    turn(county, days(1))
    with county.connect() as connection:
        kept = figures_as_shown(connection, CADRE, COUNTY, TODAY.isoformat())
    for id, one in kept.items():
        own = standing[INDICATORS[id].closes]
        assert (one.month, one.closed) == (own.month, own.closed)
    assert not kept["visit_coverage"].closed and kept["net_income_per_capita"].closed


def test_a_change_on_the_second_day_is_kept_alone_and_the_first_day_still_says_what_it_said(county: Engine):
    first = shown_now(county, COUNTY)
    turn(county, days(1))
    number = rows(county)
    close_problems(county, 3, days(1))
    second = shown_now(county, COUNTY)
    turn(county, days(2))
    assert second["problems_overdue"] == first["problems_overdue"] - 3
    assert shown_on(county, COUNTY, TODAY)["problems_overdue"] == first["problems_overdue"]
    assert shown_on(county, COUNTY, days(1))["problems_overdue"] == second["problems_overdue"]
    assert shown_on(county, COUNTY, days(1))["households"] == first["households"]  # holds from the night before
    assert 0 < rows(county) - number < number / 4


def test_a_night_without_anything_new_keeps_nothing_and_its_day_says_what_held(county: Engine):
    for table in (model.task, model.problem, model.fund_plan, model.household, model.visit):
        with writing(county) as connection:  # nothing that a day alone would change
            if table is model.household:
                connection.execute(update(table).values(identified="2020-01-01", lifted=None, relapsed=None))
                connection.execute(update(table).values(risk_removed=None))
            else:
                connection.execute(table.delete())
    with writing(county) as connection:
        cube.rebuild(connection, today=TODAY)
    assert turn(county, days(1)) is not None
    held = rows(county)
    assert turn(county, days(2)) is None
    assert rows(county) == held
    assert shown_on(county, COUNTY, days(1)) == shown_on(county, COUNTY, TODAY) != {}


def test_before_the_first_night_nothing_is_known(county: Engine):
    turn(county, days(1))
    assert shown_on(county, COUNTY, days(-1)) == {}


def test_a_server_that_was_away_keeps_the_day_it_showed_last(county: Engine):
    turn(county, days(5))
    with county.connect() as connection:
        assert [one.day for one in showings(connection, CADRE)] == [TODAY.isoformat()]
    assert turn(county, days(5)) is None


def test_two_processes_keep_one_night(county: Engine, database_url_of):
    others = [open_engine(database_url_of(county)) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        kept = list(pool.map(lambda engine: keep_night(engine, at(days(1))), others))
    assert sum(one is not None for one in kept) == 1
    with county.connect() as connection:
        assert len(showings(connection, CADRE)) == 1
    for engine in others:
        engine.dispose()


@pytest.fixture
def database_url_of():
    return lambda engine: engine.url.render_as_string(hide_password=False)


def test_over_new_year_last_years_visits_are_not_set_against_this_years(county: Engine):
    cube.ensure(county, date(2026, 12, 31))
    turn(county, date(2027, 1, 1))
    with county.connect() as connection:
        before = figures_as_shown(connection, CADRE, COUNTY, "2026-12-31")
        told = {one.indicator: one for one in since_shown(connection, CADRE, COUNTY, Showing(1, "2026-12-31", None))}
    assert before["visit_coverage"].month == month_of("2026-12")
    assert told["visit_coverage"].now.standing.month == month_of("2027-01")
    assert told["visit_coverage"].change is None  # a month that runs against another
    assert told["households"].change == told["households"].now.value - before["households"].value


def test_within_a_month_its_own_days_are_compared(county: Engine):
    turn(county, days(1))
    with writing(county) as connection:
        home, village = connection.execute(
            select(model.household_month.c.household_id, model.household_month.c.village)
            .where(model.household_month.c.month == LAST, model.household_month.c.visits == 0)
            .limit(1)
        ).one()
        visit = {"code": "V-new", "household_id": home, "helper": "B1", "visited": days(1).isoformat()}
        connection.execute(model.visit.insert().values(**visit, occasion="日常走访"))
        cube.refresh(connection, village, at(days(1), 9))
    with county.connect() as connection:
        then = figures_as_shown(connection, CADRE, COUNTY, TODAY.isoformat())["visit_coverage"].value
        showing = showings(connection, CADRE)[0]
        found = {one.indicator: one for one in since_shown(connection, CADRE, COUNTY, showing)}["visit_coverage"]
        moves = moves_since_shown(connection, CADRE, village[:9], showing, ("visit_coverage",))
    now = shown_now(county, COUNTY)["visit_coverage"]
    told = INDICATORS["visit_coverage"].told
    assert now > then and found.change == pytest.approx(told(now) - told(then))
    assert moves.rows["code"].tolist() == [village] and moves.compared == sum(
        code.startswith(village[:9]) for code in VILLAGES
    )


def test_a_month_that_is_reopened_is_not_set_against_what_was_shown_of_it(county: Engine):
    turn(county, days(1))
    with writing(county) as connection:
        cube.hold(connection)
        decide_books(connection, CADRE, COUNTY, LAST - 2, now=at(days(1), 10))
        cube.stamp(connection, at(days(1), 10), COUNTY)
    with county.connect() as connection:
        found = {one.indicator: one for one in since_shown(connection, CADRE, COUNTY, showings(connection, CADRE)[0])}
    income = found["net_income_per_capita"]
    assert (income.now.standing.month, income.then.month) == (LAST - 2, LAST)
    assert income.change is None and income.now.value is not None
    turn(county, days(2))
    with county.connect() as connection:  # and that it was reopened is kept
        kept = figures_as_shown(connection, CADRE, COUNTY, days(1).isoformat())["net_income_per_capita"]
    assert (kept.month, kept.value) == (LAST - 2, income.now.value)


@pytest.mark.parametrize(
    ("month", "closed", "then", "may"),
    [
        (LAST, False, Shown(1.0, LAST, False), True),
        (LAST, True, Shown(1.0, LAST, True), True),
        (LAST, True, Shown(1.0, LAST, False), False),
        (LAST + 1, True, Shown(1.0, LAST, True), True),
        (LAST + 1, False, Shown(1.0, LAST, False), False),
        (LAST + 1, True, Shown(1.0, LAST, False), False),
        (LAST - 1, True, Shown(1.0, LAST, True), False),
    ],
)
def test_what_may_be_compared(month: int, closed: bool, then: Shown, may: bool):
    assert comparable(month, closed, then) is may


def keep(engine: Engine, name: str, *, viewer: Viewer = ADMIN, hour: int = 15) -> None:
    with writing(engine) as connection:
        cube.hold(connection)
        keep_named(connection, viewer, name, now=at(TODAY, hour))


def test_a_meeting_is_kept_by_its_name_and_is_what_is_compared_with(county: Engine):
    keep(county, "  例会 ")
    first = shown_now(county, COUNTY)
    close_problems(county, 2, TODAY)
    turn(county, days(1))  # the night of the same day comes after it
    with county.connect() as connection:
        meeting = compared_showing(connection, CADRE)
        told = {one.indicator: one for one in since_shown(connection, CADRE, COUNTY, meeting)}
    assert (meeting.day, meeting.name) == (TODAY.isoformat(), "例会")
    assert told["problems_overdue"].then.value == first["problems_overdue"]
    assert shown_on(county, COUNTY, TODAY)["problems_overdue"] == first["problems_overdue"] - 2
    assert not verified(county).faults


def test_the_countys_day_comes_before_the_last_meeting(county: Engine):
    turn(county, days(1))
    keep(county, "例会", hour=23)
    with writing(county) as connection:
        settings.decide(connection, ADMIN, "compared_day", TODAY.isoformat(), now=at(days(1), 9))
    with county.connect() as connection:
        assert compared_showing(connection, CADRE).name is None
        assert [one.name for one in showings(connection, CADRE, named=True)] == ["例会"]


def test_without_a_day_and_a_meeting_nothing_is_compared(county: Engine):
    turn(county, days(1))
    with county.connect() as connection:
        assert compared_showing(connection, CADRE) is None


def test_only_who_decides_for_the_county_keeps_and_only_under_a_name(county: Engine):
    for name in ("", "  ", "长" * 21):
        with pytest.raises(Refused):
            keep(county, name)
    with pytest.raises(NoRight):
        keep(county, "例会", viewer=Viewer("township", TOWNSHIPS[0]))
    with pytest.raises(OutOfScope):
        keep(county, "例会", viewer=Viewer("county", "990199"))
    assert rows(county) == 0


def test_nobody_reads_what_was_shown_of_another_place(county: Engine):
    turn(county, days(1))
    with county.connect() as connection, pytest.raises(OutOfScope):
        figures_as_shown(connection, Viewer("township", TOWNSHIPS[0]), TOWNSHIPS[1], TODAY.isoformat())


def test_an_empty_store_keeps_nothing(engine: Engine):
    assert keep_night(engine, at(days(1))) is None


def test_figures_of_many_regions_are_those_of_each(county: Engine):
    with county.connect() as connection:
        together = of_regions(connection, PLACES, LAST, SHOWN)
        for code in PLACES:
            own = figures(connection, CADRE, code, LAST, SHOWN)
            assert together[code] == {id: one.value for id, one in own.items()}
    assert {INDICATORS[id].closes for id in SHOWN} == {BOOKS, CALENDAR, ""}
