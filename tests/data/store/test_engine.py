"""The store: its schema, its transactions, its copies."""

import shutil
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from data import model
from data.errors import Refused
from data.figures.cube import rebuild
from data.store.engine import backup, is_sqlite, migrate, open_engine, ready_engine, restore, upsert, writing
from tests.data.small_county import TODAY, fill


def test_the_migrations_make_exactly_the_schema_of_the_model(engine: Engine):
    def ours(item, name, kind, reflected, other) -> bool:
        return not (kind == "table" and name == "alembic_version")

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, model.metadata) == []


def test_migrating_twice_keeps_the_data(engine: Engine):
    fill(engine, build=False)
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(select(model.household.c.id)).first() is not None


def test_an_upsert_counts_only_rows_that_really_changed(engine: Engine):
    columns = ["code", "name", "parent"]
    with writing(engine) as connection:
        assert upsert(connection, model.region, columns, [("99", "甲", ""), ("9901", "乙", "99")]) == 2
        assert upsert(connection, model.region, columns, [("99", "甲", ""), ("9901", "丙", "99")]) == 1
        assert upsert(connection, model.region, columns, [("99", "甲", ""), ("9901", "丙", "99")]) == 0


def test_a_failed_write_leaves_nothing_behind(engine: Engine):
    with pytest.raises(IntegrityError), writing(engine) as connection:
        upsert(connection, model.region, ["code", "name", "parent"], [("99", "甲", "")])
        connection.execute(model.member.insert().values(code="M", household_id=404, name="某", relation="户主"))
        connection.execute(text("SELECT 1"))
    with engine.connect() as connection:
        assert connection.execute(select(model.region)).all() == []


def test_money_is_an_exact_number_of_fen(engine: Engine):
    fill(engine, build=False)
    huge = 9_007_199_254_740_993  # no binary float holds it
    with writing(engine) as connection:
        upsert(connection, model.ledger, ["household_id", "month", "wage_work_fen"], [(1, 1, huge)])
    with engine.connect() as connection:
        assert (
            connection.execute(select(model.ledger.c.wage_work_fen).where(model.ledger.c.month == 1)).scalar() == huge
        )


def test_six_writers_at_once_all_get_through(engine: Engine):
    fill(engine, build=False)
    failures = []

    def write(number: int) -> None:
        try:
            for turn in range(5):
                with writing(engine) as connection:
                    code = f"W{number}-{turn}"
                    connection.execute(model.helper.insert().values(code=code, name="王某", unit="示范局", team="教师"))
        except Exception as error:
            failures.append(error)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    with engine.connect() as connection:
        written = connection.execute(select(model.helper.c.code).where(model.helper.c.code.like("W%"))).all()
    assert len(written) == 30


def test_a_backup_taken_while_running_restores_the_same_store(engine: Engine, tmp_path: Path):
    if not is_sqlite(engine) and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on the path")
    fill(engine)
    with engine.connect() as connection:
        before = connection.execute(select(model.household).order_by(model.household.c.id)).all()
        backup(engine, tmp_path / "kept")
    with writing(engine) as connection:
        connection.execute(model.visit.delete())
        connection.execute(model.household.update().values(head="改了"))
    restore(engine, tmp_path / "kept")
    with engine.connect() as connection:
        assert connection.execute(select(model.household).order_by(model.household.c.id)).all() == before
        assert connection.execute(select(model.visit)).first() is not None
    with writing(engine) as connection:
        rebuild(connection, today=TODAY)


def test_a_backup_never_overwrites_and_a_damaged_one_is_not_restored(tmp_path: Path):
    engine = ready_engine(f"sqlite:///{tmp_path / 'a.db'}")
    fill(engine, build=False)
    kept = tmp_path / "kept.db"
    backup(engine, kept)
    with pytest.raises(Refused, match="已存在"):
        backup(engine, kept)
    damaged = bytearray(kept.read_bytes())
    damaged[5000:9000] = b"\xff" * 4000
    (tmp_path / "damaged.db").write_bytes(damaged)
    (tmp_path / "other.db").write_text("这不是数据库")
    for name in ("damaged.db", "other.db", "absent.db"):
        with pytest.raises(Refused):
            restore(engine, tmp_path / name)
    with engine.connect() as connection:
        assert connection.execute(select(model.household)).first() is not None


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_any_other_database_is_refused_with_a_sentence(url: str):
    with pytest.raises(Refused):
        open_engine(url)


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path: Path):
    (tmp_path / "x.db").write_text("不是数据库" * 300)
    with pytest.raises(Refused, match="打不开"):
        ready_engine(f"sqlite:///{tmp_path / 'x.db'}")
