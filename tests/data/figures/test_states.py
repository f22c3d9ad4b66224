"""The registry of household states: whoever needs a state takes it from there."""

import re
import subprocess
import sys

import pytest
from sqlalchemy import Engine, text

from data import model
from data.figures import cube
from data.figures.courses import Columns, household_spells
from data.figures.spells import state_spell
from data.figures.states import urgency
from data.households.village import FROM
from data.terms import HOUSEHOLD_STATES, LIFTED, STATE_NAMES, STATE_NUMBERS, UNCOUNTED, UNLIFTED
from tests.conftest import ROOT

_NUMBERED = re.compile(
    r"""\bstates?\b["'\])]*\s*(?:[<>=!]=?|<>|IN|in)\s*[\[(]?\d|isin\(\[\d|\.state\)?,\s*\d\)|states=[\[(]\d"""
)
"""A state by its number: hm.state = 1, hm.state IN (2, 3), COALESCE(hm.state, 0), isin([1, 2]), states=(1,)."""
_WITH_A_NEW_STATE = """
import pathlib, sqlite3, sys, types

source = pathlib.Path("data/terms.py").read_text()
new = 'HouseholdState(8, "试验户", "◆", 0, watched=True, indicator="trial_households", definition="试。"),'
source = source.replace("HOUSEHOLD_STATES = (", "HOUSEHOLD_STATES = (" + new, 1)
import data
data.terms = terms = types.ModuleType("data.terms")
sys.modules["data.terms"] = terms
exec(compile(source, "data/terms.py", "exec"), terms.__dict__)

from components.overview.parts import STATE_IDS
from components.drawing.theme import DARK, LIGHT, MARKS, state_marks
from data.households.village import EVERY
from data.figures.indicators import INDICATORS
from data.figures.cube import derived
from data.figures.courses import Columns, household_spells
from data.figures.spells import state_spell
from data.figures.states import urgency
from data.workbook.sheets import SHEET

for palette in (LIGHT, DARK):
    palette.states["试验户"] = "#123456"
assert state_marks(False)["试验户"] == ("◆", "#123456")
assert list(MARKS)[0] == list(STATE_IDS)[0] == "试验户" and STATE_IDS["试验户"] == "trial_households"
assert INDICATORS["trial_households"].label == "试验户"
assert INDICATORS["trial_households"].records.where == "s.watch = 8"
assert 8 in EVERY.states
assert "试验户" in SHEET["户"].column("type").choices
spells = household_spells(Columns("试验户", "2026-01-01"), "v")
assert [(spell.since, spell.state) for spell in spells] == [("", 0), ("2026-01-01", 8)], spells
db = sqlite3.connect(":memory:")
assert db.execute(f"SELECT {urgency('8')} < {urgency('1')}").fetchone() == (1,)
"""


def test_a_new_state_is_known_everywhere_once_it_stands_in_the_registry():
    done = subprocess.run(
        [sys.executable, "-c", _WITH_A_NEW_STATE], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr


def test_no_module_but_the_registry_holds_a_state_by_its_number():
    said = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("data", "components", "pages")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
        for line in path.read_text().splitlines()
        if _NUMBERED.search(line)
    ]
    assert said == []


def test_numbers_names_and_places_of_states_are_each_unlike():
    for of in (lambda state: state.number, lambda state: state.name, lambda state: state.order):
        assert len({of(state) for state in HOUSEHOLD_STATES}) == len(HOUSEHOLD_STATES)
    assert {name: number for number, name in STATE_NAMES.items()} == STATE_NUMBERS
    assert [STATE_NAMES[number] for number in (UNLIFTED, LIFTED, UNCOUNTED)] == ["未脱贫户", "脱贫户", "一般户"]
    assert [state.name for state in HOUSEHOLD_STATES if not state.indicator] == ["已退出帮扶户", "一般户"]


def test_states_sort_by_urgency_and_a_household_that_is_not_counted_comes_last(engine: Engine):
    village = "990181001001"
    with engine.begin() as connection:
        cube.derived.create_all(connection)
        connection.execute(
            model.month.insert().values(month=1, first_day="2026-11-01", as_of="2026-11-22", window_day="2025-12-01")
        )
        connection.execute(model.region.insert().values(code=village, name="东村", parent=village[:9]))
        for id, number in enumerate((0, 5, 1, 6, 4, 2, 3), start=1):
            connection.execute(
                model.household.insert().values(id=id, code=f"K{id}", village=village, head="钱", type="脱贫户")
            )
            spell = {"household_id": id, "since": "", "village": village, "state": number}
            connection.execute(state_spell.insert().values(**spell, base=0, watch=0, relapsed=0))
        found = connection.execute(text(f"SELECT s.state FROM {FROM} ORDER BY {urgency('s.state')}"), {"month": 1})
        assert found.scalars().all() == list(STATE_NAMES)


AT = "2026-06-30"
DATED = [  # 户类型, 识别, 脱贫, 返贫, 风险消除, the state at the end of June 2026
    ("未脱贫户", "2020-01-01", None, None, None, "未脱贫户"),
    ("未脱贫户", None, None, None, None, "未脱贫户"),
    ("未脱贫户", "2026-06-30", None, None, None, "未脱贫户"),
    ("未脱贫户", "2026-07-01", None, None, None, "一般户"),
    ("脱贫户", "2014-01-01", "2018-01-01", None, None, "脱贫户"),
    ("脱贫户", None, None, None, None, "脱贫户"),
    ("脱贫户", "2014-01-01", "2026-06-30", None, None, "脱贫户"),
    ("脱贫户", "2014-01-01", "2026-07-01", None, None, "未脱贫户"),
    ("脱贫户", "2026-08-01", "2026-09-01", None, None, "一般户"),
    ("一般户", None, None, None, None, "一般户"),
    ("一般户", "2020-01-01", None, None, None, "一般户"),
    # 返贫, and lifted again
    ("未脱贫户", "2014-01-01", "2018-01-01", "2026-06-30", None, "未脱贫户"),
    ("未脱贫户", "2014-01-01", "2018-01-01", "2026-07-01", None, "脱贫户"),
    ("未脱贫户", "2014-01-01", None, "2026-07-01", None, "脱贫户"),
    ("脱贫户", "2014-01-01", "2026-08-01", "2022-01-01", None, "未脱贫户"),
    ("脱贫户", "2014-01-01", "2026-05-01", "2022-01-01", None, "脱贫户"),
    # monitored from 识别日期; from 脱贫日期 where that is later
    ("边缘易致贫户", "2024-01-01", None, None, None, "边缘易致贫户"),
    ("边缘易致贫户", None, None, None, None, "边缘易致贫户"),
    ("边缘易致贫户", "2026-07-01", None, None, None, "一般户"),
    ("突发严重困难户", "2026-06-30", None, None, None, "突发严重困难户"),
    ("脱贫不稳定户", "2024-01-01", "2018-01-01", None, None, "脱贫不稳定户"),
    ("脱贫不稳定户", "2026-07-01", "2018-01-01", None, None, "脱贫户"),
    ("脱贫不稳定户", "2014-01-01", "2018-01-01", None, None, "脱贫不稳定户"),
    ("脱贫不稳定户", "2014-01-01", "2026-07-01", None, None, "未脱贫户"),
    # 风险消除 ends it, on the day itself; one before the monitoring is of an earlier one
    ("边缘易致贫户", "2024-01-01", None, None, "2026-06-30", "一般户"),
    ("边缘易致贫户", "2024-01-01", None, None, "2026-07-01", "边缘易致贫户"),
    ("边缘易致贫户", "2025-01-01", None, None, "2024-01-01", "边缘易致贫户"),
    ("一般户", "2024-01-01", None, None, "2026-07-01", "边缘易致贫户"),
    ("一般户", "2024-01-01", None, None, "2026-06-30", "一般户"),
    ("脱贫户", "2024-01-01", "2018-01-01", None, "2026-07-01", "脱贫不稳定户"),
    ("脱贫户", "2024-01-01", "2018-01-01", None, "2026-06-30", "脱贫户"),
    ("脱贫户", "2026-07-01", "2018-01-01", None, "2026-09-01", "脱贫户"),
]


@pytest.mark.parametrize("dated", DATED, ids=lambda dated: " ".join(word or "-" for word in dated))
def test_the_dates_of_a_household_lead_to_its_state(dated: tuple[str | None, ...]):
    *columns, state = dated
    spells = household_spells(Columns(*columns), "990181001001")
    assert STATE_NAMES[next(spell.state for spell in reversed(spells) if spell.since <= AT)] == state
