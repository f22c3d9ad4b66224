"""Entering a year's lines: what is typed stays, quarters spread to the fen, two who type at once, one change in all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, update

from data.access.viewer import Viewer
from data.cards import card as income_card
from data.cards import entry as card_entry
from data.cards.card import IncomeCard
from data.cards.entry import Draft
from data.errors import NotFound, OutOfScope, Refused
from data.households.edits import Conflict, undo
from data.income.year import IncomeYear
from data.model import change, data_version, ledger, month
from data.months import month_of
from data.regions import tree as regions
from data.store.engine import writing
from data.terms import EXPENSE, SUBJECTS
from data.workbook.values import Fault
from tests.data.small_county import LAST
from tests.data.village_ground import COUNTY, FAR, VILLAGE, fill_village
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill_village)

CADRE = Viewer("village", VILLAGE)
YEAR, RUNS = IncomeYear(2026, 10), IncomeYear(2027, 10)
MARCH = month_of("2026-03")
WINTER = (month_of("2026-01"), month_of("2026-02"), MARCH)


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


def card(engine: Engine, year: IncomeYear = YEAR, id: int = 901) -> IncomeCard:
    with engine.connect() as connection:
        return income_card.card(connection, Viewer("admin", ""), id, year)


def begin(engine: Engine, year: IncomeYear = YEAR, id: int = 901) -> Draft:
    with engine.connect() as connection:
        months = card_entry.open_months(connection, CADRE, regions.status(connection))
    return card_entry.begin(card(engine, year, id), months)


def blank(base: dict | None = None, first: int = YEAR.first, last: int = YEAR.last) -> Draft:
    cells = {(name, month): None for name in SUBJECTS for month in YEAR.months}
    return Draft(901, YEAR, first, last, {**cells, **(base or {})})


def changes(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(change)).scalar()


def test_what_is_saved_stands_on_the_card_and_is_one_change(county: Engine):
    draft = begin(county)
    for text, subject in (("2,350.50", "务工工资"), ("400", "养老金"), ("-30.5", "种植业")):
        draft = card_entry.enter(draft, subject, (MARCH,), text)
    draft = card_entry.enter(draft, "务工工资", (YEAR.first,), "")
    expected = card_entry.counted(draft, card(county))
    card_entry.save(county, CADRE, draft, now=NOW)
    saved = card(county)
    assert saved.now == expected
    place = MARCH - YEAR.first
    assert [saved.lines[name][place] for name in ("务工工资", "养老金", "种植业")] == [235_050, 40_000, -3_050]
    assert saved.lines["务工工资"][0] is None
    assert changes(county) == 1


def test_a_change_is_taken_back_whole(county: Engine):
    before = card(county)
    draft = card_entry.enter(begin(county), "务工工资", (MARCH,), "1")
    draft = card_entry.enter(draft, "低保金", (YEAR.first,), "77")
    undo(county, CADRE, card_entry.save(county, CADRE, draft, now=NOW), now=NOW)
    assert card(county).lines == before.lines


def test_a_month_without_any_amount_left_counts_as_empty(county: Engine):
    draft = begin(county)
    for subject in ("务工工资", EXPENSE):
        draft = card_entry.enter(draft, subject, (MARCH,), "")
    card_entry.save(county, CADRE, draft, now=NOW)
    assert card(county).empty_months == (MARCH,)


@given(st.integers(-(10**14), 10**14), st.integers(1, 12))
def test_an_amount_is_spread_to_the_fen(fen: int, parts: int):
    months = card_entry.spread(fen, parts)
    assert sum(months) == fen and len(months) == parts
    assert len(set(months[:-1])) <= 1
    assert 0 <= abs(months[-1]) - abs(months[0]) < parts


def test_a_quarter_is_spread_over_its_months_the_rest_in_the_last():
    draft = card_entry.enter(blank(), "养殖业", WINTER, "1000")
    assert [draft.typed["养殖业", month] for month in WINTER] == ["333.33", "333.33", "333.34"]
    assert card_entry.shown(draft, "养殖业", WINTER) == "1000"


def test_a_quarter_that_still_runs_is_spread_over_the_months_there_are():
    draft = card_entry.enter(blank(last=WINTER[1]), "养殖业", WINTER, "1000.01")
    assert draft.typed == {("养殖业", WINTER[0]): "500", ("养殖业", WINTER[1]): "500.01"}


def test_a_quarter_to_come_takes_nothing():
    draft = blank(last=WINTER[0] - 1)
    assert card_entry.enter(draft, "养殖业", WINTER, "1000") is draft
    assert card_entry.enter(draft, "养殖业", (MARCH,), "5") is draft


def test_a_quarter_typed_as_it_stands_leaves_its_months_as_they_are():
    base = {("务工工资", WINTER[0]): 100_000, ("务工工资", MARCH): 1}
    draft = card_entry.enter(blank(base), "务工工资", WINTER, "1,000.01")
    assert draft.changed == 0
    typed = card_entry.enter(blank(base), "务工工资", (MARCH,), "9")
    assert card_entry.enter(typed, "务工工资", WINTER, "1009").typed == {("务工工资", MARCH): "9"}


def test_what_was_typed_outlives_the_other_way_of_typing():
    draft = card_entry.enter(blank(), "务工工资", (MARCH,), "9.5")
    assert card_entry.shown(draft, "务工工资", WINTER) == "9.50"
    draft = card_entry.enter(draft, "低保金", WINTER, "三百")
    assert card_entry.shown(draft, "低保金", WINTER) == "三百"
    assert card_entry.shown(draft, "务工工资", (MARCH,)) == "9.5"
    assert draft.changed == 2


def test_a_slip_and_its_mending_leave_no_trace():
    base = {("务工工资", MARCH): 100_000}
    draft = card_entry.enter(blank(base), "务工工资", (MARCH,), "10000")
    assert draft.changed == 1
    assert card_entry.enter(draft, "务工工资", (MARCH,), "1,000.00").changed == 0
    quarter = card_entry.enter(blank(base), "务工工资", WINTER, "？")
    assert card_entry.enter(quarter, "务工工资", WINTER, "1000").changed == 0


@pytest.mark.parametrize(
    ("text", "fen"),
    [("1200", 120_000), (" 1,200.5 ", 120_050), ("１２００", 120_000), ("¥1,200.00", 120_000), ("1200元", 120_000),
     ("", None), (" - ", None), ("0", 0), ("1e3", 100_000)],
)  # fmt: skip
def test_amounts_are_read_as_they_come_from_a_spreadsheet(text: str, fen: int | None):
    assert card_entry.amount_of("务工工资", text) == fen


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "1e400", "1e309", "abc", "1.005", "-1", "1 2", "=1+1", "<b>1</b>", "\x00"]
)
def test_what_is_no_amount_is_refused_with_its_cell(text: str):
    with pytest.raises(Fault):
        card_entry.amount_of("务工工资", text)
    for months, when in (((MARCH,), "2026年3月"), (WINTER, "2026年1月起的季度")):
        draft = card_entry.enter(blank(), "务工工资", months, text)
        assert [fault.startswith(f"务工工资 {when}“") for fault in card_entry.faults(draft)] == [True]


def test_nothing_is_saved_while_one_amount_cannot_be_read(county: Engine):
    draft = card_entry.enter(begin(county), "务工工资", (MARCH,), "5000")
    draft = card_entry.enter(draft, EXPENSE, (MARCH,), "-5")
    assert card_entry.counted(draft, card(county)).expense == card(county).now.expense
    with pytest.raises(Refused, match="生产经营性支出 2026年3月“-5”：不能为负数"):
        card_entry.save(county, CADRE, draft, now=NOW)
    assert changes(county) == 0 and card(county).lines["务工工资"][MARCH - YEAR.first] == 100_000


def test_only_business_may_lose_money():
    for subject, (kind, _) in SUBJECTS.items():
        if kind == "business":
            assert card_entry.amount_of(subject, "-3") == -300
        else:
            with pytest.raises(Fault, match="不能为负数"):
                card_entry.amount_of(subject, "-3")


def earn(engine: Engine, fen: int) -> None:
    here = (ledger.c.household_id == 901) & (ledger.c.month == MARCH)
    with writing(engine) as connection:
        connection.execute(update(ledger).where(here).values(wage_work_fen=fen))


def test_who_saves_second_is_told_and_loses_nothing(county: Engine):
    mine = card_entry.enter(begin(county), "务工工资", (MARCH,), "5000")
    mine = card_entry.enter(mine, "养老金", (MARCH,), "60")
    card_entry.save(county, CADRE, card_entry.enter(begin(county), "务工工资", (MARCH,), "4000"), now=NOW)
    with pytest.raises(Conflict):
        card_entry.save(county, CADRE, mine, now=NOW)
    assert card(county).lines["务工工资"][MARCH - YEAR.first] == 400_000
    rebased, clashes = card_entry.rebase(mine, card(county))
    assert [(clash.had, clash.typed, clash.stands) for clash in clashes] == [(100_000, "5000", 400_000)]
    assert rebased.typed == mine.typed
    card_entry.save(county, CADRE, rebased, now=NOW)
    saved = card(county)
    assert [saved.lines[name][MARCH - YEAR.first] for name in ("务工工资", "养老金")] == [500_000, 6_000]


def test_taking_the_others_amount_keeps_the_rest_of_mine(county: Engine):
    mine = card_entry.enter(begin(county), "务工工资", (MARCH,), "5000")
    mine = card_entry.enter(mine, "养老金", (MARCH,), "60")
    earn(county, 1)
    rebased, clashes = card_entry.rebase(mine, card(county))
    kept = card_entry.without(rebased, {(clash.subject, clash.month) for clash in clashes})
    assert kept.typed == {("养老金", MARCH): "60"}
    card_entry.save(county, CADRE, kept, now=NOW)
    assert card(county).lines["务工工资"][MARCH - YEAR.first] == 1


def test_who_typed_the_same_as_the_other_is_not_asked(county: Engine):
    mine = card_entry.enter(begin(county), "务工工资", (MARCH,), "5000")
    earn(county, 500_000)
    rebased, clashes = card_entry.rebase(mine, card(county))
    assert (clashes, rebased.changed) == ([], 0)


def test_what_another_changed_beside_mine_comes_in_unasked(county: Engine):
    mine = card_entry.enter(begin(county), "养老金", (MARCH,), "60")
    earn(county, 7)
    rebased, clashes = card_entry.rebase(mine, card(county))
    assert clashes == [] and card_entry.shown(rebased, "务工工资", (MARCH,)) == "0.07"
    assert card_entry.emptied(rebased).changed == 0


@pytest.mark.parametrize(
    ("viewer", "id", "refusal"),
    [
        (Viewer("display", COUNTY), 901, OutOfScope),
        (CADRE, FAR, NotFound),
        (Viewer("helper", VILLAGE, "D2"), 901, NotFound),
    ],
)
def test_entry_ends_at_the_scope(county: Engine, viewer: Viewer, id: int, refusal: type[Exception]):
    draft = card_entry.enter(begin(county, id=id), "务工工资", (MARCH,), "5000")
    with pytest.raises(refusal):
        card_entry.save(county, viewer, draft, now=NOW)
    assert changes(county) == 0


def test_an_unchanged_grid_is_not_saved(county: Engine):
    with pytest.raises(Refused):
        card_entry.save(county, CADRE, begin(county), now=NOW)


def test_months_to_come_and_before_the_calendar_are_closed(county: Engine):
    draft = begin(county, RUNS)
    closed = [group for group in card_entry.groups(RUNS, "month") if not card_entry.writable(draft, group)]
    assert closed == [(month,) for month in range(LAST + 1, RUNS.last + 1)]
    with county.connect() as connection:
        first = connection.execute(select(func.min(month.c.month))).scalar_one()
    assert begin(county).first == first
    assert card_entry.writable(draft, (first - 1,)) == ()


def test_saving_is_seen_at_once_in_the_data_version(county: Engine):
    def version() -> int:
        with county.connect() as connection:
            return connection.execute(select(data_version.c.version)).scalar()

    before = version()
    card_entry.save(county, CADRE, card_entry.enter(begin(county), "务工工资", (MARCH,), "5000"), now=NOW)
    assert version() == before + 1


@pytest.mark.parametrize(("by", "columns"), [("month", 12), ("quarter", 4)])
def test_columns_cover_the_year_once_whatever_the_way(by: str, columns: int):
    groups = card_entry.groups(YEAR, by)
    assert len(groups) == columns
    assert [month for group in groups for month in group] == list(YEAR.months)
