"""监测参考收入 by hand: net income less 合规自付 plus 理赔, by the head, beside the line; the sheet that tells of it.

904 has two members and earns 2,000 yuan a month: 12,000 by the head and year. 902 is alone: 24,000. The line is 8,000.
"""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.figures import cube
from data.intake import import_files
from data.monitoring import board
from data.monitoring.board import Reference
from data.store.engine import writing
from data.workbook.exporting import export_workbook
from data.workbook.part import Part
from tests.data.intake.books import write_xlsx
from tests.data.monitoring_ground import CADRE, CLERK, HOUSEHOLD, LIFTED, fill_monitoring, measured, opened, through
from tests.data.small_county import COUNTY, TODAY
from tests.data.village_ground import NEIGHBOUR, VILLAGE
from tests.moment import NOW

ADMIN = Viewer("admin", "")


def fill_watched_two(engine: Engine) -> None:
    """The county of cases, with 904 and 902 watched; it counts 监测参考收入."""
    fill_monitoring(engine)
    for home, kind in ((HOUSEHOLD, "边缘易致贫户"), (LIFTED, "脱贫不稳定户")):
        through(engine, opened(engine, home, date(2026, 1, 1)), kind=kind, helped=False)
        measured(engine, home)
    with writing(engine) as connection:
        changed = {"changed": "2026-11-22T08:00:00", "actor": "admin"}
        connection.execute(model.setting.insert().values(name="reference_income", value="1", **changed))
        cube.rebuild(connection, today=TODAY)


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill_watched_two, own=True)


def told(engine: Engine, *lines: tuple[int, int, int | None, int | None]) -> None:
    """Lines of 收支参考: household, year, 合规自付 and 理赔 in yuan."""
    with writing(engine) as connection:
        connection.execute(model.income_reference.delete())
        rows = [
            {"household_id": home, "year": year, "outlay_fen": out and out * 100, "claims_fen": back and back * 100}
            for home, year, out, back in lines
        ]
        connection.execute(model.income_reference.insert(), rows)


def counted(engine: Engine, viewer: Viewer = CLERK, region: str = COUNTY) -> Reference | None:
    with engine.connect() as connection:
        return board.reference_income(connection, viewer, region, TODAY)


@pytest.mark.parametrize(
    ("outlay", "claims", "below"),
    (
        (0, 0, 0),  # 12,000
        (8_000, 0, 0),  # 12,000 - 4,000 = 8,000: at the line, not below it
        (8_001, 0, 1),  # 7,999.50
        (10_000, 2_000, 0),  # 12,000 - 8,000 / 2: what was paid back counts
        (10_000, 1_999, 1),
        (10_000, None, 1),  # nothing is said of it: nothing was paid back
        (None, 5_000, 0),
    ),
)
def test_what_a_household_paid_is_taken_off_its_income_by_the_head(county: Engine, outlay, claims, below: int):
    told(county, (HOUSEHOLD, 2026, outlay, claims))
    assert counted(county) == Reference(2026, 1, 0, below)


def test_each_household_goes_by_its_own_members(county: Engine):
    told(county, (HOUSEHOLD, 2026, 16_000, 0), (LIFTED, 2026, 16_000, 0))  # 904: 4,000; 902: 8,000
    assert counted(county) == Reference(2026, 2, 0, 1)
    told(county, (HOUSEHOLD, 2026, 16_000, 0), (LIFTED, 2026, 16_001, 0))
    assert counted(county) == Reference(2026, 2, 0, 2)
    assert counted(county, CADRE, VILLAGE) == Reference(2026, 2, 0, 2)
    assert counted(county, CLERK, NEIGHBOUR) is None


def test_it_goes_by_the_last_year_that_the_region_has_whatever_others_have(county: Engine):
    told(county, (HOUSEHOLD, 2025, 16_000, 0), (LIFTED, 2025, 0, 0), (LIFTED, 2026, 16_001, 0))
    assert counted(county) == Reference(2026, 1, 0, 1)
    with county.connect() as connection:
        asked = select(model.household.c.id).where(model.household.c.village == NEIGHBOUR)
        other = connection.execute(asked.order_by(model.household.c.id)).scalars().first()
    told(county, (HOUSEHOLD, 2025, 16_000, 0), (other, 2026, 0, 0))
    assert counted(county) == counted(county, CADRE, VILLAGE) == Reference(2025, 1, 0, 1)


def test_the_sheet_comes_in_goes_out_and_in_again_to_the_fen(county: Engine, tmp_path: Path):
    rows = [
        {"户编号": "K904", "年度": "2026", "合规自付": "10000.50", "理赔": "1999.25", "纳入参考": "8001.25"},
        {"户编号": "K902", "年度": "2026", "合规自付": "0"},
    ]
    book = {"收支参考": rows}
    assert import_files(county, [write_xlsx(tmp_path / "a.xlsx", book)], now=NOW).refusals == []
    table = model.income_reference
    stored = [(902, 2026, 0, None, None), (904, 2026, 1_000_050, 199_925, 800_125)]
    with county.connect() as connection:
        assert list(map(tuple, connection.execute(select(table).order_by(table.c.household_id)))) == stored
        counts = export_workbook(connection, ADMIN, tmp_path / "out.xlsx", part=Part(sheets=("收支参考",)), now=NOW)
    assert counts["收支参考"] == 2 and counted(county) == Reference(2026, 2, 0, 1)  # 904: 7,999.38
    again = import_files(county, [tmp_path / "out.xlsx"], now=NOW)
    assert (again.changed, again.refusals, again.conflicts) == (0, [], [])
    wrong = [
        {"户编号": "K000", "年度": "2026", "合规自付": "1"}, {"户编号": "K904", "年度": "今年", "合规自付": "1"},
        {"户编号": "K904", "年度": "2025", "合规自付": "-1"},
    ]  # fmt: skip
    result = import_files(county, [write_xlsx(tmp_path / "b.xlsx", {"收支参考": wrong})], now=NOW)
    assert [(one.row, one.column) for one in result.refusals] == [(2, "户编号"), (3, "年度"), (4, "合规自付")]
