"""The ground that the other tests stand on: each test has its own database, on both engines, and never the user's."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from starlette.testclient import TestClient

from data.commands.version import VERSION
from data.errors import Refused
from data.model import metadata
from data.store.engine import open_engine
from tests.source_code import imported, parse, sources


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_has_a_database_of_its_own(engine: Engine, time: str):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE left_behind (a integer)"))


def test_both_engines_are_really_used(engine: Engine, dialect: str):
    assert engine.dialect.name == dialect


def test_an_engine_has_the_whole_schema_and_a_blank_database_has_none(engine: Engine, blank_url: str):
    assert set(metadata.tables) <= set(inspect(engine).get_table_names())
    blank = open_engine(blank_url)
    assert inspect(blank).get_table_names() == []
    blank.dispose()


@pytest.mark.parametrize("time", ["first", "second"])
def test_plain_routes_are_asked_without_a_server(open_client: Callable[..., TestClient], database_url: str, time: str):
    answer = open_client(database_url).get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": VERSION, "data_version": 0, "log_end": "0"}


def test_a_test_without_a_database_does_not_reach_the_developers_own():
    with pytest.raises(Refused):
        open_engine()


@pytest.mark.parametrize("source", sources("tests", "benchmarks"), ids=str)
def test_no_test_module_is_imported_by_another(source: Path):
    parts = (name.split(".") for name in imported(parse(source), source))
    assert not [".".join(name) for name in parts if name[0] == "tests" and any(p.startswith("test_") for p in name)]
