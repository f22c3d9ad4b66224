"""The check code of a card: the same for the same figures, another for any other, and what is said when they differ."""

import json
import re

import pytest
from sqlalchemy import Engine, select, update

from data import settings
from data.access.viewer import Viewer
from data.cards import card as income_card
from data.cards import marks as card_marks
from data.errors import NotFound
from data.figures.spells import make_spells
from data.income.year import IncomeYear
from data.model import card_print, ledger, member
from data.store.engine import writing
from tests.data.small_county import LAST
from tests.data.village_ground import COUNTY, FAR, VILLAGE, fill_village
from tests.moment import NOW

pytestmark = pytest.mark.filled(by=fill_village)

CADRE, STRANGER = Viewer("county", COUNTY), Viewer("stranger", VILLAGE)
YEAR = IncomeYear(2026, 10)


@pytest.fixture
def county(engine: Engine, tmp_path, monkeypatch) -> Engine:
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "key"))
    return engine


def card(engine: Engine, id: int = 901, year: IncomeYear = YEAR, viewer: Viewer = CADRE):
    with engine.connect() as connection:
        asked = income_card.for_mark if viewer == STRANGER else income_card.card
        return asked(connection, viewer, id, year)


def verdict(engine: Engine, mark: str, id: int = 901, viewer: Viewer = CADRE) -> card_marks.Verdict:
    with engine.connect() as connection:
        return card_marks.verdict(engine, connection, viewer, id, mark)


def earn(engine: Engine, fen: int, month: int = YEAR.first) -> None:
    here = (ledger.c.household_id == 901) & (ledger.c.month == month)
    with writing(engine) as connection:
        connection.execute(update(ledger).where(here).values(wage_work_fen=fen))


def test_a_mark_is_eight_signs_nobody_mistakes(county: Engine):
    marks = {card_marks.mark(county, card(county, id)) for id in (901, 902, 903, FAR)}
    assert len(marks) == 4
    assert all(re.fullmatch(r"[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}", mark) for mark in marks)


def test_the_same_figures_give_the_same_mark_whoever_looks(county: Engine):
    assert card_marks.mark(county, card(county)) == card_marks.mark(county, card(county, viewer=STRANGER))


@pytest.mark.parametrize("change", [100_001, 99_999, None, 0])
def test_any_other_figure_gives_another_mark(county: Engine, change):
    before = card_marks.mark(county, card(county))
    earn(county, change)
    assert card_marks.mark(county, card(county)) != before


def test_another_year_household_or_key_gives_another_mark(county: Engine, tmp_path, monkeypatch):
    mark = card_marks.mark(county, card(county))
    assert card_marks.mark(county, card(county, year=YEAR.before)) != mark
    monkeypatch.setenv("WARROOM_KEY_FILE", str(tmp_path / "other-key"))
    assert card_marks.mark(county, card(county)) != mark


def test_a_printed_card_equals_the_record(county: Engine):
    one = card(county)
    card_marks.register(county, [one], now=NOW)
    found = verdict(county, card_marks.mark(county, one))
    assert (found.kind, found.year, found.differences) == ("equal", YEAR, ())
    assert found.printed_at.startswith("20")


def test_a_mark_is_read_as_people_type_it(county: Engine):
    one = card(county)
    card_marks.register(county, [one], now=NOW)
    mark = card_marks.mark(county, one)
    for typed in (mark.lower(), mark.replace("-", ""), f" {mark[:2]} {mark[2:]} ", mark.replace("-", "－")):
        assert verdict(county, typed).kind == "equal"


def test_a_change_after_printing_is_told_in_figures(county: Engine):
    one = card(county)
    card_marks.register(county, [one], now=NOW)
    earn(county, 160_000)
    found = verdict(county, card_marks.mark(county, one))
    assert found.kind == "changed"
    assert found.differences[0] == "务工工资 12,000 → 12,600"
    assert found.differences[1:] == (
        "工资性 12,000 → 12,600",
        "总收入 12,000 → 12,600",
        "纯收入 10,800 → 11,400",
        "人均纯收入 5,400 → 5,700",
    )


def test_a_member_more_and_the_year_before_are_figures_too(county: Engine):
    one = card(county)
    card_marks.register(county, [one], now=NOW)
    earn(county, 150_000, YEAR.first - 1)
    with writing(county) as connection:
        connection.execute(member.insert().values(code="901c", household_id=901, name="钱幼", relation="子女"))
        make_spells(connection)
    told = verdict(county, card_marks.mark(county, one)).differences
    assert told[0] == "家庭人口 2 人 → 3 人"
    assert "上年务工工资 10,000 → 10,500" in told


def test_a_stranger_hears_that_it_differs_and_not_by_how_much(county: Engine):
    one = card(county)
    card_marks.register(county, [one], now=NOW)
    earn(county, 1)
    found = verdict(county, card_marks.mark(county, one), viewer=STRANGER)
    assert (found.kind, found.differences) == ("changed", ())


def test_a_card_that_was_shown_and_not_printed_is_known_while_it_holds(county: Engine):
    mark = card_marks.mark(county, card(county, year=YEAR.before))
    assert verdict(county, mark) == card_marks.Verdict("equal", YEAR.before)
    earn(county, 1, YEAR.before.first + 5)
    assert verdict(county, mark).kind == "unknown"


def test_a_mark_of_another_household_says_nothing(county: Engine):
    card_marks.register(county, [card(county, 902)], now=NOW)
    assert verdict(county, card_marks.mark(county, card(county, 902))).kind == "unknown"


@pytest.mark.parametrize("typed", ["", "7K3F", "0000-0000", "７Ｋ３Ｆ-9QXM" * 9, "<script>", "'; --", "\x00" * 8])
def test_nonsense_is_unknown(county: Engine, typed: str):
    assert verdict(county, typed).kind == "unknown"


def test_a_card_beyond_the_scope_is_not_judged(county: Engine):
    mark = card_marks.mark(county, card(county, FAR))
    with pytest.raises(NotFound):
        verdict(county, mark, FAR, Viewer("village", VILLAGE))


def test_printing_twice_keeps_the_first_day_and_one_row(county: Engine):
    cards = [card(county), card(county, 902), card(county)]
    card_marks.register(county, cards, now=NOW)
    with writing(county) as connection:
        connection.execute(update(card_print).values(at="2026-01-01T08:00:00"))
    card_marks.register(county, cards, now=NOW)
    with county.connect() as connection:
        assert connection.execute(select(card_print.c.at)).scalars().all() == ["2026-01-01T08:00:00"] * 2


def test_a_row_written_past_us_proves_nothing(county: Engine):
    one = card(county)
    card_marks.register(county, [one], now=NOW)
    mark = card_marks.mark(county, one)
    with writing(county) as connection:
        held = json.loads(connection.execute(select(card_print.c.figures)).scalar())
        held["now"]["K"] += 100
        connection.execute(update(card_print).values(mark="2222-2222", figures=json.dumps(held)))
    assert verdict(county, "2222-2222").kind == "unknown"
    assert verdict(county, mark) == card_marks.Verdict("equal", YEAR)
    for wreck in ("", "[]", "{}", '{"year": 2026, "start": 10, "now": 3, "before": {}}'):
        with writing(county) as connection:
            connection.execute(update(card_print).values(figures=wreck))
        assert verdict(county, "2222-2222").kind == "unknown"


def test_a_card_printed_before_the_year_was_set_otherwise_keeps_its_months(county: Engine):
    one = card(county)
    card_marks.register(county, [one], now=NOW)
    with writing(county) as connection:
        settings.decide(connection, CADRE, "income_year_start", "1", now=NOW)
    assert verdict(county, card_marks.mark(county, one)) == card_marks.Verdict(
        "equal", YEAR, verdict(county, card_marks.mark(county, one)).printed_at
    )


def test_a_month_that_passes_without_a_line_changes_nothing(county: Engine):
    with writing(county) as connection:
        connection.execute(ledger.delete().where(ledger.c.household_id == 901, ledger.c.month == LAST))
    with county.connect() as connection:
        whole, earlier = (
            income_card.card(connection, CADRE, 901, IncomeYear(2027, 10), until=month) for month in (LAST, LAST - 1)
        )
    assert whole.title != earlier.title and whole.now.gross > 0
    assert card_marks.mark(county, whole) == card_marks.mark(county, earlier)
