"""The income card: its figures recomputed by plain Python from the ledger, its scope, what it leaves out."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, event, select

from data import settings
from data.access.viewer import Viewer
from data.cards import card as income_card
from data.cards.figures import figures
from data.errors import NoRight, NotFound, OutOfScope
from data.figures.courses import Columns, begun, household_spells
from data.income.year import IncomeYear, year_of
from data.model import dividend_payment, dividend_plan, household, ledger, ledger_year, member, project_household
from data.money import short
from data.months import last_day, month_of
from data.store.engine import open_engine, writing
from data.terms import EXPENSE, SUBJECTS
from tests.data.small_county import LAST, VILLAGES
from tests.data.village_ground import COUNTY, FAR, HERE, VILLAGE, fill_village
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill_village)

CADRE = Viewer("county", COUNTY)
OVER, RUNS = IncomeYear(2026, 10), IncomeYear(2027, 10)
KIND_OF = {name: kind for name, (kind, _) in SUBJECTS.items()}


@pytest.fixture
def county(engine: Engine) -> Engine:
    return engine


@pytest.fixture
def connection(county: Engine) -> Iterator[Connection]:
    with county.connect() as connection:
        yield connection


def by_hand(connection: Connection, id: int, year: IncomeYear, persons: int) -> dict[str, int | None]:
    """L, M, N, P, K, R, S, T from the rows of the ledger and the totals of the year, one by one."""
    letters = dict.fromkeys("LMNPR", 0)
    recorded = False
    months = connection.execute(select(ledger).where(ledger.c.household_id == id)).mappings().all()
    totals = connection.execute(select(ledger_year).where(ledger_year.c.household_id == id)).mappings().all()
    spans = [(row["month"], row["month"], row) for row in months]
    spans += [(row["first_month"], row["last_month"], row) for row in totals]
    for since, until, row in spans:
        if year.first <= since and until <= year.last:
            for name, (kind, column) in SUBJECTS.items():
                letter = {"wage": "L", "business": "M", "property": "N", "transfer": "P", "expense": "R"}[kind]
                letters[letter] += row[f"{column}_fen"] or 0
                recorded |= row[f"{column}_fen"] is not None
                assert name in KIND_OF
    letters["K"] = letters["L"] + letters["M"] + letters["N"] + letters["P"]
    letters["S"] = letters["K"] - letters["R"]
    exact = Fraction(letters["S"], persons) if persons and recorded else None
    letters["T"] = None if exact is None else half_up(abs(exact)) * (1 if exact >= 0 else -1)
    return letters


def belonging(connection: Connection, id: int, day: str) -> int:
    """Members without a day of joining belong from birth, or from the household's first day, if that is later."""
    row = connection.execute(select(household).where(household.c.id == id)).mappings().one()
    columns = Columns(*(row[name] for name in ("type", "identified", "lifted", "relapsed", "risk_removed")))
    first = begun(household_spells(columns, row["village"]))
    rows = connection.execute(select(member.c.born, member.c.joined, member.c.gone).where(member.c.household_id == id))
    return sum(
        (joined or max(born or "", first)) <= day and (gone is None or gone > day) for born, joined, gone in rows
    )


def half_up(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))


def check_by_hand(connection: Connection, viewer: Viewer, ids: list[int], year: IncomeYear) -> int:
    """How many of the cards have income; fails where one differs from the ledger."""
    for card in income_card.cards(connection, viewer, ids, year):
        persons = belonging(connection, card.household, card.as_of)
        before = belonging(connection, card.household, last_day(year.before.last)) or persons
        assert card.now.letters == by_hand(connection, card.household, year, persons)
        assert card.before.letters == by_hand(connection, card.household, year.before, before)
    return sum(card.now.gross > 0 for card in income_card.cards(connection, viewer, ids, year))


@pytest.mark.parametrize("year", [OVER, RUNS, IncomeYear(2026, 1), IncomeYear(2025, 7)])
def test_every_card_of_a_county_says_what_its_ledger_says(connection: Connection, year: IncomeYear):
    ids = list(connection.execute(select(household.c.id).order_by(household.c.id)).scalars())
    assert check_by_hand(connection, CADRE, ids, year) > 60


def test_the_cards_of_the_demonstration_say_what_its_ledger_says(county_database):
    engine = open_engine(f"sqlite:///{county_database}")
    with engine.connect() as connection:
        top = Viewer("admin", "")
        ids = income_card.villages_households(connection, top, "")
        last = income_card.years(connection)[0].last
        assert check_by_hand(connection, top, ids[::40], income_card.card_year(connection, last - 10)) > 100
    engine.dispose()


LINES = st.dictionaries(
    st.sampled_from(list(SUBJECTS)),
    st.lists(st.none() | st.integers(-(10**9), 10**14), max_size=12),
)


@given(LINES, st.integers(0, 15))
def test_formulas_hold_to_the_fen(lines, persons):
    made = figures(lines, persons, {})
    sums = {name: sum(fen or 0 for fen in lines.get(name, [])) for name in SUBJECTS}
    assert made.gross == sum(total for name, total in sums.items() if name != EXPENSE)
    assert made.net == made.gross - sums[EXPENSE]
    if persons and any(fen is not None for months in lines.values() for fen in months):
        assert abs(made.per_head * persons - made.net) * 2 <= persons
        assert made.below(880_000) == (Fraction(made.net, persons) < 880_000)
    else:
        assert made.per_head is made.below(880_000) is None


@given(LINES, st.fixed_dictionaries({}, optional={"种植业": st.floats(0, 1), "养殖业": st.sampled_from([0.4, 0.45])}))
def test_an_expense_on_record_is_never_estimated_over(lines, shares):
    shares = {name: round(share, 4) for name, share in shares.items()}
    made = figures(lines, 1, shares)
    if any(fen is not None for fen in lines.get(EXPENSE, [])):
        assert not made.estimated and made.expense == sum(fen or 0 for fen in lines[EXPENSE])
    else:
        exact = [max(made.subjects[name], 0) * Decimal(str(share)) for name, share in shares.items()]
        assert abs(made.expense - sum(exact)) <= Decimal(len(exact)) / 2


def test_half_a_fen_goes_away_from_zero():
    assert figures({"务工工资": [1]}, 2, {}).per_head == 1
    assert figures({"种植业": [-1]}, 2, {}).per_head == -1
    assert figures({"种植业": [5]}, 1, {"种植业": 0.1}).expense == 1


def test_whoever_misses_the_line_by_less_than_a_fen_is_below_it():
    made = figures({"务工工资": [299]}, 3, {})
    assert (made.per_head, made.below(100), made.below(99)) == (100, True, False)


def test_formulas_are_written_with_their_numbers():
    made = figures({"务工工资": [1_200_000], "种植业": [250_050, None], EXPENSE: [100_000]}, 3, {})
    assert made.formulas["K"] == "工资性 12,000 + 生产经营性 2,500.50 + 财产性 0 + 转移性 0 = 14,500.50 元"
    assert made.formulas["S"] == "总收入 14,500.50 − 生产经营性支出 1,000 = 13,500.50 元"
    assert made.formulas["T"] == "纯收入 13,500.50 ÷ 家庭人口 3 人 = 4,500.17 元"
    guessed = figures({"种植业": [250_050]}, 0, {"种植业": 0.4})
    assert guessed.formulas["R"] == "种植业 2,500.50 × 0.40 = 1,000.20 元"
    assert figures({}, 0, {}).formulas["R"] == "没有填报生产经营性支出，按 0 元计"
    assert short(-5) == "−0.05"


def test_coefficients_of_the_county_are_used_only_where_no_expense_is_on_record(county: Engine):
    with writing(county) as connection:
        settings.decide(connection, CADRE, "expense_coefficients", "种植业=0.40,养殖业=0.35", now=NOW)
    with county.connect() as connection:
        cards = income_card.cards(connection, CADRE, [901, *range(1, 91)], OVER)
    assert not cards[0].expense_estimated and cards[0].now.expense == 12 * 10_000
    guessed = [card for card in cards if card.expense_estimated]
    assert guessed
    for card in guessed:
        crop, stock = card.now.subjects["种植业"], card.now.subjects["养殖业"]  # never negative in this county
        assert all(fen is None for fen in card.lines[EXPENSE])
        assert card.now.expense == half_up(Fraction(crop * 40, 100)) + half_up(Fraction(stock * 35, 100))


def test_a_card_bears_measures_helpers_and_dividends_of_its_time(connection: Connection):
    card = income_card.card(connection, CADRE, 901, OVER)
    assert [(one.name, one.amount) for one in card.measures] == [("大病救助", 120_050)]
    assert [(one.name, one.phone) for one in card.helpers] == [("郑六", "13900000000")]
    assert card.projects == ()
    earlier = income_card.card(connection, CADRE, 901, IncomeYear(2025, 10))
    assert {one.name for one in earlier.measures} == {"大病救助", "助学金"}
    assert [(one.project, one.mode, one.amount) for one in earlier.projects] == [("大棚", "分红", 50_000)]
    assert (card.state, card.cause, card.line) == ("未脱贫户", "因病", earlier.line)


def test_what_a_plan_booked_stands_on_the_card_of_the_income_year_it_was_booked_in(county: Engine):
    """A plan booked in November 2025 is registered under 2025 and belongs to the income year 2026."""
    booked = OVER.first + 1
    with writing(county) as connection:
        connection.execute(project_household.update().values(amount_fen=80_000))  # 500.00 by the village, 300.00 by it
        plan = {"id": 77, "village": VILLAGE, "title": "分红", "rule": "{}", "state": "filed", "version": 1,
                "first_month": booked, "last_month": booked, "received_fen": 30_000, "distributed_fen": 30_000,
                "kept_fen": 0, "created": "2025-11-01T08:00:00", "actor": "village:", "booked": booked}  # fmt: skip
        connection.execute(dividend_plan.insert().values(plan))
        payment = {
            "plan": 77,
            "household_id": 901,
            "project": "PV",
            "kind": "dividend",
            "amount_fen": 30_000,
            "stood": 1,
        }
        connection.execute(dividend_payment.insert().values(payment))
        row = (ledger.c.household_id == 901) & (ledger.c.month == booked)
        connection.execute(ledger.update().where(row).values(property_dividend_fen=30_000))
    with county.connect() as connection:
        card = income_card.card(connection, CADRE, 901, OVER)
        before = income_card.card(connection, CADRE, 901, OVER.before)
        by_calendar = income_card.card(connection, CADRE, 901, IncomeYear(2025, 1))
    assert [(one.mode, one.amount) for one in card.projects] == [("分红", 30_000)]
    assert card.dividends_apart == ""
    assert [(one.mode, one.amount) for one in before.projects] == [("分红", 50_000)]
    assert before.dividends_apart == (
        "收支账上的资产收益分红 0.00 元（2024年10月至2025年9月），项目带户的分红 500.00 元（2025年度）。"
        "相差 500.00 元，两处登记的时段不同，或尚未登记到项目。"
    )
    assert [(one.mode, one.amount) for one in by_calendar.projects] == [("分红", 80_000)]
    assert "相差 500.00 元，尚未登记到项目，或两处有出入。" in by_calendar.dividends_apart


def test_a_year_that_still_runs_says_so_and_is_held_against_the_same_months(connection: Connection):
    card = income_card.card(connection, CADRE, 901, RUNS)
    assert card.running and card.through == LAST
    assert card.title == "2027年度（2026年10月至2027年9月，截至2026年11月，未满）"
    assert card.now.gross == card.before_same.gross == 200_000
    assert card.before.gross == 1_200_000
    assert not income_card.card(connection, CADRE, 901, OVER).running


def test_months_without_a_line_and_subjects_that_dried_up_are_pointed_out(county: Engine):
    with writing(county) as connection:
        connection.execute(ledger.delete().where(ledger.c.household_id == 901, ledger.c.month == OVER.first + 3))
        connection.execute(
            ledger.update()
            .where(ledger.c.household_id == 901, ledger.c.month == OVER.first + 4)
            .values(wage_work_fen=0, expense_fen=None)
        )
        connection.execute(
            ledger.update()
            .where(ledger.c.household_id == 901, ledger.c.month == OVER.first - 1)
            .values(transfer_pension_fen=9_000)
        )
    with county.connect() as connection:
        card = income_card.card(connection, CADRE, 901, OVER)
    assert card.empty_months == (OVER.first + 3,)
    assert card.dried_up == ("养老金",)


def test_without_members_nothing_is_divided(connection: Connection):
    card = income_card.card(connection, CADRE, 904, OVER)
    assert (card.persons, card.now.per_head, card.now.below(card.line)) == (0, None, None)


def test_many_cards_take_few_statements_and_keep_their_order(county: Engine):
    said: list[str] = []
    event.listen(county, "before_cursor_execute", lambda c, cursor, statement, *rest: said.append(statement))
    with county.connect() as connection:
        ids = income_card.villages_households(connection, CADRE, COUNTY, ordinary=True)
        said.clear()
        many = income_card.cards(connection, CADRE, ids[::-1], OVER)
    assert [card.household for card in many] == ids[::-1] and len(ids) == 95
    assert len(said) <= 13
    with county.connect() as connection:
        assert many[7] == income_card.card(connection, CADRE, ids[::-1][7], OVER)


def test_cards_lie_by_village_then_by_code_and_only_of_those_who_get_one(connection: Connection):
    rows = {row.id: row for row in connection.execute(select(household))}
    ids = income_card.villages_households(connection, CADRE, COUNTY)
    places = [(rows[id].village, rows[id].code) for id in ids]
    assert places == sorted(places) and len({village for village, _ in places}) == len(VILLAGES)
    assert 904 not in ids and {901, 902, 903} <= set(ids)
    village = income_card.villages_households(connection, CADRE, VILLAGE, ordinary=True)
    assert set(HERE) <= set(village) and {rows[id].village for id in village} == {VILLAGE}


def test_a_card_ends_at_the_scope(connection: Connection):
    village, helper = Viewer("village", VILLAGE), Viewer("helper", VILLAGE, "D1")
    for viewer, id in ((village, FAR), (helper, 902), (CADRE, 12_345_678)):
        with pytest.raises(NotFound, match="没有找到这一户"):
            income_card.card(connection, viewer, id, OVER)
    assert income_card.villages_households(connection, helper, VILLAGE, ordinary=True) == [901]
    with pytest.raises(OutOfScope):
        income_card.villages_households(connection, village, COUNTY)


def test_who_sees_no_identity_gets_a_card_to_compare_and_none_to_read(connection: Connection):
    with pytest.raises(NoRight):
        income_card.card(connection, Viewer("display", COUNTY), 901, OVER)
    wall = income_card.for_mark(connection, Viewer("display", COUNTY), 901, OVER)
    assert (wall.head, wall.phone, wall.address, wall.cause) == ("钱**", None, None, None)
    assert [one.name for one in wall.members] == ["钱**", "钱**"]
    assert {(one.id_number, one.health) for one in wall.members} == {(None, None)}
    assert wall.helpers[0].phone is None
    office = income_card.card(connection, CADRE, 901, OVER)
    assert (office.head, office.phone) == ("钱一", "138****5678")
    assert office.members[0].id_number == "990181********1234"
    assert office.now == wall.now


def test_the_year_of_a_card_is_the_last_that_is_over(connection: Connection):
    for month, year in (("2026-11", 2026), ("2026-09", 2026), ("2026-08", 2025)):
        assert income_card.card_year(connection, month_of(month)).year == year
    known = income_card.years(connection)
    assert [one.year for one in known] == [2027, 2026, 2025, 2024]
    assert income_card.card_year(connection, known[-1].last - 1) == known[-1]


def test_years_cover_every_month_once_whatever_their_start():
    for start in range(1, 13):
        for month in range(LAST - 30, LAST + 1):
            year = year_of(month, start)
            assert month in year.months and year.start == start
            assert month not in year.before.months
