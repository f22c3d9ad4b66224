"""The search: what each kind of word finds, what filters leave, and that nobody finds what is not his."""

from datetime import date

import pytest
from sqlalchemy import Engine

from data import model
from data.access.viewer import Viewer
from data.errors import OutOfScope, Refused
from data.figures import cube
from data.figures.spells import make_spells
from data.households import search
from data.households.search import MOST_PAGES
from data.households.village import NO_FILTERS, Filters
from data.model.search_columns import id_tail, initials
from data.store.engine import upsert, writing

TODAY, MONTH = date(2026, 11, 22), 24322
TOWN, OTHER_TOWN = "990181101", "990181102"
GREEN, EAST, FAR = f"{TOWN}201", f"{TOWN}202", f"{OTHER_TOWN}201"
COUNTY = Viewer("county", "990181")
HELPER = Viewer("helper", TOWN, "B1")

# id, code, village, type, cause, attribute, then the people: name, ID number; the head first
HOUSEHOLDS = [
    (1, f"{GREEN}001", GREEN, "未脱贫户", "因病", "低保户", [("王建国", "990181196503080015"), ("李秀英", None)]),
    (2, f"{GREEN}002", GREEN, "脱贫户", "因学", "一般户",
     [("李建", "99018119700101004X"), ("王小花", "990181200101010029")]),
    (3, f"{EAST}001", EAST, "脱贫户", "因病", "一般户", [("欧阳建国", "990181196001010037")]),
    (4, f"{EAST}002", EAST, "一般户", None, "一般户", [("王", None), ("单青石", None)]),
    (5, f"{FAR}001", FAR, "边缘易致贫户", "因残", "特困户", [("王建", "990181195503080015"), ("䶮丽", None)]),
]  # fmt: skip
HELPERS = [("B1", "赵建国"), ("B2", "王秀"), ("B3", "钱前任")]
PAIRINGS = [("B1", 2, None), ("B2", 5, None), ("B3", 1, "2026-10-01"), ("B1", 5, None)]


@pytest.fixture
def county(filled) -> Engine:
    """To be read only."""
    return filled(_fill)


@pytest.fixture
def own_county(filled) -> Engine:
    """To be written to."""
    return filled(_fill, own=True)


def _fill(engine: Engine) -> None:
    regions = [
        ("990181", "示范市", ""),
        (TOWN, "东山镇", "990181"),
        (OTHER_TOWN, "西河镇", "990181"),
        (GREEN, "青石村", TOWN),
        (EAST, "东村", TOWN),
        (FAR, "青石岭村", OTHER_TOWN),
    ]
    with writing(engine) as connection:
        upsert(connection, model.region, ["code", "name", "parent"], regions)
        _add(connection, HOUSEHOLDS)
        helpers = [(code, name, "示范局", "教师") for code, name in HELPERS]
        upsert(connection, model.helper, ["code", "name", "unit", "team"], helpers)
        pairings = [(helper, household, "2025-01-01", ended) for helper, household, ended in PAIRINGS]
        upsert(connection, model.pairing, ["helper", "household_id", "started", "ended"], pairings)
        upsert(
            connection,
            model.visit,
            ["code", "household_id", "helper", "visited", "occasion"],
            [("V1", 1, "B1", "2026-11-05", "日常走访")],
        )
        cube.rebuild(connection, today=TODAY)


def _add(connection, households) -> None:
    columns = ["id", "code", "village", "type", "cause", "attribute", "head", "initials"]
    rows = [(*row[:6], row[6][0][0], initials(row[6][0][0])) for row in households]
    upsert(connection, model.household, columns, rows)
    people = [
        (f"{row[1]}{place}", row[0], name, "户主" if place == 0 else "子女", number, initials(name), id_tail(number))
        for row in households
        for place, (name, number) in enumerate(row[6])
    ]
    columns = ["code", "household_id", "name", "relation", "id_number", "initials", "id_tail"]
    upsert(connection, model.member, columns, people)


def find(engine, query, filters=NO_FILTERS, *, viewer=COUNTY, region=None, page=1):
    with engine.connect() as connection:
        asked = viewer.region if region is None else region
        return search.search(connection, viewer, query, filters, region=asked, month=MONTH, page=page)


def ids(engine, query, filters=NO_FILTERS, **options):
    return list(find(engine, query, filters, **options).rows["id"])


@pytest.fixture(params=["through the names", "through the scope"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to a household must find the same."""
    if request.param == "through the scope":
        monkeypatch.setattr(search, "MOST", 0)
    return request.param


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("王建国", {1}),
        ("王建", {1, 5}),
        ("李秀英", {1}),
        ("王小", {2}),
        ("建国", {1, 3}),  # the given name alone, behind a compound surname too
        ("欧阳", {3}),
        ("䶮丽", {5}),
        ("王", {1, 2, 4, 5}),
        ("青石", {1, 2, 4, 5}),
        ("青石岭村", {5}),
        ("东山镇", {1, 2, 3, 4}),
        ("青石 王", {1, 2, 4, 5}),
        ("青石　李", {1, 2}),
        ("王 王小花", {2}),
        ("赵建国", {2, 5}),
        ("王秀", {5}),
        ("钱前任", set()),
        ("wjg", {1}),
        ("WJ", {1, 5}),
        ("oyjg", {3}),
        ("sqs", {4}),
        ("yl", {5}),
        ("080015", {1, 5}),
        ("01004x", {2}),
        ("０１００４Ｘ", {2}),
        ("080015 王建国", {1}),
        (f"{GREEN}001", {1}),
        (GREEN, {1, 2}),
        (f"{EAST}00", {3, 4}),
        ("没有这人", set()),
        ("' OR 1=1 --", set()),
        ("%", set()),
        ("_建国", set()),
        ("王\x00建国", {1}),
    ],
)
def test_a_word_finds_the_households_that_it_means(county, way, query, found):
    assert set(ids(county, query)) == found


@pytest.mark.parametrize(
    ("query", "filters", "found"),
    [
        ("王", Filters(states=(1,)), {1}),
        ("王", Filters(states=(0,)), {4}),
        ("王", Filters(causes=("因病", "因残")), {1, 5}),
        ("王", Filters(attributes=("低保户",)), {1}),
        ("", Filters(attributes=("特困户",)), {5}),
        ("", Filters(causes=("因病",)), {1, 3}),
        ("", Filters(unvisited=True), {2, 3, 5}),
        ("建国", Filters(unvisited=True, causes=("因病",)), {3}),
        ("王", Filters(below_line=True), set()),
    ],
)
def test_filters_narrow_what_the_words_find_and_pick_by_themselves(county, way, query, filters, found):
    assert set(ids(county, query, filters)) == found


def test_who_earns_less_than_the_line_is_found_by_that(own_county):
    with writing(own_county) as connection:
        upsert(
            connection,
            model.monitoring_line,
            ["province", "since", "amount_fen", "standing"],
            [("", "2026-01-01", 1, "")],
        )
        lines = [(id, month, fen) for id, fen in ((1, 0), (3, 900)) for month in range(MONTH - 12, MONTH + 1)]
        upsert(connection, model.ledger, ["household_id", "month", "wage_work_fen"], lines)
        cube.rebuild(connection, today=TODAY)
    assert ids(own_county, "", Filters(below_line=True)) == [1]


def test_the_nearest_stands_first_and_the_row_says_what_matched(county):
    found = find(county, "王建")
    assert list(found.rows["id"]) == [5, 1] and (found.total, found.more, found.pages) == (2, False, 1)
    rows = find(county, "王").rows.set_index("id")
    assert list(rows.index) == [4, 1, 5, 2]
    assert list(rows["match"]) == ["", "", "", "成员 王小花"]
    assert list(rows["village_name"]) == ["东村", "青石村", "青石岭村", "青石村"]
    assert list(rows["state"]) == ["一般户", "未脱贫户", "边缘易致贫户", "脱贫户"]
    assert list(find(county, "赵建国").rows["match"]) == ["帮扶责任人 赵建国"] * 2
    assert set(find(county, "080015").rows["match"]) == {"王建国的证件尾号", "王建的证件尾号"}


def test_the_scope_shows_the_nearest_first_too(county, monkeypatch):
    monkeypatch.setattr(search, "MOST", 0)
    assert ids(county, "王") == [4, 1, 5, 2]


def test_a_search_stays_in_the_region_asked_for(county, way):
    assert set(ids(county, "王", region=TOWN)) == {1, 2, 4}
    assert set(ids(county, "王", region=FAR)) == {5}
    assert set(ids(county, "建国", region=EAST)) == {3}
    assert set(ids(county, "青石", region=EAST)) == {4}


@pytest.mark.parametrize("query", ["王建", "wj", "080015", f"{FAR}001", "青石岭村", "王秀", "䶮", ""])
def test_nobody_finds_a_household_that_is_not_his(county, way, query):
    filters = NO_FILTERS if query else Filters(causes=("因残",))
    assert 5 in ids(county, query, filters)
    for viewer in (Viewer("village", GREEN), Viewer("township", TOWN), Viewer("helper", TOWN, "B3")):
        assert 5 not in ids(county, query, filters, viewer=viewer)
    with pytest.raises(OutOfScope):
        find(county, query, filters, viewer=Viewer("township", TOWN), region=FAR)


def test_a_helper_finds_only_the_households_he_is_paired_with_today(county, way):
    for query in ("王", "青石", "赵建国"):
        assert ids(county, query, viewer=HELPER) == [2]
    assert ids(county, "", Filters(causes=("因学", "因病")), viewer=HELPER) == [2]
    assert ids(county, "王建国", viewer=Viewer("helper", TOWN, "B3")) == []
    assert ids(county, "王", viewer=Viewer("helper", TOWN, None)) == []


def test_a_display_sees_family_names_only_and_finds_nothing_by_id_number(county, way):
    display = Viewer("display", "990181")
    rows = find(county, "李", viewer=display, region=GREEN).rows
    assert list(rows["head"]) == ["李**"] and list(rows["match"]) == [""]
    assert not {"code", "cause"} & set(rows)
    for query in ("080015", "wjg", "w", f"{EAST}002", EAST):
        with pytest.raises(Refused, match="证件"):
            find(county, query, viewer=display)


@pytest.mark.parametrize("guess", ["王建国", "王建", "建国", "建", "小花", "王小花", "李秀英"])
def test_a_display_confirms_nobody_s_guess_of_a_name(county, way, guess):
    assert ids(county, guess, viewer=Viewer("display", "990181")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [("王", {1, 4, 5}), ("青石 王", {1, 5}), ("青石", {1, 2, 5}), ("赵建国", {2, 5})],
)
def test_a_display_finds_by_family_village_and_helper(county, way, query, found):
    assert set(ids(county, query, viewer=Viewer("display", "990181"))) == found


@pytest.mark.parametrize("query", ["王" * 61, "一 二 三 四 五"])
def test_a_query_that_is_too_long_is_refused(county, query):
    with pytest.raises(Refused, match="短一些"):
        find(county, query)


@pytest.fixture
def crowd(own_county: Engine) -> Engine:
    """Another 120 households whose heads begin with the same character, 119 of them with the same given name."""
    with writing(own_county) as connection:
        more = [
            (100 + n, f"{EAST}{100 + n}", EAST, "脱贫户", "因灾", "一般户", [(f"赵{'大' if n else '小'}{n:03d}", None)])
            for n in range(120)
        ]
        _add(connection, more)
        make_spells(connection)
    return own_county


def test_results_come_in_pages_that_overlap_nowhere(crowd, way):
    pages = [find(crowd, "赵", page=page) for page in (1, 2, 3)]
    assert [len(page.rows) for page in pages] == [50, 50, 20] and pages[0].total == 120 and pages[0].pages == 3
    assert len({id for page in pages for id in page.rows["id"]}) == 120
    for beyond in (4, MOST_PAGES + 1, 10**9):
        assert (beyond := find(crowd, "赵", page=beyond)).page == 1 and len(beyond.rows) == 50


def test_what_too_many_bear_is_shown_in_part_and_said(crowd, monkeypatch):
    monkeypatch.setattr(search, "MOST", 60)
    assert find(crowd, "赵大").total == 119 and not find(crowd, "赵大").more
    monkeypatch.setattr(search, "MOST_IN_SCOPE", 100)
    found = find(crowd, "赵大")
    assert found.more and found.total == 60 and len(found.rows) == 50
    assert find(crowd, "赵大001").total == 1 and not find(crowd, "赵大001").more
    assert find(crowd, f"赵大 {EAST}101").total == 1
    everybody = find(crowd, "", Filters(causes=("因灾",)))
    assert everybody.more and 0 < everybody.total < 100
