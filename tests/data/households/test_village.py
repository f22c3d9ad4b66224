"""Households of a village and the file of one: as of a month, filtered, and never beyond the viewer's scope."""

import math

import pytest
from sqlalchemy import Engine, select, text

from data import model
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope
from data.figures.read import figures
from data.households.file import household, whereabouts
from data.households.village import EVERY, SORTS, Filters, count, facets, in_village, points
from data.regions.outlines import household_points
from data.settings import decide
from data.terms import STATE_NAMES, Record
from tests.data.small_county import LAST
from tests.data.village_ground import COUNTY, FAR, HERE, OTHER_TOWNSHIP, VILLAGE, fill_village
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill_village)

COUNTY_CADRE = Viewer("county", COUNTY)
VILLAGE_CADRE = Viewer("village", VILLAGE)
HELPER = Viewer("helper", COUNTY, "D1")
DISPLAY = Viewer("display", COUNTY)


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def ids(engine: Engine, viewer: Viewer, month: int = LAST, **chosen) -> list[int]:
    """Of the households known by hand, those that the viewer's list holds, in its order."""
    with engine.connect() as connection:
        frame = in_village(connection, viewer, VILLAGE, month, limit=1000, **chosen)
        assert count(connection, viewer, VILLAGE, month, filters=chosen.get("filters", Filters())) == len(frame)
        placed = points(connection, viewer, VILLAGE, month, filters=chosen.get("filters", Filters()))
    assert sorted(placed["id"]) == sorted(frame["id"])
    return [id for id in frame["id"] if id >= 900]


def test_a_village_cadre_sees_the_households_of_his_village(county: Engine):
    assert sorted(ids(county, VILLAGE_CADRE, filters=EVERY)) == list(HERE)


def test_who_is_not_counted_is_listed_only_when_asked_for(county: Engine):
    assert sorted(ids(county, VILLAGE_CADRE)) == [901, 902, 903]
    with county.connect() as connection:
        counted = figures(connection, VILLAGE_CADRE, VILLAGE, LAST, ["households"])["households"].value
        assert count(connection, VILLAGE_CADRE, VILLAGE, LAST) == counted


def test_the_list_of_another_village_is_refused(county: Engine):
    with county.connect() as connection:
        for question in (in_village, points, facets, count):
            with pytest.raises(OutOfScope):
                question(connection, VILLAGE_CADRE, OTHER_TOWNSHIP, LAST)


def test_a_village_viewer_cannot_open_a_household_of_another_village(county: Engine):
    said = []
    with county.connect() as connection:
        for id in (FAR, 123_456):
            with pytest.raises(NotFound) as refused:
                household(connection, VILLAGE_CADRE, id, LAST)
            said.append((type(refused.value), str(refused.value)))
        assert household(connection, COUNTY_CADRE, FAR, LAST).head == "吴五"
    assert said[0] == said[1]  # whether it exists is not told


def test_a_helper_sees_only_the_households_he_is_paired_with_today(county: Engine):
    assert ids(county, HELPER) == [901]
    assert ids(county, HELPER, LAST - 3) == [901]  # 903 was his then, but is not now
    with county.connect() as connection:
        assert household(connection, HELPER, FAR, LAST).head == "吴五"
        for id in (902, 903):
            with pytest.raises(NotFound):
                household(connection, HELPER, id, LAST - 3)


def test_a_helper_without_a_code_sees_nobody(county: Engine):
    assert ids(county, Viewer("helper", COUNTY)) == []


def test_a_helper_paired_outside_his_region_does_not_see_there(county: Engine):
    with county.connect() as connection, pytest.raises(NotFound):
        household(connection, Viewer("helper", VILLAGE, "D1"), FAR, LAST)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(states=(1,)), [901]),
        (Filters(states=(1, 3)), [901, 903]),
        (Filters(states=(0,)), [904]),
        (Filters(causes=("因病",)), [901, 903]),
        (Filters(causes=("因病", "因学"), states=(5,)), [902]),
        (Filters(below_line=True), [901]),
        (Filters(unvisited=True), [901, 902]),
        (Filters(with_problem=True), [901]),
        (Filters(with_problem=True, states=(5,)), []),
        (Filters(causes=("因病' OR 1=1 --",)), []),
    ],
)
def test_filters_pick_households(county: Engine, filters: Filters, expected: list[int]):
    assert sorted(ids(county, VILLAGE_CADRE, filters=filters)) == expected


def test_the_list_is_as_of_the_month(county: Engine):
    with county.connect() as connection:
        then = in_village(connection, VILLAGE_CADRE, VILLAGE, LAST - 3, limit=1000).set_index("id")
        now = in_village(connection, VILLAGE_CADRE, VILLAGE, LAST, filters=EVERY, limit=1000).set_index("id")
        assert household(connection, VILLAGE_CADRE, 901, LAST - 3).problems.empty
    assert (then.loc[901, "problems"], now.loc[901, "problems"]) == (0, 1)
    assert (now.loc[903, "visits"], now.loc[903, "last_visit"]) == (2, "2026-11-22")
    assert now.loc[901, "last_visit"] == "2026-10-30"
    assert then.loc[901, "last_visit"] is None
    assert (now.loc[904, "state"], now.loc[904, "persons"]) == ("一般户", 0)


def test_every_order_of_the_list_is_complete_and_an_unknown_one_is_refused(county: Engine):
    urgent = ids(county, VILLAGE_CADRE, filters=EVERY)
    assert urgent == [901, 903, 902, 904]
    for sort in SORTS:
        assert sorted(ids(county, VILLAGE_CADRE, filters=EVERY, sort=sort)) == sorted(urgent)
    with county.connect() as connection, pytest.raises(NotFound):
        in_village(connection, VILLAGE_CADRE, VILLAGE, LAST, sort="h.head")


def test_pages_of_the_list_follow_each_other(county: Engine):
    with county.connect() as connection:
        whole = in_village(connection, VILLAGE_CADRE, VILLAGE, LAST, limit=1000)
        paged = [
            id
            for offset in range(0, len(whole), 5)
            for id in in_village(connection, VILLAGE_CADRE, VILLAGE, LAST, limit=5, offset=offset)["id"]
        ]
    assert len(whole) > 10
    assert paged == whole["id"].tolist()


def test_the_legend_counts_what_the_cube_counts(county: Engine):
    with county.connect() as connection:
        combined = facets(connection, COUNTY_CADRE, VILLAGE, LAST)
        known = figures(connection, COUNTY_CADRE, VILLAGE, LAST)
    counted = combined[combined["state"] > 0]
    assert counted["households"].sum() == known["households"].value
    assert counted.loc[counted["state"].isin([2, 3, 4]), "households"].sum() == known["monitored_households"].value
    assert counted.loc[counted["below_line"] == 1, "households"].sum() == known["below_line_households"].value
    assert counted.loc[counted["unvisited"] == 0, "households"].sum() == known["visit_coverage"].numerator


def test_points_without_coordinates_stand_in_their_village_and_say_so(county: Engine):
    square = bytes.fromhex(
        "01030000000100000005000000"
        "0000000000005E400000000000004440"
        "0000000000405E400000000000004440"
        "0000000000405E400000000000804440"
        "0000000000005E400000000000804440"
        "0000000000005E400000000000004440"
    )
    with county.begin() as connection:
        connection.execute(model.boundary.insert().values(region=VILLAGE, geometry=square, source="test"))
        connection.execute(text("UPDATE household SET lon = 120.5, lat = 40.5 WHERE id = 902"))
    with county.connect() as connection:
        placed = points(connection, VILLAGE_CADRE, VILLAGE, LAST).set_index("id")
        again = household_points(connection, placed.reset_index())
    assert tuple(placed.loc[902, ["lon", "lat", "sketch"]]) == (120.5, 40.5, False)
    assert placed.drop(index=902)["sketch"].all()
    assert placed["lon"].between(120, 121).all()
    assert placed["lat"].between(40, 41).all()
    assert len(again) == len(placed)


def test_a_display_shows_family_names_only(county: Engine):
    with county.connect() as connection:
        listed = in_village(connection, DISPLAY, VILLAGE, LAST, limit=1000).set_index("id")
        seen = household(connection, DISPLAY, 901, LAST)
    assert listed.loc[901, "head"] == seen.head == "钱**"
    assert (seen.facts["phone"], seen.facts["address"], seen.facts["remark"]) == (None, None, None)
    assert set(seen.members["name"]) == {"钱**"}
    assert seen.members["id_number"].isna().all()
    assert seen.visits[["occasion", "content"]].isna().all(axis=None)
    assert seen.helpers["phone"].isna().all()
    assert seen.problems["description"].isna().all()
    assert seen.tasks[["name", "target"]].isna().all(axis=None)


def test_a_display_shows_no_sign_of_illness(county: Engine):
    with county.connect() as connection:
        seen = household(connection, DISPLAY, 901, LAST)
        other = household(connection, DISPLAY, 902, LAST)
    assert seen.members[["health", "skill"]].isna().all(axis=None)
    assert seen.measures[["category", "name", "unit"]].values.tolist() == [["其他教育", "助学金", "教育局"]]
    for file in (seen, other):
        assert {file.facts[name] for name in ("cause", "other_causes", "code")} == {None}
    assert seen.income.subjects == {}


def test_a_household_stands_in_its_village_for_whoever_may_see_it(county: Engine):
    with county.connect() as connection:
        assert whereabouts(connection, COUNTY_CADRE, FAR).code == OTHER_TOWNSHIP
        assert whereabouts(connection, HELPER, FAR).code == OTHER_TOWNSHIP
        for viewer, id in ((VILLAGE_CADRE, FAR), (HELPER, 902), (COUNTY_CADRE, 123_456)):
            assert whereabouts(connection, viewer, id) is None


def test_the_next_visit_is_due_so_many_days_after_the_last_or_after_the_pairing(county: Engine):
    def due(id: int) -> list[str]:
        with county.connect() as connection:
            return household(connection, COUNTY_CADRE, id, LAST).helpers["due"].tolist()

    assert (due(901), due(902)) == (["2026-11-30"], ["2023-02-01"])
    with county.begin() as connection:
        decide(connection, COUNTY_CADRE, "visit_days", "10", now=NOW)
    assert (due(901), due(902)) == (["2026-11-09"], ["2023-01-11"])


def test_pages_of_visits_follow_each_other_and_count_their_photos(county: Engine):
    visit = {"household_id": 904, "helper": "D1", "occasion": "日常走访"}
    with county.begin() as connection:
        for number in range(45):
            day = f"2026-{number % 11 + 1:02d}-{number % 20 + 1:02d}"
            connection.execute(model.visit.insert().values(code=f"n{number:02d}", visited=day, **visit))
        for hidden in (None, None, "2026-11-01T08:00:00"):
            connection.execute(
                model.archive.insert().values(
                    household_id=904,
                    digest="0" * 64,
                    kind="走访照片",
                    title="照片",
                    media_type="image/png",
                    size=1,
                    visit="n07",
                    added="2026-11-01T08:00:00",
                    hidden=hidden,
                )
            )
    with county.connect() as connection:
        files = [household(connection, VILLAGE_CADRE, 904, LAST, visits_page=page) for page in (1, 2, 3, 4, 5, 6, -5)]
    codes = [code for file in files[:6] for code in file.visits["code"]]
    assert (len(codes), len(set(codes))) == (45, 45)
    assert {file.visits_total for file in files} == {45}
    assert [len(file.visits) for file in files] == [10, 10, 10, 10, 5, 0, 10]
    days = [day for file in files[:6] for day in file.visits["visited"]]
    assert days == sorted(days, reverse=True)
    photos = {row.code: row.photos for file in files[:6] for row in file.visits.itertuples()}
    assert {code for code, count in photos.items() if count} == {"n07"}
    assert photos["n07"] == 2


def test_the_course_of_the_income_ends_with_the_twelve_months_shown(county: Engine):
    with county.connect() as connection:
        income = household(connection, VILLAGE_CADRE, 901, LAST).income
        bare = household(connection, VILLAGE_CADRE, 904, LAST).income
    assert income.course.index.tolist() == list(range(LAST - 12, LAST + 1))
    assert income.course.loc[LAST, ["wage", "expense", "per_head", "line"]].tolist() == [12_000, 1_200, 5_400, 8_800]
    assert bare.course.empty


def test_the_file_holds_what_hangs_on_the_household(county: Engine):
    with county.connect() as connection:
        file = household(connection, VILLAGE_CADRE, 901, LAST)
    assert (file.head, file.state, file.facts["phone"], file.facts["village_name"]) == (
        "钱一",
        "未脱贫户",
        "138****5678",
        "示范村0",
    )
    assert file.members["name"].tolist() == ["钱一", "钱小"]
    assert file.members["id_number"].tolist() == ["990181********1234"] * 2
    assert file.helpers[["name", "last_visit", "visited"]].values.tolist() == [["郑六", "2026-10-30", 0]]
    assert file.visits["visited"].tolist() == ["2026-10-30"]
    assert file.measures[["name", "running", "amount"]].values.tolist() == [
        ["大病救助", 1, 1200.5],
        ["助学金", 0, None],
    ]
    assert file.projects[["name", "mode", "amount"]].values.tolist() == [["大棚", "分红", 500.0]]
    assert file.problems[["description", "closed"]].values.tolist() == [["问题q1", None]]
    assert file.tasks[["name", "progress", "finished"]].values.tolist() == [["任务r1", 0.4, None]]


def test_income_of_twelve_months_by_kind_and_per_head(county: Engine):
    with county.connect() as connection:
        income = household(connection, VILLAGE_CADRE, 901, LAST).income
    assert income.totals == {"wage": 12_000, "business": 0, "property": 0, "transfer": 0, "expense": 1_200}
    assert income.subjects == {"务工工资": 12_000, "生产经营性支出": 1_200}
    assert (income.gross, income.net, income.persons, income.per_head) == (12_000, 10_800, 2, 5_400)
    assert income.line == 8_800
    assert income.before == 5_400
    assert income.months.index.tolist() == list(range(LAST - 11, LAST + 1))


def test_per_head_equals_what_the_figures_hold(county: Engine):
    known = "SELECT household_id, record, wage_fen + business_fen + property_fen + transfer_fen - expense_fen, persons"
    with county.connect() as connection:
        for month in (LAST, LAST - 6, LAST - 20):
            rows = connection.execute(text(f"{known} FROM household_month WHERE month = :month"), {"month": month})
            for id, record, net, persons in rows.all():
                income = household(connection, COUNTY_CADRE, id, month).income
                expected = None if record != Record.WHOLE or not persons else round(net / persons / 100, 2)
                assert income.per_head == pytest.approx(expected, abs=0.006), (id, month)


def test_a_household_without_books_has_no_per_capita_income(county: Engine):
    with county.connect() as connection:
        income = household(connection, VILLAGE_CADRE, 904, LAST).income
        lines = connection.execute(select(model.ledger.c.month).where(model.ledger.c.household_id == 904)).all()
        listed = in_village(connection, VILLAGE_CADRE, VILLAGE, LAST, filters=EVERY, limit=1000).set_index("id")
    assert not lines
    assert income.per_head is None
    assert income.subjects == {}
    assert math.isnan(listed.loc[904, "per_head"])


def test_every_state_has_its_place_in_the_order_of_urgency(county: Engine):
    with county.connect() as connection:
        listed = in_village(connection, VILLAGE_CADRE, VILLAGE, LAST, filters=EVERY, limit=1000)
    states = listed["state"].drop_duplicates().tolist()
    assert states == [state for state in STATE_NAMES.values() if state in states]
    assert len(states) >= 4
