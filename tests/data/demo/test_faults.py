"""The demonstration has faults of every kind on purpose: each kind of rule finds some, none finds nearly all."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from data import model
from data.audit.verify import verified
from data.demo.cleaning import ROUNDS, make_cleaning
from data.demo.county import generate
from data.demo.faults import make_faults
from data.figures import cube
from data.intake import import_files
from data.rules.registry import GROUPS, RULES
from data.rules.running import run
from data.store.engine import open_engine, writing
from tests.moment import NOW


@pytest.mark.slow
def test_each_kind_of_rule_finds_some_and_none_finds_more_than_half(migrated_sqlite: Path, tmp_path: Path):
    engine = open_engine(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'demo.db')}")
    made = generate(tmp_path, preset="township", today=NOW.date())
    assert import_files(engine, made.workbooks, now=NOW, rebuild=False).refusals == []
    assert make_faults(engine, NOW.date()) > 30
    with writing(engine) as connection:
        cube.rebuild(connection, today=NOW.date())
        found = run(connection, NOW, actor="x").hits
        rows = {
            record: connection.execute(select(func.count()).select_from(model.metadata.tables[record])).scalar_one()
            for record in {rule.record for rule in RULES.values()}
        }
        stray = connection.execute(
            text("SELECT COUNT(*) FROM quality_hit WHERE village NOT IN (SELECT code FROM region)")
        )
        assert stray.scalar_one() == 0
    mended = make_cleaning(engine, NOW)
    with engine.connect() as connection:
        of = model.quality_tally.c
        came, went = connection.execute(select(func.sum(of.came), func.sum(of.went))).one()
        rounds = connection.execute(select(func.count()).select_from(model.quality_round)).scalar_one()
        since = connection.execute(select(func.max(model.quality_hit.c.since))).scalar_one()
    assert (came - went, went, rounds) == (sum(found.values()), mended, ROUNDS) and since <= NOW.date().isoformat()
    assert not verified(engine).faults
    engine.dispose()
    assert not [rule.id for rule in RULES.values() if found[rule.id] * 2 > rows[rule.record]]
    silent = {kind: [rule.id for rule in rules if not found[rule.id]] for kind, rules in GROUPS.items()}
    assert all(len(silent[kind]) < len(rules) for kind, rules in GROUPS.items()), silent
