"""Two imports at once, and an import while twenty people write: nothing is lost, nothing is there twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from data import model
from data.access.viewer import Viewer
from data.households.edits import Edit, commit
from data.intake import check_files, write_checked
from data.intake.written import Overtaken
from data.quality.checks import check
from tests.data.intake.books import write_xlsx
from tests.data.small_county import COUNTY, fill
from tests.moment import NOW

CADRE = Viewer("county", COUNTY)
PEOPLE = 20


@pytest.fixture
def county(filled):
    return filled(fill, own=True)


def rows_of(engine):
    with engine.connect() as connection:
        return [
            dict(row) for row in connection.execute(select(model.household).order_by(model.household.c.id)).mappings()
        ]


def renamed(engine, folder, name, rows):
    """A workbook that gives these households an address."""
    told = [
        {"户编号": row["code"], "村代码": row["village"], "户主姓名": row["head"], "户类型": row["type"], "住址": name}
        for row in rows
    ]
    return check_files(engine, [write_xlsx(folder / f"{name}.xlsx", {"户": told})], now=NOW)


def test_while_an_import_is_written_twenty_people_save_and_nobodys_work_is_lost(county, tmp_path):
    rows = rows_of(county)
    checked = renamed(county, tmp_path, "东头", rows)

    def saves(number):
        row = rows[number]
        edit = Edit("household", {}, {"phone": row["phone"]}, {"phone": f"199{number:08d}"})
        commit(county, CADRE, row["id"], [edit], what="核对电话", now=NOW + timedelta(seconds=number))

    with ThreadPoolExecutor(PEOPLE + 1) as together:
        written = together.submit(write_checked, county, checked, now=NOW + timedelta(minutes=1))
        for done in [together.submit(saves, number) for number in range(PEOPLE)]:
            done.result()
        assert written.result().changed >= len(rows)
    after = rows_of(county)
    assert [row["address"] for row in after] == ["东头"] * len(rows)
    assert [row["phone"] for row in after[:PEOPLE]] == [f"199{number:08d}" for number in range(PEOPLE)]
    assert [one for one in check(county) if one.grave] == []


def test_of_two_imports_at_once_the_second_is_told_to_look_again(county, tmp_path):
    rows = rows_of(county)
    both = [renamed(county, tmp_path, name, rows[:5]) for name in ("东头", "西头")]

    def writes(checked):
        try:
            return write_checked(county, checked, now=NOW + timedelta(minutes=1)).changed
        except Overtaken:
            return None

    with ThreadPoolExecutor(2) as together:
        outcomes = list(together.map(writes, both))
    assert sorted(outcomes, key=str) == [5, None]
    kept = "东头" if outcomes[0] else "西头"
    assert [row["address"] for row in rows_of(county)[:5]] == [kept] * 5
    with county.connect() as connection:
        assert len(connection.execute(select(model.import_run.c.id)).all()) == 1
