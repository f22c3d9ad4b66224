"""``python -m data quality`` asks all rules anew and counts by region."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, text, update

from data import model
from data.commands.parser import main
from data.rules.registry import KINDS, RULES
from data.store.engine import writing
from tests.data.rules.ground import store_of
from tests.data.rules.home import OTHER_VILLAGE, VILLAGE, Home


@pytest.fixture
def store(engine: Engine, tmp_path: Path) -> Engine:
    """Two households whose telephones somebody wrote wrongly, past everything that asks the rules again."""
    store_of(engine, [Home("R101"), Home("R102")], tmp_path / "first")
    with writing(engine) as connection:
        connection.execute(update(model.household).values(phone="123"))
        connection.execute(model.phone_mark.delete())
    return engine


def asked(engine: Engine, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, dict]:
    url = engine.url.render_as_string(hide_password=False)
    assert main(["--database", url, "quality", "--format", "json", *more]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == list(RULES)
    return {row["id"]: row for row in rows}


def test_every_rule_is_counted_as_json_within_a_region(store: Engine, capsys: pytest.CaptureFixture[str]):
    whole = asked(store, capsys)
    assert whole["R110"] == {"id": "R110", "label": RULES["R110"].label, "class": "hard", "hits": 2, "waived": 0}
    assert all(row["class"] in KINDS for row in whole.values())
    assert asked(store, capsys, "--region", VILLAGE)["R110"]["hits"] == 2
    assert asked(store, capsys, "--region", OTHER_VILLAGE)["R110"]["hits"] == 0


def test_the_table_says_how_many_are_to_be_put_right(store: Engine, capsys: pytest.CaptureFixture[str]):
    url = store.url.render_as_string(hide_password=False)
    assert main(["--database", url, "quality"]) == 0
    told = capsys.readouterr().out
    assert "R110  错误 联系电话不是11位：2" in told and f"共 {len(RULES)} 条规则" in told


def test_a_region_that_is_none_is_refused(store: Engine, capsys: pytest.CaptureFixture[str]):
    url = store.url.render_as_string(hide_password=False)
    assert main(["--database", url, "quality", "--region", "990199"]) == 1
    assert capsys.readouterr().err


def test_a_store_without_data_is_said_to_be_empty(engine: Engine, capsys: pytest.CaptureFixture[str]):
    url = engine.url.render_as_string(hide_password=False)
    for more in ([], ["--format", "json"], ["--region", VILLAGE]):
        assert main(["--database", url, "quality", *more]) == 1
        told = capsys.readouterr()
        assert "数据库还是空的" in told.err and not told.out


def test_a_store_of_a_later_version_is_said_to_be_one(engine: Engine, capsys: pytest.CaptureFixture[str]):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    url = engine.url.render_as_string(hide_password=False)
    assert main(["--database", url, "quality"]) == 1
    assert "由更新的版本建立，请先升级本程序" in capsys.readouterr().err
