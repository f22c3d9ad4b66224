"""Time is handed in: below the shells nobody asks the machine what day or hour it is, in Python or in SQL."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.source_code import parse, sources, texts

CLOCK = Path("data/clock.py")
SHELLS = {
    *map(Path, ("app.py", "components/shell/script.py", "components/wallcharts/command.py")),
    *(
        Path("data/commands") / name
        for name in ("actions.py", "audit.py", "backups.py", "people.py", "quality.py", "work.py")
    ),
}
"""Where a run begins: the only places that take the real clock."""
_OF_DAYS = {*("now", "today", "utcnow", "current_date", "current_time", "current_timestamp", "localtime")}
_OF_SECONDS = {*("time", "time_ns", "localtime", "gmtime", "strftime", "ctime", "asctime")}
ASKING = {
    **dict.fromkeys(("date", "datetime", "Timestamp", "func"), _OF_DAYS),  # func: SQLAlchemy's
    "time": _OF_SECONDS,
}
"""Last part of what is asked → what asks it for this moment. Elapsed time is measured with time.monotonic."""
SQL_NOW = re.compile(
    r"\b(CURRENT_(DATE|TIME|TIMESTAMP)|LOCALTIME(STAMP)?)\b|'(now|today|localtime)'"
    r"|\b(now|statement_timestamp|transaction_timestamp|clock_timestamp|julianday|unixepoch|getdate|sysdate)\s*\(",
    re.IGNORECASE,
)


def asked(tree: ast.AST) -> Iterator[str]:
    """Each place of a file that asks the machine for the moment, as it is written there."""
    aliases = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            aliases |= {alias.asname: alias.name for alias in node.names if alias.asname}
            if isinstance(node, ast.ImportFrom) and node.module in ("time", "datetime"):
                yield from (f"time.{alias.name}" for alias in node.names if alias.name in _OF_SECONDS - {"time"})
                yield from ("time.time" for alias in node.names if (node.module, alias.name) == ("time", "time"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            base = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if node.attr in ASKING.get(aliases.get(base, base), ()):
                yield ast.unparse(node)
    yield from (text for text in texts(tree) if SQL_NOW.search(text) or text == "today")


@pytest.mark.parametrize("source", [path for path in sources("data", "components", "pages", "app")], ids=str)
def test_nobody_asks_the_machine_for_the_time(source: Path):
    if source == CLOCK or "migrations" in source.parts:
        return
    assert not list(asked(parse(source)))


@pytest.mark.parametrize("source", sources("data", "components", "pages", "app"), ids=str)
def test_only_the_shells_take_the_real_clock(source: Path):
    named = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(parse(source))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert "county_clock" not in named or source in SHELLS


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import date\ndate.today()",
        "import datetime as dt\ndt.datetime.now()",
        "from datetime import datetime as moment\nfield(default_factory=moment.now)",
        "import time\ntime.time()",
        "from time import time\ntime()",
        "from time import strftime",
        "import pandas as pd\npd.Timestamp.now()",
        "func.now()",
        "func.current_timestamp()",
        "Column('at', server_default=text('CURRENT_TIMESTAMP'))",
        "text(\"SELECT date('now', 'localtime')\")",
        "text('SELECT now()')",
        "st.date_input('日期', max_value='today')",
    ],
)
def test_what_asks_for_the_time_would_be_found(source: str):
    assert list(asked(ast.parse(source)))


def test_what_does_not_ask_for_it_is_let_through():
    source = """
from datetime import date, datetime, time
import time
def f(screen, today: date, now: datetime):
    "Not date.today() but what is handed in, CURRENT_DATE neither."
    time.monotonic(), screen.now, screen.today, time(9, 10), date.fromisoformat("2026-11-22"), today.isoformat()
    text("SELECT m.as_of AS today FROM month m WHERE now = 1")
"""
    assert not list(asked(ast.parse(source)))
