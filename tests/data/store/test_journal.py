"""What a transaction does to rows is noted by the store itself, each as it was before and after."""

import json
import random
import sys
import threading

import pytest
from sqlalchemy import Engine, Float, Integer, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from data import model
from data.store import journal
from data.store.engine import is_sqlite, upsert, writing
from data.workbook.kept import KINDS
from data.workbook.sheets import SHEETS
from tests.data.small_county import fill


def rows_of(connection, table):
    return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def kept(connection, run=1):
    entry = model.import_journal.c
    asked = select(entry.number, entry.record, entry.before, entry.after).where(entry.run == run)
    return connection.execute(asked.order_by(entry.number)).all()


def told(connection, *, run=1):
    """What the journal says, its rows read."""
    return [
        (row.record, *(journal.row_of(model.metadata.tables[row.record], side) for side in (row.before, row.after)))
        for row in kept(connection, run)
    ]


def test_every_table_is_in_the_journal_or_has_a_reason_why_not():
    watched = {table.name for table in journal.JOURNALLED}
    assert watched | set(journal.NOT_JOURNALLED) == set(model.metadata.tables)
    assert not watched & set(journal.NOT_JOURNALLED)
    brought = {spec.table.name for spec in SHEETS} | {kind.table.name for kind in KINDS} | {"ledger_year", "person"}
    assert brought <= watched


@pytest.fixture
def county(engine: Engine) -> Engine:
    fill(engine, build=False)
    return engine


def test_rows_that_come_change_and_go_are_kept_before_and_after(county: Engine):
    tables = (model.household, model.member)
    with writing(county) as connection:
        before = {table.name: rows_of(connection, table) for table in tables}
        with journal.journalling(connection, tables) as noted:
            connection.execute(
                update(model.household).where(model.household.c.id <= 3).values(head="赵'\"\\某\n", lon=0.1)
            )
            new = {"code": "M-1", "household_id": 1, "name": "新某", "relation": "子女"}
            connection.execute(insert(model.member).values(new))
            gone = before["member"][0]
            connection.execute(delete(model.member).where(model.member.c.code == gone["code"]))
            assert noted.keep(1) == 5
        after = {table.name: rows_of(connection, table) for table in tables}
        assert told(connection) == [
            *(("household", before["household"][place], after["household"][place]) for place in range(3)),
            ("member", None, next(row for row in after["member"] if row["code"] == "M-1")),
            ("member", gone, None),
        ]
        assert [row.number for row in kept(connection)] == sorted(row.number for row in kept(connection))
        assert "phone" not in json.loads(kept(connection)[0].before)  # what holds nothing takes no room


def test_only_the_net_effect_on_a_row_is_kept(county: Engine):
    household = model.household
    with writing(county) as connection:
        was = rows_of(connection, household)
        with journal.journalling(connection, [household, model.helper]) as noted:
            for head in ("甲某", "乙某"):
                connection.execute(update(household).where(household.c.id == 5).values(head=head))
            for remark in ("一", None):
                connection.execute(update(household).where(household.c.id == 6).values(remark=remark))
            connection.execute(insert(model.helper).values(code="B9", name="王某", unit="局", team="教师"))
            connection.execute(delete(model.helper).where(model.helper.c.code == "B9"))
            connection.execute(insert(model.helper).values(code="B8", name="王某", unit="局", team="教师"))
            connection.execute(update(model.helper).where(model.helper.c.code == "B8").values(code="B7"))
            assert noted.keep(4) == 2
        assert told(connection, run=4) == [
            ("household", was[4], was[4] | {"head": "乙某"}),
            ("helper", None, {"code": "B7", "name": "王某", "unit": "局", "team": "教师", "post": None, "phone": None}),
        ]


def test_a_row_that_goes_and_comes_again_is_one_that_changed(county: Engine):
    key = (model.pairing.c.helper, model.pairing.c.household_id)
    with writing(county) as connection:
        row = rows_of(connection, model.pairing)[0]
        with journal.journalling(connection, [model.pairing]) as noted:
            here = [column == row[column.name] for column in key]
            connection.execute(delete(model.pairing).where(*here, model.pairing.c.started == row["started"]))
            connection.execute(insert(model.pairing).values(row | {"ended": "2026-11-01"}))
            assert noted.keep(1) == 1
        assert told(connection) == [("pairing", row, row | {"ended": "2026-11-01"})]


def test_values_come_back_exactly(county: Engine):
    chance = random.Random(3)
    numbers = [0.1, -0.1, 1 / 3, 1e-300, sys.float_info.max, 5e-324, 2.0, 123456789.12345679]
    numbers += [chance.uniform(-180, 180) for _ in range(300)]
    whole = [2**63 - 1, -(2**63), 9_007_199_254_740_993, 0]
    words = ["\x1f\x01", "𠮷", "", "null", "</script>", '{"a":1}']
    with writing(county) as connection:
        with journal.journalling(connection, [model.household, model.ledger, model.region]) as noted:
            for place, number in enumerate(numbers):
                row = {"code": f"{place}", "name": words[place % 6], "parent": "", "lon": number, "lat": None}
                connection.execute(insert(model.region).values(row))
            for place, number in enumerate(whole):
                connection.execute(insert(model.ledger).values(household_id=1, month=place, wage_work_fen=number))
            noted.keep(1)
        after = [row for _, before, row in told(connection)]
        assert [row["lon"].hex() for row in after if "lon" in row] == [number.hex() for number in numbers]
        assert [row["name"] for row in after if "lon" in row] == [words[place % 6] for place in range(len(numbers))]
        assert [row["wage_work_fen"] for row in after if "month" in row] == whole


def test_every_column_of_every_table_is_kept_as_it_is(engine: Engine):
    """Each of its kind of value, where nothing refers to anything."""
    values = {Integer: 7, Float: -0.1}
    with engine.connect() as connection:
        if is_sqlite(engine):
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")  # triggers are made to fire anyway
        rows = {}
        for table in journal.JOURNALLED:
            row = {
                column.name: b"\x00\xff" if table.name == "boundary" and column.name == "geometry"
                else next((value for kind, value in values.items() if isinstance(column.type, kind)), "文")
                for column in table.c
            }  # fmt: skip
            rows[table.name] = row
            connection.execute(delete(table))
            connection.execute(insert(table).values(row))
        with journal.journalling(connection, journal.JOURNALLED) as noted:
            if not is_sqlite(engine):
                for table in journal.JOURNALLED:
                    connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ENABLE ALWAYS TRIGGER note')
            for table in journal.JOURNALLED:
                connection.execute(delete(table))
            assert noted.keep(1) == len(journal.JOURNALLED)
        assert {record: before for record, before, after in told(connection)} == rows
        connection.rollback()


def test_a_table_that_was_empty_is_not_watched_but_named(county: Engine):
    with writing(county) as connection:
        connection.execute(delete(model.pairing))
        with journal.journalling(connection, [model.pairing, model.assurance, model.household]) as noted:
            row = {"household_id": 1, "item": "water", "checked": "2026-01-01", "secure": 1}
            connection.execute(insert(model.assurance).values(row))
            assert noted.keep(2) == 0
        assert rows_of(connection, model.import_fresh) == [{"run": 2, "record": "assurance"}]


def test_rows_are_counted_as_without_it(county: Engine):
    columns = ["household_id", "month", "wage_work_fen"]
    rows = [(house, 1, house) for house in range(1, 31)]
    with writing(county) as connection, journal.journalling(connection, [model.ledger, model.household]) as noted:
        assert upsert(connection, model.ledger, columns, rows) == 30
        assert upsert(connection, model.ledger, columns, [*rows[:10], (1, 2, 3), (2, 1, 99)][:11]) == 1
        assert connection.execute(update(model.household).values(remark="注")).rowcount == 90
        assert connection.execute(delete(model.ledger).where(model.ledger.c.month == 1)).rowcount == 30
        assert noted.keep(1) == 91


def test_what_is_written_afterwards_and_by_others_is_not_noted(county: Engine):
    for run in (1, 2):
        with writing(county) as connection:
            with journal.journalling(connection, [model.household]) as noted:
                connection.execute(update(model.household).where(model.household.c.id == run).values(remark="注"))
                assert noted.keep(run) == 1
            connection.execute(update(model.household).where(model.household.c.id == 9).values(remark=f"{run}"))
    with writing(county) as connection:
        connection.execute(update(model.household).where(model.household.c.id == 8).values(remark="注"))
        assert [len(kept(connection, run)) for run in (1, 2)] == [1, 1]


def test_what_fails_leaves_nothing_and_the_next_one_is_noted(county: Engine):
    with (
        pytest.raises(IntegrityError),
        writing(county) as connection,
        journal.journalling(connection, [model.member]) as noted,
    ):
        connection.execute(update(model.member).values(health="健康"))
        noted.keep(1)
        connection.execute(update(model.member).values(household_id=404))
    with writing(county) as connection:
        assert kept(connection) == []
        with journal.journalling(connection, [model.member]) as noted:
            connection.execute(update(model.member).values(health="大病"))
            assert noted.keep(1) == len(rows_of(connection, model.member))


def test_nobody_who_reads_waits_while_it_notes(county: Engine):
    """A reader with a transaction of his own open keeps nobody from ending it, and is kept waiting by nobody."""
    for run in (1, 2):
        read, written = threading.Event(), threading.Event()

        def look(read=read, written=written) -> None:
            with county.connect() as connection:
                connection.execute(select(model.household.c.id)).all()
                read.set()
                assert written.wait(60)

        reader = threading.Thread(target=look)
        reader.start()
        assert read.wait(60)
        with writing(county) as connection:
            if not is_sqlite(connection):
                connection.execute(text("SET LOCAL lock_timeout = '20s'"))
            with journal.journalling(connection, [model.household, model.member]) as noted:
                connection.execute(update(model.household).values(remark=f"{run}"))
                with county.connect() as other:
                    assert len(other.execute(select(model.household.c.id)).all()) == 90
                noted.keep(run)
        written.set()
        reader.join()
