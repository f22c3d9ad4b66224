"""Named lists: they count what the figures count, are paged and sorted by the store, and end at the viewer's scope."""

import itertools

import pandas as pd
import pytest
from sqlalchemy import Engine, select, text

from data.access.roles import EXPORT, HOUSEHOLDS
from data.access.viewer import Viewer
from data.duties import overdue
from data.errors import NotFound, OutOfScope
from data.figures import lists
from data.figures import movements as changes
from data.figures import read as figures
from data.figures.indicators import INDICATORS
from data.figures.list_kinds import KINDS
from data.model import member
from tests.data.small_county import LAST
from tests.data.village_ground import COUNTY, FAR, OTHER_TOWNSHIP, VILLAGE
from tests.data.watched_ground import fill_watched

pytestmark = pytest.mark.filled(by=fill_watched)

COUNTY_CADRE = Viewer("county", COUNTY)
VILLAGE_CADRE = Viewer("village", VILLAGE)
HELPER = Viewer("helper", VILLAGE, "D1")
DISPLAY = Viewer("display", COUNTY)
COUNTED = (
    "households", "monitored_households", "unstable_households", "marginal_households", "hardship_households",
    "unlifted_households", "lifted_households", "newly_identified_households",
    "newly_monitored_households", "below_line_households", "projects",
    "visits", "problems_open", "problems_overdue", "tasks_overdue", "unsafe_housing", "unsafe_water", "dropouts",
    "uninsured_persons", "near_line_households", "silent_households", "short_records", "unbooked_households",
    "unreported_households", "late_funds", "newly_monitored_households",
    "cases_opening", "persons_opening", "cases_removing", "persons_removing", "cleared_households", "cleared_persons",
    "newly_monitored_persons", "clues_waiting", "plans_overdue", "newly_identified_persons",
    "newly_relapsed_households", "newly_relapsed_persons", "monitored_again",
)  # fmt: skip
"""Indicators whose list holds one row for each unit of the figure."""
ONE_OF_EACH = {indicator.records.kind: indicator.id for indicator in reversed(INDICATORS.values())} | {
    "arrivals": "newly_monitored_households",
    "arrived_persons": "newly_lifted_persons",
    "persons": "lifted_persons",
}


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def whole(engine: Engine, viewer: Viewer, id: str, region: str, month: int = LAST) -> pd.DataFrame:
    with engine.connect() as connection:
        if viewer.may(EXPORT, HOUSEHOLDS):
            return lists.whole(connection, viewer, id, region, month)
        return lists.page(connection, viewer, id, region, month, limit=1000)


def test_a_list_has_as_many_rows_as_its_figure_says(county: Engine):
    for region, month in itertools.product(
        (COUNTY, VILLAGE), (LAST, LAST - 1, LAST - 2, LAST - 7, LAST - 13, LAST - 14)
    ):
        with county.connect() as connection:
            said = figures.figures(connection, COUNTY_CADRE, region, month, COUNTED)
            counted = {id: lists.count(connection, COUNTY_CADRE, id, region, month) for id in COUNTED}
            growth = figures.figures(connection, COUNTY_CADRE, region, month)["net_income_growth"]
            growing = lists.count(connection, COUNTY_CADRE, "net_income_growth", region, month)
        assert counted == {id: said[id].value or 0 for id in COUNTED}
        assert growing == (growth.of or 0)
        assert any(counted.values())


def test_the_unvisited_and_the_visited_make_all_households(county: Engine):
    with county.connect() as connection:
        said = figures.figures(connection, COUNTY_CADRE, COUNTY, LAST, ("visit_coverage", "paired_share"))
        for id, figure in said.items():
            unserved = lists.count(connection, COUNTY_CADRE, id, COUNTY, LAST)
            assert unserved == figure.denominator - figure.numerator > 0


def test_pages_laid_together_are_the_whole_list(county: Engine):
    for id in ONE_OF_EACH.values():
        with county.connect() as connection:
            total = lists.count(connection, COUNTY_CADRE, id, COUNTY, LAST)
            pages = [
                lists.page(connection, COUNTY_CADRE, id, COUNTY, LAST, limit=7, offset=offset)
                for offset in range(0, total, 7)
            ]
            everything = lists.whole(connection, COUNTY_CADRE, id, COUNTY, LAST)
        assert len(everything) == total > 0, id
        assert list(everything.columns) == [c.id for c in lists.list_kind(id).columns] + ["household_id", "region"]
        pd.testing.assert_frame_equal(pd.concat(pages, ignore_index=True), everything)


def test_every_indicator_has_a_list(county: Engine):
    for id in INDICATORS:
        with county.connect() as connection:
            total = lists.count(connection, COUNTY_CADRE, id, COUNTY, LAST)
            assert len(lists.page(connection, COUNTY_CADRE, id, COUNTY, LAST)) == min(total, lists.PAGE)


def test_a_list_is_sorted_by_any_column_with_what_is_missing_at_the_end(county: Engine):
    sortable = [
        (ONE_OF_EACH[kind.id], column.id)
        for kind in KINDS.values()
        for column in kind.columns
        if column.form in ("integer", "fen", "share", "bp", "day", "overdue")
    ]
    for (id, column), descending in itertools.product(sortable, (False, True)):
        with county.connect() as connection:
            values = lists.page(
                connection, COUNTY_CADRE, id, COUNTY, LAST, sort=column, descending=descending, limit=1000
            )[column].tolist()
        known = [value for value in values if not pd.isna(value)]
        assert known == sorted(known, reverse=descending), (id, column)
        assert all(pd.isna(value) for value in values[len(known) :]), (id, column)


def test_a_column_that_is_not_there_is_refused(county: Engine):
    with county.connect() as connection, pytest.raises(NotFound):
        lists.page(connection, COUNTY_CADRE, "households", COUNTY, LAST, sort="head; DROP TABLE household")


def test_a_household_stands_in_the_list_with_the_figures_worked_out_by_hand(county: Engine):
    row = whole(county, COUNTY_CADRE, "net_income_per_capita", VILLAGE).set_index("household_id").loc[901]
    assert (row["head"], row["state"], row["persons"], row["village"]) == ("钱一", "未脱贫户", 2, "示范村0")
    assert (row["wage"], row["expense"], row["per_head"]) == (12_000.0, 1_200.0, 5_400.0)
    assert row["gap"] == 5_400.0 - 8_800.0  # the line that 2024 set still holds
    assert row["helper"] == "郑六"  # the pairing with 王七 has ended
    assert row["region"] == VILLAGE


def test_the_poorest_come_first(county: Engine):
    per_head = whole(county, COUNTY_CADRE, "below_line_households", COUNTY)["per_head"].tolist()
    assert len(per_head) > 3 and per_head == sorted(per_head)


def test_a_past_month_shows_what_was_so_then(county: Engine):
    now = whole(county, COUNTY_CADRE, "problems_open", VILLAGE)
    then = whole(county, COUNTY_CADRE, "problems_open", VILLAGE, LAST - 1)
    assert "q2" not in set(now["code"]) and "q2" in set(then["code"])
    assert then.set_index("code").loc["q2", "closed"] is None


def test_a_village_cadre_gets_no_list_of_another_village(county: Engine):
    with county.connect() as connection:
        for question in (lists.count, lists.page, lists.whole):
            with pytest.raises(OutOfScope):
                question(connection, VILLAGE_CADRE, "households", OTHER_TOWNSHIP, LAST)


def test_a_list_of_a_village_holds_nobody_from_elsewhere(county: Engine):
    for id in ("households", "net_income_per_capita", "visits", "uninsured_persons"):
        everybody, here = whole(county, COUNTY_CADRE, id, COUNTY), whole(county, VILLAGE_CADRE, id, VILLAGE)
        assert set(here["region"]) == {VILLAGE}
        assert len(here) == (everybody["region"] == VILLAGE).sum() < len(everybody)


def test_a_helper_sees_the_households_he_is_paired_with_today(county: Engine):
    seen = set()
    for id in ONE_OF_EACH.values():
        rows = whole(county, HELPER, id, VILLAGE)
        with county.connect() as connection:
            assert lists.count(connection, HELPER, id, VILLAGE, LAST) == len(rows)
        seen |= set(rows["household_id"].dropna())
    assert seen == {901}


def test_a_pairing_that_has_ended_ends_the_sight_of_past_months_too(county: Engine):
    then = whole(county, HELPER, "households", VILLAGE, LAST - 4)  # 903 was still his
    assert set(then["household_id"]) == {901}


def test_a_wall_display_shows_family_names_only(county: Engine):
    assert set(whole(county, COUNTY_CADRE, "households", VILLAGE)["head"]) >= {"钱一", "孙二"}
    shown = whole(county, DISPLAY, "households", VILLAGE)["head"]
    assert set(shown) >= {"钱**", "孙**"} and "钱一" not in set(shown)


def test_a_wall_display_shows_no_numbers_of_identity_and_no_words_of_visits(county: Engine):
    with county.begin() as connection:
        connection.exec_driver_sql("UPDATE member SET medical_insured = 0 WHERE code = '901a'")
    for id, column in (("uninsured_persons", "id_number"), ("visits", "content")):
        assert whole(county, COUNTY_CADRE, id, COUNTY)[column].notna().any()
        assert not {column, "code", "health", "occasion"} & set(whole(county, DISPLAY, id, COUNTY))


def test_numbers_of_identity_are_masked_for_everybody(county: Engine):
    people = whole(county, COUNTY_CADRE, "uninsured_persons", COUNTY)
    assert not people["id_number"].dropna().str.fullmatch(r"\d+").any()
    with county.begin() as connection:
        connection.exec_driver_sql("UPDATE member SET medical_insured = 0 WHERE code = '901a'")
    masked = whole(county, COUNTY_CADRE, "uninsured_persons", VILLAGE).set_index("name")["id_number"]
    assert masked["钱一"] == "990181********1234"


def test_what_is_overdue_longest_comes_first_with_its_days(county: Engine):
    with county.connect() as connection:
        rows = overdue.most_overdue(connection, COUNTY_CADRE, COUNTY, LAST, limit=1000)
        said = figures.figures(connection, COUNTY_CADRE, COUNTY, LAST, ("problems_overdue", "tasks_overdue"))
    assert rows["days"].is_monotonic_decreasing and (rows["days"] > 0).all()
    assert rows["indicator"].value_counts().to_dict() == {id: figure.value for id, figure in said.items()}
    mine = rows[rows["what"] == "问题q1"].iloc[0]
    assert (mine["days"], mine["owner"], mine["household_id"], mine["place"]) == (22, "赵某", 901, "示范镇1 示范村0")
    assert not {"问题q2", "任务r2", "任务r3"} & set(rows["what"])


def test_a_helper_sees_overdue_matters_of_his_households_and_of_the_village(county: Engine):
    with county.connect() as connection:
        rows = overdue.most_overdue(connection, HELPER, VILLAGE, LAST, limit=1000)
    assert {"问题q1", "问题q3", "任务r1"} <= set(rows["what"])
    assert set(rows["household_id"].dropna()) == {901}


def test_the_strongest_moves_are_real_and_come_first(county: Engine):
    ids = ("visits", "problems_open", "net_income_per_capita", "households")
    with county.connect() as connection:
        moved = changes.most_moved(connection, COUNTY_CADRE, COUNTY, LAST, ids, limit=5).rows
        for row in moved.itertuples():
            now, before = (
                figures.figures(connection, COUNTY_CADRE, row.code, month, (row.indicator,))[row.indicator].value
                for month in (LAST, LAST - 1)
            )
            assert (row.value, row.before) == (now, before)
            assert row.change == now - before != 0
            assert not INDICATORS[row.indicator].same(now, before)
    assert 0 < len(moved) <= 5
    assert moved["indicator"].value_counts().max() <= changes.PER_INDICATOR


def test_a_village_is_compared_with_itself_and_what_is_level_is_no_move(county: Engine):
    ids = ("visits", "problems_open", "net_income_per_capita", "households")
    with county.connect() as connection:
        now, before = (figures.figures(connection, COUNTY_CADRE, VILLAGE, month, ids) for month in (LAST, LAST - 1))
        known = [
            id for id in ids if all(one[id].value is not None and one[id].standing.closed for one in (now, before))
        ]
        differ = {id for id in known if not INDICATORS[id].same(now[id].value, before[id].value)}
        moves = changes.most_moved(connection, COUNTY_CADRE, VILLAGE, LAST, ids, limit=9)
        first = connection.execute(text("SELECT MIN(month) FROM month")).scalar_one()
        none = changes.most_moved(connection, COUNTY_CADRE, VILLAGE, first, ids)
    assert set(moves.rows["indicator"]) == differ and set(moves.rows["code"]) <= {VILLAGE}
    assert moves.compared == len(known) > 0
    assert none.rows.empty and none.compared == 0


def test_a_household_of_another_township_is_in_the_countys_list_only(county: Engine):
    assert FAR in set(whole(county, COUNTY_CADRE, "unlifted_households", COUNTY)["household_id"])
    assert FAR not in set(whole(county, COUNTY_CADRE, "unlifted_households", VILLAGE)["household_id"])


def test_a_list_of_people_tells_ages_but_no_day_of_birth(county: Engine):
    with county.connect() as connection:
        born = set(connection.execute(select(member.c.born).where(member.c.born.is_not(None))).scalars())
    people = whole(county, COUNTY_CADRE, "uninsured_persons", COUNTY)
    assert people["age"].dropna().between(0, 120).all()
    assert people["age"].notna().any()
    assert not people.astype(str).isin(born).any().any()
