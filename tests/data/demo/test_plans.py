"""The demonstration's dividend plans: alive in every state, even to the fen, and out of money not yet given out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from data.months import month_of
from data.quality.checks import check
from data.store.engine import open_engine
from tests.stores import copied


@pytest.fixture(scope="module")
def store(county_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A copy of the full demonstration; read it, never write."""
    engine = open_engine(f"sqlite:///{copied(county_database, tmp_path_factory.mktemp('plans') / 'county.db')}")
    yield engine
    engine.dispose()


def rows(engine: Engine, query: str) -> list[tuple]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_there_are_plans_in_every_state_that_waits_for_somebody_and_some_are_filed_and_late(store: Engine):
    states = dict(rows(store, "SELECT state, COUNT(*) FROM dividend_plan GROUP BY state"))
    assert {"draft", "published", "submitted", "approved", "filed"} <= states.keys()
    assert rows(store, "SELECT 1 FROM dividend_plan WHERE reverses IS NOT NULL")
    assert rows(store, "SELECT 1 FROM dividend_step WHERE action = 'return' AND reason <> ''")
    village = rows(store, "SELECT MIN(village) FROM household WHERE type <> '一般户'")[0][0]
    mine = rows(store, f"SELECT state FROM dividend_plan WHERE village = '{village}'")
    assert ("published",) in mine  # of the village cadre that the demonstration offers


def test_every_plan_comes_out_even_and_nothing_is_given_out_twice(store: Engine):
    assert [finding.what for finding in check(store) if finding.grave] == []
    assert not rows(
        store,
        "SELECT v.id FROM dividend_plan v WHERE v.received_fen <> v.distributed_fen + v.kept_fen OR v.received_fen <>"
        " (SELECT SUM(s.amount_fen) FROM dividend_source s WHERE s.plan = v.id)",
    )
    assert not rows(
        store,
        "SELECT r.project, r.month FROM project_return r JOIN dividend_source s ON s.project = r.project"
        " AND s.month = r.month JOIN dividend_plan v ON v.id = s.plan AND v.reverses IS NULL AND v.state <> 'void'"
        " GROUP BY r.project, r.month, r.received_fen HAVING SUM(s.amount_fen) > r.received_fen",
    )


def test_what_the_plans_paid_stands_in_both_books_and_was_not_paid_by_the_half_years_payout(store: Engine):
    per_project = rows(
        store,
        "SELECT household_id, year, SUM(amount_fen) FROM project_household WHERE mode = '分红'"
        " GROUP BY 1, 2 ORDER BY 1, 2",
    )
    per_household = rows(
        store,
        "SELECT household_id, month / 12, SUM(property_dividend_fen) FROM ledger"
        " WHERE property_dividend_fen IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
    )
    part = {row[0] for row in rows(store, "SELECT household_id FROM project_household")}
    assert per_project == [row for row in per_household if row[0] in part]
    assert len({row[0] for row in per_household} - part) <= 5  # faults: a dividend of no project
    built = rows(store, "SELECT built FROM data_version")[0][0]
    if month_of(built) % 6 in (0, 5):  # the books gave 70 per cent of these months out already
        share = "SUM(s.amount_fen) <= 0.31 * SUM(r.received_fen) + 10"
        assert rows(
            store,
            f"SELECT {share} FROM dividend_source s JOIN project_return r ON r.project = s.project"
            " AND r.month = s.month WHERE s.amount_fen > 0",
        ) == [(1,)]
    else:
        last = rows(store, "SELECT MAX(month) FROM ledger WHERE property_dividend_fen IS NOT NULL AND month % 6 = 5")
        assert rows(store, "SELECT MIN(month) FROM dividend_source")[0][0] > last[0][0]
