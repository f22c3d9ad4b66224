"""A store of before dates (0007) is brought up to date: what the version of before counted of it stands here."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from itertools import count as count_from

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, event, inspect, text

from data.clock import county_clock
from data.figures import cube
from data.months import month_of
from data.store.engine import MIGRATIONS, migrate, open_engine, writing
from tests.conftest import ROOT

TODAY = date(2026, 11, 22)
VILLAGE = "990181001001"
MONTHS = tuple(map(month_of, ("2025-06", "2025-12", "2026-10")))  # the last of them closed, the next one runs

_HOMES = (  # 户类型, 识别, 脱贫, 返贫, 风险消除
    ("未脱贫户", "2015-03-05", None, None, None),
    ("脱贫户", "2014-12-01", "2018-11-03", None, None),
    ("脱贫不稳定户", "2024-02-10", "2019-06-01", None, None),
    ("未脱贫户", None, "2017-05-05", "2025-05-20", None),
    ("边缘易致贫户", "2025-08-08", None, None, None),
    ("一般户", "2023-04-04", None, None, "2026-03-03"),
    ("突发严重困难户", "2026-02-02", None, None, None),
    ("一般户", None, None, None, None),
    ("未脱贫户", "2026-01-15", None, None, None),
    ("脱贫户", "2022-01-01", "2020-10-10", None, "2025-12-12"),
)
_DAYS = ("type", "identified", "lifted", "relapsed", "risk_removed")
_PEOPLE = [(id, f"M{id}{place}", f"19{50 + id}-0{place}-01") for id in range(1, 11) for place in (1, 2)]
_PEOPLE += [(2, "M23", "2026-06-06"), (3, "M33", "2015-01-01")]
ROWS = {
    "region": [
        {"code": code, "name": name, "parent": parent, "rural_population": population}
        for code, name, parent, population in (
            ("990181", "示范市", "", None), ("990181001", "示范镇", "990181", None),
            ("990181001001", "示范村", "990181001", 1000),
        )
    ],
    "household": [
        {"id": id, "code": f"H{id}", "village": "990181001001", "head": "王某", "housing_safe": int(id != 1),
         "water_safe": int(id not in (4, 5)), **dict(zip(_DAYS, days, strict=True))}
        for id, days in enumerate(_HOMES, 1)
    ],
    "member": [
        {"code": code, "household_id": id, "name": "王某", "relation": "其他", "born": born,
         "schooling": "辍学" if code == "M33" else None, "medical_insured": int(code not in ("M12", "M51"))}
        for id, code, born in _PEOPLE
    ],
    "ledger": [
        {"household_id": id, "month": month, "wage_work_fen": 40_000 * id + 100 * (month - 24290), "expense_fen": 5_000}
        for id in range(1, 11)
        for month in range(24298, 24322)
    ],
    "helper": [{"code": "B1", "name": "赵某", "unit": "示范局", "team": "村两委"}],
    "visit": [
        {"code": f"V{id}", "household_id": id, "helper": "B1", "visited": "2026-10-03", "occasion": "日常"}
        for id in (1, 3, 8)
    ],
}  # fmt: skip

BEFORE: Mapping[str, tuple[int | None, int | None, int | None]] = {  # as revision 22e395b counted them in MONTHS
    "households": (6, 7, 8),
    "persons": (14, 16, 18),
    "monitored_households": (3, 3, 3),
    "unstable_households": (2, 1, 1),
    "marginal_households": (1, 2, 1),
    "hardship_households": (0, 0, 1),
    "unlifted_households": (2, 2, 3),
    "lifted_households": (1, 2, 2),
    "relapsed_households": (1, 1, 1),
    "newly_identified_households": (0, 1, 2),
    "unlifted_persons": (4, 4, 6),
    "income_persons": (None, 16, 18),
    "net_income": (None, 14_590_200, 19_444_800),
    "wage_income": (None, 15_010_200, 19_924_800),
    "below_line_households": (None, 3, 3),
    "near_line_households": (None, 1, 1),
    "growth_households": (None, None, 6),
    "short_records": (6, 0, 0),
    "visits": (None, None, 3),
    "visited": (None, None, 2),
    "unsafe_housing": (1, 1, 1),
    "unsafe_water": (1, 2, 2),
    "dropouts": (1, 1, 1),
    "uninsured_persons": (1, 2, 2),
}
OTHERWISE: Mapping[str, tuple[int | None, int | None, int | None]] = {
    "lifted_households": (3, 3, 3),  # 脱贫不稳定户 are registered as lifted all the same (T22)
    "newly_identified_households": (0, 0, 1),  # of these, who was only watched is 新增监测对象 (T22)
    "persons": (13, 15, 18),  # the child born in June 2026 was not there before (T6)
    "income_persons": (None, 15, 18),
    **dict.fromkeys(("unsafe_housing", "unsafe_water", "dropouts", "uninsured_persons"), (None, None, None)),  # T5
}
UNDATED = {"unsafe_housing": 1, "unsafe_water": 2, "dropouts": 1, "uninsured_persons": 2}
"""What the columns say is known from the day of the migration on."""


@pytest.fixture
def before(blank_url: str) -> Iterator[Engine]:
    """The county in a store of version 0007, with a cube as it was, on each engine."""
    engine = open_engine(blank_url)
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0007")
        for table, rows in ROWS.items():
            columns = list(rows[0])
            values = ", ".join(f":{name}" for name in columns)
            connection.execute(text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})"), rows)
        connection.execute(text("CREATE TABLE cube (region TEXT, month BIGINT, households BIGINT)"))
    yield engine
    engine.dispose()


def held(connection: Connection, measure: str, month: int) -> int | None:
    asked = text(f"SELECT {measure} FROM cube WHERE region = '' AND month = :month")
    value = connection.execute(asked, {"month": month}).scalar_one()
    return None if value is None else int(value)


def test_months_before_keep_figures_of_states_and_income_and_do_not_know_what_had_no_date(before: Engine):
    migrate(before)
    with writing(before) as connection:
        for table in ("household", "member"):
            days = connection.execute(text(f"SELECT DISTINCT collected FROM {table}")).scalars().all()
            assert days == [county_clock().date().isoformat()]
            connection.execute(text(f"UPDATE {table} SET collected = :today"), {"today": TODAY.isoformat()})
    cube.ensure(before, TODAY)
    with before.connect() as connection:
        closed = connection.execute(text("SELECT closed FROM books_county")).scalar_one()
        assert closed == MONTHS[-1]
        counted = {name: tuple(held(connection, name, month) for month in MONTHS) for name in BEFORE}
        assert counted == {**BEFORE, **OTHERWISE}
        assert {name: held(connection, name, month_of(TODAY)) for name in UNDATED} == UNDATED
        since = connection.execute(text("SELECT MIN(month) FROM month")).scalar_one()
        assert since == month_of("2014-12")
        # H2, registered that month, and H3, H4 and H10, of whose registration no day is on record
        assert held(connection, "unlifted_households", since) == 4


def content(engine: Engine) -> dict[str, object]:
    """Tables, their columns and rows, of the store opened anew, as the next start does."""
    engine.dispose()
    with engine.connect() as connection:
        known = inspect(connection)
        return {
            name: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {name}"))), key=str)
            for name in known.get_table_names()
        } | {f"columns of {name}": str(known.get_columns(name)) for name in known.get_table_names()}


def statements_of(engine: Engine, at: int) -> int:
    """Migrate, which fails at one of its statements; how many were begun."""
    begun = 0

    def count(*_: object) -> None:
        nonlocal begun
        begun += 1
        if begun == at:
            raise _Stopped

    event.listen(engine, "before_cursor_execute", count)
    try:
        with suppress(_Stopped):
            migrate(engine)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return begun


class _Stopped(Exception):
    pass


def test_an_upgrade_that_fails_midway_leaves_the_store_as_it_was_and_the_next_one_succeeds(before: Engine):
    stood, last = content(before), 0
    assert stood["alembic_version"] == [("0007",)]
    for at in count_from(1, 3):
        begun = statements_of(before, at)
        if begun < at:
            break
        assert content(before) == stood, at
        last = at
    assert last > 25  # the days of members are entered behind the tables
    assert content(before)["alembic_version"] == [("0011",)]
    migrate(before)


_KILLED = """
import os, signal, sys
from sqlalchemy import event
from data.store.engine import migrate, open_engine

engine = open_engine(sys.argv[1])

@event.listens_for(engine, "after_cursor_execute")
def kill(connection, cursor, statement, *_):
    if statement.startswith("UPDATE member SET collected"):
        os.kill(os.getpid(), signal.SIGKILL)

migrate(engine)
"""


def test_an_upgrade_whose_process_is_killed_leaves_the_store_as_it_was(before: Engine):
    stood = content(before)
    url = before.url.render_as_string(hide_password=False)
    done = subprocess.run([sys.executable, "-c", _KILLED, url.replace("+psycopg", "")], cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    assert content(before) == stood
    migrate(before)
    assert content(before)["alembic_version"] == [("0011",)]
