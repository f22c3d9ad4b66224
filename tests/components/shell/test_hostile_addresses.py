"""SQL in search, sort and filters: of what an address says, only what is looked up comes to the store."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select

from components.funds.address import FundChoice
from components.funds.address import read_choice as read_funds
from components.projects.address import read_projects_choice
from components.shell.reading import Reading, page_of, whole
from data import model
from data.access.viewer import Viewer
from data.errors import Refused
from data.figures.cube import rebuild
from data.households.search import search
from data.months import month_of
from data.store.engine import writing
from tests.data.small_county import COUNTY, TODAY, fill

HOSTILE = (
    "' OR '1'='1", "'; DROP TABLE household; --", "1; DELETE FROM member", "x' UNION SELECT id_number FROM member --",
    "name DESC, (SELECT 1)", "1 OR 1=1", "%", "_", "\\' OR 1=1 --", "0x31", "1e9", "-1", "９", "1\x00", "\u202e1",
    "{asked}", "{0.__class__}", "%s", ":region", "ROWID", "9" * 400, "<script>", "../../etc/passwd", "张' --",
)  # fmt: skip
FUNDS = ("year", "source", "late", "project", "sort", "page")
PROJECTS = ("view", "kind", "stage", "run", "class", "arrears", "colour", "by", "sort", "page", "trouble")


@pytest.mark.parametrize("asked", HOSTILE)
def test_every_reading_of_an_address_takes_what_it_knows_and_nothing_else(asked: str):
    reading = Reading({"x": asked, "page": asked})
    assert reading.one_of("x", ("name", "amount"), "没有“{asked}”。") is None
    assert reading.several("x", {"1": "a", "2": "b"}, "没有“{asked}”。") in ((), ("a",))
    assert reading.flag("x") is False and reading.page() == 1 and reading.number("x", "没有“{asked}”。") is None
    assert whole(asked) is None and page_of(asked)[0] == 1
    assert all(len(said) < 60 for said in reading.problems)


@pytest.mark.parametrize("asked", [one for one in HOSTILE if one != "-1"])  # which is the first of a list
def test_every_parameter_of_funds_and_projects_falls_to_its_default(asked: str):
    usual, _ = read_funds({}, years=[2026], own_year=2026)
    plain, _ = read_projects_choice({}, operators=["甲"])
    for name in FUNDS:
        assert read_funds({name: asked}, years=[2026], own_year=2026)[0] == usual, name
    for name in PROJECTS:
        assert replace(read_projects_choice({name: asked}, operators=["甲"])[0], project=None) == plain, name
    assert isinstance(usual, FundChoice)


def test_a_hostile_search_finds_nothing_and_changes_nothing(engine: Engine):
    fill(engine)
    with writing(engine) as connection:
        rebuild(connection, today=TODAY)

    def rows() -> list[int]:
        with engine.connect() as connection:
            return [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (model.household, model.member, model.access_log)
            ]

    before = rows()
    with engine.connect() as connection:
        for words in HOSTILE:
            try:
                found = search(connection, Viewer("county", COUNTY), words, region=COUNTY, month=month_of(str(TODAY)))
            except Refused:
                continue
            assert found.total == 0 or words in ("-1", "1e9", "９", "1\x00", "\u202e1", "0x31"), words
    assert rows() == before
