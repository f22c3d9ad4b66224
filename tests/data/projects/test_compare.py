"""Kinds, operators and townships beside each other, against plain Python and against the region's own sums."""

from collections import defaultdict

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.errors import OutOfScope
from data.projects import compare as project_compare
from data.projects import region as projects
from data.projects.compare import GROUPINGS
from tests.data.plain_money import part
from tests.data.projects.ground import FIRM, LATE, SHORT, STEADY, VILLAGE, fill
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS

ADMIN = Viewer("admin", "")


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill)


def compared(engine: Engine, by: str, region: str = "", month: int = LAST, viewer: Viewer = ADMIN):
    with engine.connect() as connection:
        return project_compare.compared(connection, viewer, region, month, by)


@pytest.mark.parametrize("month", [LAST, LAST - 13])
@pytest.mark.parametrize("by", GROUPINGS)
def test_groups_add_up_to_the_sums_of_the_table(county: Engine, by: str, month: int):
    rows = compared(county, by, month=month)
    with county.connect() as connection:
        whole = projects.totals(connection, ADMIN, "", month)
    for name in (
        "projects",
        "investment",
        "due",
        "received",
        "received_ever",
        "earning_investment",
        "earning_received",
    ):
        assert round(rows[name].sum(), 2) == round(getattr(whole, name), 2), name
    assert rows["households"].sum() >= whole.households  # one household may stand behind two groups


def test_return_households_and_steadiness_of_each_kind_equal_plain_python(county: Engine):
    with county.connect() as connection:
        facts = {row["code"]: row for row in connection.execute(select(model.project)).mappings()}
        returns = [dict(row) for row in connection.execute(select(model.project_return)).mappings()]
        behind = [dict(row) for row in connection.execute(select(model.project_household)).mappings()]
        stages = [dict(row) for row in connection.execute(select(model.project_stage)).mappings()]
    earning = {code for code, row in facts.items() if part(row, returns, stages, LAST, "2026-11-22") == "earning"}
    invested, earned, received, periods, paid, homes = (
        defaultdict(int),
        defaultdict(int),
        defaultdict(int),
        defaultdict(int),
        defaultdict(int),
        defaultdict(set),
    )
    for code in earning:
        invested[facts[code]["kind"]] += facts[code]["investment_fen"]
    for row in returns:
        kind = facts[row["project"]]["kind"]
        if LAST - 12 < row["month"] <= LAST:
            received[kind] += row["received_fen"]
            earned[kind] += row["received_fen"] * (row["project"] in earning)
        if LAST - 13 < row["month"] <= LAST - 1 and row["due_fen"]:  # whole months
            periods[kind] += 1
            paid[kind] += row["received_fen"] >= row["due_fen"]
    for row in behind:
        homes[facts[row["project"]]["kind"]].add(row["household_id"])
    rows = compared(county, "kind").set_index("key")
    assert set(rows.index) == {row["kind"] for row in facts.values()}
    for kind, row in rows.iterrows():
        assert (
            (row["rate"] == pytest.approx(earned[kind] / invested[kind]))
            if invested[kind]
            else row["rate"] != row["rate"]
        )
        assert (row["periods"], row["paid"]) == (periods[kind], paid[kind])
        assert row["households"] == len(homes[kind])
        if homes[kind]:
            assert row["per_household"] == pytest.approx(received[kind] / 100 / len(homes[kind]), abs=0.005)
    assert 0 < sum(paid.values()) < sum(periods.values())


def test_the_least_return_comes_first_and_of_what_nothing_was_due_last(county: Engine):
    rows = compared(county, "operator")
    active = rows[(rows["due"] > 0) & rows["rate"].notna()]
    assert active["rate"].tolist() == sorted(active["rate"]) and len(active) > 1
    kinds = compared(county, "kind")
    assert kinds["name"].iloc[-1] == "光伏" and kinds["rate"].isna().tolist() == [False] * (len(kinds) - 1) + [True]
    assert rows.index[: len(active)].equals(active.index)


def test_projects_of_the_county_itself_stand_apart_from_its_townships(county: Engine):
    rows = compared(county, "township").set_index("key")
    assert "县级项目" in rows.at[COUNTY, "name"] and rows.at[TOWNSHIPS[0], "name"] == "示范镇1"
    assert set(compared(county, "operator")["name"]) >= {FIRM, "没有登记经营主体"}


def test_nothing_of_another_region_is_compared(county: Engine):
    viewer = Viewer("township", TOWNSHIPS[0])
    assert set(compared(county, "township", TOWNSHIPS[0], viewer=viewer)["key"]) == {TOWNSHIPS[0]}
    with pytest.raises(OutOfScope):
        compared(county, "kind", COUNTY, viewer=viewer)


def test_the_scatter_tells_the_poor_performers_and_the_agreed_rate(county: Engine):
    with county.connect() as connection:
        rows, agreed = project_compare.scattered(connection, ADMIN, "", LAST)
    poor = dict(zip(rows["code"], rows["poor"], strict=True))
    assert poor[SHORT] and poor[LATE] and not poor[STEADY] and VILLAGE not in poor
    assert agreed == pytest.approx(0.08) and (rows["due"] > 0).all()
