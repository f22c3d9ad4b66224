"""The demonstration has faults of every kind on purpose: each rule finds some, none finds many, a few are waived."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from data import model
from data.access.viewer import Viewer
from data.audit.verify import verified
from data.demo.cleaning import ROUNDS, make_cleaning
from data.demo.county import generate
from data.demo.faults import make_faults
from data.demo.waiving import make_waivers
from data.figures import cube
from data.intake import import_files
from data.quality.waivers import GROUPS as WAIVED
from data.quality.waivers import counts
from data.rules.registry import DOUBT, GROUPS, HARD, HINT, RULES
from data.rules.running import run
from data.store.engine import open_engine, writing
from tests.moment import NOW


@pytest.mark.slow
def test_each_kind_of_rule_finds_some_and_none_finds_more_than_half(migrated_sqlite: Path, tmp_path: Path):
    engine = open_engine(f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'demo.db')}")
    made = generate(tmp_path, preset="township", today=NOW.date())
    assert import_files(engine, made.workbooks, now=NOW, rebuild=False).refusals == []
    assert make_faults(engine, NOW.date()) > 90
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
    asked = make_waivers(engine, NOW)
    with engine.connect() as connection:
        waived = counts(connection, Viewer("admin", ""), "", NOW.date())
    assert waived["all"] == asked and all(waived[group] for group in WAIVED), waived
    assert not verified(engine).faults
    engine.dispose()
    assert not [rule.id for rule in RULES.values() if found[rule.id] * 2 > rows[rule.record]]
    silent = {kind: [rule.id for rule in rules if not found[rule.id]] for kind, rules in GROUPS.items()}
    assert all(len(silent[kind]) < len(rules) for kind, rules in GROUPS.items()), silent


def test_in_the_county_every_rule_finds_some_and_none_finds_many(county_database: Path):
    """For a hundred households so many at most: gaps are more than what cannot be. Of visits there are many more."""
    most = {HARD: 1, DOUBT: 3, HINT: 6}
    engine = create_engine(f"sqlite:///file:{county_database}?mode=ro&uri=true")
    with engine.connect() as connection:
        asked = select(model.quality_hit.c.rule, func.count()).group_by(model.quality_hit.c.rule)
        found = {rule: number for rule, number in connection.execute(asked)}
        homes, visits = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (model.household, model.visit)
        )
    engine.dispose()
    assert [id for id in RULES if not found.get(id)] == []
    among = {id: visits if rule.record == "visit" else homes for id, rule in RULES.items()}
    many = {id: found[id] for id, rule in RULES.items() if found[id] * 100 > among[id] * most[rule.kind]}
    assert many == {}
