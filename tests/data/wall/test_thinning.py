"""Nights long past are given up but for month ends and what has a name; days that are kept say what they said."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select

from data import model
from data.access.viewer import Viewer
from data.months import month_of
from data.store.engine import writing
from data.wall.shown import figures_as_shown, showing_on
from data.wall.thinning import KEPT_DAYS, thin
from tests.data.small_county import COUNTY, TODAY, VILLAGES, fill

CADRE = Viewer("county", COUNTY)
FIRST = date(2025, 3, 3)
NAMED = {date(2025, 4, 15): "例会"}


@pytest.fixture
def county(filled) -> Engine:
    """A night a day over three months, and a meeting; a figure that changes daily, one weekly, one never after."""
    engine = filled(fill, own=True)
    rows, nights = [], []
    for number in range(100):
        day = FIRST + timedelta(days=number)
        made = [(day, None)] + ([(day, NAMED[day])] if day in NAMED else [])
        for at, name in made:
            id = len(nights) + 1
            night = {"id": id, "day": at.isoformat(), "at": f"{at}T00:05:00", "version": id, "name": name}
            nights.append({**night, "actor": "system"})
            at_month = {"month": month_of(at), "closed": 1}
            figures = [("visits", 1), ("households", 7), ("persons", 1000)]
            rows += [
                {**at_month, "region": code, "indicator": one, "showing": id, "value": float(id)}
                for one, every in figures
                for code in (COUNTY, VILLAGES[0])
                if (id - 1) % every == 0
            ]
    with writing(engine) as connection:
        connection.execute(model.showing.insert(), nights)
        connection.execute(model.figure_shown.insert(), rows)
    return engine


def shown(engine: Engine, day: date) -> dict:
    with engine.connect() as connection:
        return figures_as_shown(connection, CADRE, COUNTY, day.isoformat())


def thinned(engine: Engine, today: date) -> int:
    with writing(engine) as connection:
        return thin(connection, today)


def test_what_was_shown_on_days_that_are_kept_stays_and_the_others_say_the_day_kept_before(county: Engine):
    today = date(2025, 6, 1) + timedelta(days=KEPT_DAYS)  # nights before June are long past
    days = [FIRST + timedelta(days=number) for number in range(100)]
    before = {day: shown(county, day) for day in days}
    assert thinned(county, today) == 29 + 30 + 31 - 3  # each night of three months but their last
    ends = {date(2025, 3, 31), date(2025, 4, 30), date(2025, 5, 31)}
    for day in days:
        with county.connect() as connection:
            kept = showing_on(connection, CADRE, day.isoformat())
        if day in ends or day >= date(2025, 6, 1) or day in NAMED:
            assert shown(county, day) == before[day] and kept.day == day.isoformat()
        else:
            held = [one for one in (*ends, *NAMED) if one < day]
            assert (kept and kept.day) == (max(held).isoformat() if held else None)
            assert shown(county, day) == (before[max(held)] if held else {})
    assert thinned(county, today) == 0


def test_a_thinned_table_is_smaller_and_no_showing_is_gone(county: Engine):
    def counted(table) -> int:
        with county.connect() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    rows, nights = counted(model.figure_shown), counted(model.showing)
    thinned(county, TODAY + timedelta(days=KEPT_DAYS))
    assert counted(model.figure_shown) < rows / 5 and counted(model.showing) == nights


def test_young_nights_are_left_alone(county: Engine):
    assert thinned(county, FIRST + timedelta(days=KEPT_DAYS)) == 0
