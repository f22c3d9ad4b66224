"""What a large import comes to is counted beside the store, while others write; then it is as if counted at once."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from data import model
from data.access.viewer import Viewer
from data.figures import cube
from data.households.edits import Edit, commit
from data.intake import beforehand, check_files, recount, write_checked
from data.quality.checks import check
from data.store.engine import beside, is_sqlite, writing
from tests.data.intake.books import sound_book, write_xlsx
from tests.moment import NOW

ADMIN = Viewer("admin", "")


@pytest.fixture
def stored(engine, tmp_path, monkeypatch):
    """A store that is taken for a large one; on a server nothing is counted beforehand."""
    if not is_sqlite(engine):
        pytest.skip("a server's writers of other rows need not wait")
    path = write_xlsx(tmp_path / "first.xlsx", sound_book())
    write_checked(engine, check_files(engine, [path], now=NOW), now=NOW)
    monkeypatch.setattr(beforehand, "LARGE", 1)
    monkeypatch.setattr(recount, "MOST", 0)
    return engine


def corrected(stored, tmp_path):
    book = sound_book()
    book["收支"][0]["金额"] = "4321"
    book["户"][1]["户类型"] = "脱贫户"
    book["户"][1]["脱贫日期"] = "2024-12-01"
    return check_files(stored, [write_xlsx(tmp_path / "second.xlsx", book)], now=NOW)


def cells(engine):
    with engine.connect() as connection:
        return connection.execute(select(cube.cube).order_by(cube.cube.c.region, cube.cube.c.month)).all()


def test_the_cube_is_as_if_it_had_been_counted_at_once(stored, tmp_path):
    before = cells(stored)
    steps = []
    result = write_checked(
        stored, corrected(stored, tmp_path), now=NOW, progress=lambda step, done, total: steps.append(step)
    )
    assert result.changed > 1 and "写入汇总" in steps
    taken = cells(stored)
    with writing(stored) as connection:
        cube.rebuild(connection, today=NOW.date())
    assert taken == cells(stored) != before
    assert [one for one in check(stored) if one.grave] == []
    assert list(beside(stored, "imports").glob("counting-*")) == []


def test_what_others_write_meanwhile_is_counted_and_waits_for_nothing(stored, tmp_path, monkeypatch):
    rebuild = cube.rebuild

    def meanwhile(connection, **how):
        rebuild(connection, **how)
        monkeypatch.setattr(cube, "rebuild", rebuild)
        with closing(sqlite3.connect(stored.url.database, timeout=0)) as other:  # nobody holds the store
            other.execute("BEGIN IMMEDIATE")
            other.rollback()
        edit = Edit("household", {}, {"housing_safe": 1}, {"housing_safe": 0})
        commit(stored, ADMIN, 1, [edit], what="核实住房", now=NOW + timedelta(minutes=1))

    monkeypatch.setattr(cube, "rebuild", meanwhile)
    assert write_checked(stored, corrected(stored, tmp_path), now=NOW + timedelta(minutes=2)).changed > 1
    taken = cells(stored)
    with writing(stored) as connection:
        cube.rebuild(connection, today=NOW.date())
    assert taken == cells(stored)
    with stored.connect() as connection:
        assert connection.execute(select(model.household.c.housing_safe).where(model.household.c.id == 1)).scalar() == 0


@pytest.mark.parametrize("place", ["take_over", "backup"])
def test_one_that_breaks_off_leaves_the_store_as_it_was_and_no_copy(stored, tmp_path, monkeypatch, place):
    checked, before = corrected(stored, tmp_path), cells(stored)

    def breaks(*_arguments, **_how):
        raise KeyboardInterrupt

    monkeypatch.setattr(recount if place == "take_over" else beforehand, place, breaks)
    with pytest.raises(KeyboardInterrupt):
        write_checked(stored, checked, now=NOW)
    assert cells(stored) == before and list(beside(stored, "imports").glob("counting-*")) == []
    with stored.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM import_run")).scalar() == 1
