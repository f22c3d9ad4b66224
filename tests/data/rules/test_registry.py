"""Every rule speaks of the household made for it from its definition, and of nothing else."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from data import model
from data.monitoring.clocks import months_after
from data.rules.registry import GROUPS, RULES, Parameters
from data.settings import SETTINGS
from tests.data.rules.ground import found, store_of
from tests.data.rules.home import Home
from tests.data.rules.near_cases import NEAR
from tests.data.rules.workbook_cases import CASES

DEFAULTS = {name: one.default for name, one in SETTINGS.items()}


def homes_of(side: str) -> tuple[list[Home], dict[str, list[str]]]:
    homes, marks = [], {}
    for case in CASES:
        home = Home(case.rule)
        getattr(case, side)(home)
        homes.append(home)
        if side == "wrong":
            marks[case.rule] = sorted(case.marks(home))
    return homes, marks


def test_there_are_as_many_rules_as_cases_and_more_than_sixty():
    assert [case.rule for case in CASES] == list(RULES)
    assert len(RULES) >= 62


def test_one_fault_for_every_rule_is_found_once_and_nothing_else(engine: Engine, tmp_path: Path):
    homes, marks = homes_of("wrong")
    with store_of(engine, homes, tmp_path / "wrong").connect() as connection:
        assert found(connection) == marks


def test_put_right_nothing_is_found(engine: Engine, tmp_path: Path):
    homes, _ = homes_of("right")
    with store_of(engine, homes, tmp_path / "right").connect() as connection:
        assert found(connection) == {}


def test_what_lies_just_beyond_a_definition_is_not_found_and_its_other_halves_are(engine: Engine, tmp_path: Path):
    numbers = (f"R{kind}{place:02d}" for kind in range(1, 16) for place in range(16))
    homes = [Home(number) for number, _ in zip(numbers, NEAR, strict=False)]
    for home, near in zip(homes, NEAR, strict=True):
        near.does(home)
    with store_of(engine, homes, tmp_path / "near").connect() as connection:
        house, hit = model.household.c, model.quality_hit.c
        asked = select(house.code, hit.rule).join_from(model.household, model.quality_hit, hit.household_id == house.id)
        hits = {tuple(row) for row in connection.execute(asked)}
    said = [(near.rule, (home.code, near.rule) in hits) for home, near in zip(homes, NEAR, strict=True)]
    assert said == [(near.rule, near.hits) for near in NEAR]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_definition_names_its_parameters_and_its_record_is_a_table(rule):
    told = rule.told(DEFAULTS)
    assert "{" not in told and told.endswith("。")
    table = model.metadata.tables[rule.record]
    assert rule.field in table.c
    changed = {**DEFAULTS, **{name: other(DEFAULTS[name]) for name in rule.parameters.values()}}
    if rule.parameters:
        assert rule.told(changed) != told
        assert rule.sql(Parameters("2026-11-22", changed)) != rule.sql(Parameters("2026-11-22", DEFAULTS))


def other(value: str) -> str:
    first, _, last = value.partition("-")
    return f"{int(first) + 1}-{int(last) + 1}" if last else str(int(first) + 1)


def test_numbers_of_rules_are_told_apart():
    assert sum(map(len, GROUPS.values())) == len(RULES)


@pytest.mark.parametrize(
    ("today", "months", "day"),
    [
        ("2026-11-22", 1, "2026-10-22"),
        ("2026-02-28", 1, "2026-01-31"),
        ("2026-02-27", 1, "2026-01-27"),
        ("2026-03-30", 1, "2026-02-28"),
        ("2026-03-31", 6, "2025-09-30"),
        ("2024-02-29", 6, "2023-08-31"),
        ("2025-02-28", 12, "2024-02-29"),
    ],
)
def test_so_many_months_are_full_on_the_day_on_which_the_law_says_so(today: str, months: int, day: str):
    assert Parameters(today, DEFAULTS).months_ago(months) == f"'{day}'"
    assert months_after(date.fromisoformat(day), months) <= date.fromisoformat(today)
    assert months_after(date.fromisoformat(day) + timedelta(days=1), months) > date.fromisoformat(today)
