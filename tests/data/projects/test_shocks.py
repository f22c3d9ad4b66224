"""The upstream shock against plain Python: who stands behind, what they lose, who would fall under the line; tasks."""

from fractions import Fraction

import pytest
from sqlalchemy import Engine, select

from data import model
from data.access.viewer import Viewer
from data.duties.leaders import VACANT
from data.errors import NotFound, OutOfScope, Refused
from data.figures.read import figures
from data.projects import shock_tasks, shocks, troubles
from data.quality.checks import check
from data.store.engine import writing
from data.terms import Record
from tests.data.projects.ground import FIRM, LATE, LINE, PROJECTS, SHORT, STEADY, VILLAGE, YEAR, fill
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, VILLAGES
from tests.moment import NOW

ADMIN, COUNTY_CADRE = Viewer("admin", ""), Viewer("county", COUNTY)
TOWNSHIP = Viewer("township", TOWNSHIPS[0])
HELPER = Viewer("helper", COUNTY, "B1")
SAID = {"since": "2026-10-01", "reason": "停产"}


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill)


@pytest.fixture
def own(filled) -> Engine:
    return filled(fill, own=True)


def asked(engine: Engine, question, *arguments, **options):
    with engine.connect() as connection:
        return question(connection, *arguments, **options)


def rows_of(engine: Engine, table, *conditions) -> list[dict]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table).where(*conditions)).mappings()]


def in_plain_python(engine: Engine, projects, seen: set[int] | None = None) -> dict[int, dict]:
    """Household → its loss (fen), whether it would fall, is below, is unknown."""
    months = {row["household_id"]: row for row in rows_of(engine, model.household_month) if row["month"] == LAST}
    held: dict[int, dict] = {}
    for row in rows_of(engine, model.project_household):
        if row["project"] in projects and row["year"] in (YEAR - 1, YEAR):
            if seen is not None and row["household_id"] not in seen:
                continue
            ways = held.setdefault(row["household_id"], {}).setdefault((row["project"], row["mode"]), {})
            ways[row["year"]] = row["amount_fen"]
    told = {}
    for household, ways in held.items():
        loss = sum(max((amounts.get(YEAR - 1) or 0) - (amounts.get(YEAR) or 0), 0) for amounts in ways.values())
        month = months.get(household)
        income = month and month["record"] == Record.WHOLE and month["persons"] > 0
        net = (
            sum(month[f"{kind}_fen"] for kind in ("wage", "business", "property", "transfer")) - month["expense_fen"]
            if income
            else None
        )
        below = bool(income) and Fraction(net, month["persons"]) < LINE
        told[household] = {
            "loss": loss,
            "below": below,
            "falls": bool(income) and not below and Fraction(net - loss, month["persons"]) < LINE,
            "unknown": not income,
            "untold": any(None in amounts.values() for amounts in ways.values()),
        }
    return told


@pytest.mark.parametrize("projects", [(STEADY, SHORT), (LATE,), (VILLAGE,), tuple(PROJECTS)])
def test_loss_and_who_falls_equal_plain_python(county: Engine, projects: tuple[str, ...]):
    told = in_plain_python(county, projects)
    found = asked(county, shocks.shock, ADMIN, "", LAST, projects)
    assert found.households == len(told) > 0
    assert found.loss == sum(one["loss"] for one in told.values()) / 100 > 0
    for name in ("falls", "below", "unknown", "untold"):
        assert getattr(found, name) == sum(one[name] for one in told.values()), name
    listed = asked(county, shocks.households, ADMIN, "", LAST, projects, limit=None).set_index("id")
    assert {id: round(loss * 100) for id, loss in listed["loss"].items()} == {
        id: one["loss"] for id, one in told.items()
    }
    for id, one in told.items():
        verdict = listed.at[id, "verdict"]
        assert verdict.startswith("将低于监测线") == one["falls"], id
        assert ("没有收入记录" in verdict) == one["unknown"] and ("未填金额" in verdict) == one["untold"]


def test_the_shock_of_everything_makes_some_fall_and_leaves_some(county: Engine):
    found = asked(county, shocks.shock, ADMIN, "", LAST, tuple(PROJECTS))
    assert 0 < found.falls < found.households and found.below and found.untold and found.unknown


def test_villages_and_ways_add_up_to_the_whole(county: Engine):
    found = asked(county, shocks.shock, ADMIN, "", LAST, tuple(PROJECTS))
    for name in ("households", "persons", "falls", "below"):
        assert found.villages[name].sum() == getattr(found, name)
    assert round(found.villages["loss"].sum(), 2) == round(found.ways["loss"].sum(), 2) == round(found.loss, 2)
    assert list(found.villages["falls"]) == sorted(found.villages["falls"], reverse=True)


def test_pages_of_the_named_list_are_the_whole_list_in_its_order(county: Engine):
    projects = tuple(PROJECTS)
    whole = asked(county, shocks.households, ADMIN, "", LAST, projects, limit=None)
    parts = [
        asked(county, shocks.households, ADMIN, "", LAST, projects, limit=7, offset=start)["id"].tolist()
        for start in range(0, len(whole), 7)
    ]
    assert [id for part in parts for id in part] == whole["id"].tolist()
    assert whole["verdict"].str.startswith("将低于").tolist() == sorted(
        whole["verdict"].str.startswith("将低于"), reverse=True
    )
    by_loss = asked(county, shocks.households, ADMIN, "", LAST, projects, limit=None, sort="loss")["loss"].tolist()
    assert by_loss == sorted(by_loss, reverse=True)
    with pytest.raises(NotFound):
        asked(county, shocks.households, ADMIN, "", LAST, projects, sort="1; DROP TABLE task")


def test_a_helper_sees_his_own_households_and_a_display_no_names(county: Engine):
    paired = {
        row["household_id"]
        for row in rows_of(county, model.pairing)
        if row["helper"] == "B1"
        and row["started"] <= "2026-11-22"
        and not (row["ended"] and row["ended"] < "2026-11-22")
    }
    told = in_plain_python(county, tuple(PROJECTS), paired)
    found = asked(county, shocks.shock, HELPER, COUNTY, LAST, tuple(PROJECTS))
    listed = asked(county, shocks.households, HELPER, COUNTY, LAST, tuple(PROJECTS), limit=None)
    assert found.households == len(told) > 0 and set(listed["id"]) == set(told)
    shown = asked(county, shocks.households, Viewer("display", COUNTY), COUNTY, LAST, tuple(PROJECTS))
    assert set(shown["head"]) == {"张**"}


def test_a_township_sees_its_own_share_and_no_other(county: Engine):
    found = asked(county, shocks.shock, TOWNSHIP, TOWNSHIPS[0], LAST, tuple(PROJECTS))
    whole = asked(county, shocks.shock, ADMIN, "", LAST, tuple(PROJECTS))
    assert set(found.villages["code"]) == {code for code in whole.villages["code"] if code.startswith(TOWNSHIPS[0])}
    with pytest.raises(OutOfScope):
        asked(county, shocks.shock, TOWNSHIP, TOWNSHIPS[1], LAST, (LATE,))


def test_a_county_mark_shows_a_township_its_own_share(own: Engine):
    troubles.mark(own, COUNTY_CADRE, operator=FIRM, place=COUNTY, **SAID, now=NOW)
    (held,) = asked(own, troubles.marked, TOWNSHIP, TOWNSHIPS[0], LAST)
    assert held.region == COUNTY and held.projects == (SHORT,)
    place = troubles.seen_region(TOWNSHIP, held)
    found = asked(own, shocks.shock, TOWNSHIP, place, LAST, held.projects)
    assert place == TOWNSHIPS[0] and found.households == len(in_plain_python(own, (SHORT,))) > 0
    assert troubles.seen_region(COUNTY_CADRE, held) == COUNTY


def test_nobody_behind_is_nothing_and_no_error(county: Engine):
    found = asked(county, shocks.shock, ADMIN, "", LAST, ())
    assert (found.households, found.loss, found.falls) == (0, 0, 0) and found.villages.empty and found.ways.empty


DUE = "2026-12-07"


def to_all(engine: Engine, *projects: str) -> dict[str, tuple[None, str]]:
    """All villages behind projects, nobody named yet, with a deadline."""
    return dict.fromkeys(asked(engine, shocks.shock, ADMIN, COUNTY, LAST, projects).villages["code"], (None, DUE))


def tasks_of(engine: Engine, id: int) -> list[dict]:
    rows = rows_of(engine, model.task)
    return [row for row in rows if row["code"].startswith(f"YJ{id}-")]


def test_one_click_gives_each_village_a_task_and_the_same_click_again_nothing_more(own: Engine):
    id = troubles.mark(own, COUNTY_CADRE, operator=FIRM, place=COUNTY, **SAID, now=NOW)
    before = asked(own, figures, ADMIN, "", LAST)["task_progress"].denominator
    made = shock_tasks.raise_tasks(own, COUNTY_CADRE, to_all(own, *PROJECTS), trouble=id, now=NOW)
    villages = asked(own, shocks.shock, ADMIN, COUNTY, LAST, (STEADY, SHORT)).villages
    assert (made.trouble, made.made, made.standing) == (id, len(villages), 0)
    rows = tasks_of(own, id)
    assert {row["village"] for row in rows} == set(villages["code"])
    assert {(row["started"], row["deadline"], row["progress_bp"]) for row in rows} == {("2026-11-22", DUE, 0)}
    assert all(FIRM in row["name"] and row["owner"] == VACANT and "预计减收" in row["target"] for row in rows)
    again = shock_tasks.raise_tasks(own, COUNTY_CADRE, to_all(own, *PROJECTS), trouble=id, now=NOW)
    assert (again.made, again.standing) == (0, len(villages)) and tasks_of(own, id) == rows
    assert asked(own, figures, ADMIN, "", LAST)["task_progress"].denominator == before + len(villages)
    assert not [one.what for one in check(own) if "rebuild" in one.what or "下级之和" in one.what]


def test_a_project_that_the_rules_found_is_marked_by_the_same_click(own: Engine):
    made = shock_tasks.raise_tasks(own, TOWNSHIP, to_all(own, *PROJECTS), project=SHORT, now=NOW)
    (held,) = asked(own, troubles.marked, ADMIN, "", LAST)
    assert (held.id, held.project, held.actor) == (made.trouble, SHORT, TOWNSHIP.key)
    assert held.reason.startswith("系统预警：12个月实收只有应收的")
    again = shock_tasks.raise_tasks(own, TOWNSHIP, to_all(own, *PROJECTS), project=SHORT, now=NOW)
    assert (again.trouble, again.made) == (made.trouble, 0)
    assert len(rows_of(own, model.trouble)) == 1


def test_a_click_that_fails_leaves_neither_mark_nor_task(own: Engine, monkeypatch: pytest.MonkeyPatch):
    def broken(*_, **__):
        raise RuntimeError("the machine stops")

    monkeypatch.setattr("data.figures.cube.refresh", broken)
    with pytest.raises(RuntimeError):
        shock_tasks.raise_tasks(own, COUNTY_CADRE, to_all(own, *PROJECTS), project=SHORT, now=NOW)
    assert rows_of(own, model.trouble) == [] and tasks_of(own, 1) == []


def test_tasks_are_taken_back_while_nobody_has_begun_and_not_after(own: Engine):
    before = asked(own, figures, ADMIN, "", LAST)["task_progress"].denominator
    id = shock_tasks.raise_tasks(own, COUNTY_CADRE, to_all(own, *PROJECTS), project=SHORT, now=NOW).trouble
    count = asked(own, shock_tasks.raised, COUNTY_CADRE, id)
    assert shock_tasks.undo(own, COUNTY_CADRE, id, now=NOW) == (count, 0) and count > 1
    assert {row["state"] for row in tasks_of(own, id)} == {"void"}
    assert asked(own, figures, ADMIN, "", LAST)["task_progress"].denominator == before
    with pytest.raises(Refused, match="没有可撤回的任务"):
        shock_tasks.undo(own, COUNTY_CADRE, id, now=NOW)
    shock_tasks.raise_tasks(own, COUNTY_CADRE, to_all(own, *PROJECTS), trouble=id, now=NOW)
    alive = [row["code"] for row in tasks_of(own, id) if row["state"] != "void"]
    assert len(alive) == count and len(tasks_of(own, id)) == 2 * count
    with writing(own) as connection:
        connection.execute(model.task.update().where(model.task.c.code == alive[0]).values(progress_bp=1))
    assert shock_tasks.undo(own, COUNTY_CADRE, id, now=NOW) == (count - 1, 1)
    with pytest.raises(Refused, match="没有可撤回的任务"):
        shock_tasks.undo(own, COUNTY_CADRE, id, now=NOW)
    assert [row["code"] for row in tasks_of(own, id) if row["state"] != "void"] == alive[:1]


def test_tasks_of_one_mark_are_not_those_of_another_whose_number_begins_alike(own: Engine):
    id = shock_tasks.raise_tasks(own, COUNTY_CADRE, to_all(own, *PROJECTS), project=SHORT, now=NOW).trouble
    with writing(own) as connection:
        one = model.task.c
        row = dict(connection.execute(select(model.task).where(one.code.startswith(f"YJ{id}-"))).mappings().first())
        connection.execute(model.task.insert().values({**row, "code": f"YJ{id}0-{row['village']}"}))
    count = asked(own, shock_tasks.raised, ADMIN, id)
    assert shock_tasks.undo(own, COUNTY_CADRE, id, now=NOW) == (count, 0)
    assert len(rows_of(own, model.task, model.task.c.code.startswith(f"YJ{id}0-"))) == 1


def test_tasks_are_refused_to_who_may_not_for_what_is_not_his_has_ended_or_is_not_found(own: Engine):
    id = troubles.mark(own, ADMIN, project=LATE, **SAID, now=NOW)
    for role in ("village", "helper", "display"):
        with pytest.raises(OutOfScope):
            shock_tasks.raise_tasks(own, Viewer(role, COUNTY), to_all(own, *PROJECTS), trouble=id, now=NOW)
    with pytest.raises(NotFound):
        shock_tasks.raise_tasks(own, TOWNSHIP, to_all(own, *PROJECTS), trouble=id, now=NOW)
    with pytest.raises(NotFound):
        shock_tasks.undo(own, TOWNSHIP, id, now=NOW)
    with pytest.raises(NotFound):
        shock_tasks.raise_tasks(own, TOWNSHIP, to_all(own, *PROJECTS), project=LATE, now=NOW)
    with pytest.raises(Refused, match="不在预警之列"):
        shock_tasks.raise_tasks(own, ADMIN, to_all(own, *PROJECTS), project=STEADY, now=NOW)
    troubles.end(own, ADMIN, id, now=NOW)
    with pytest.raises(Refused, match="已经解除"):
        shock_tasks.raise_tasks(own, ADMIN, to_all(own, *PROJECTS), trouble=id, now=NOW)
    assert VILLAGES and tasks_of(own, id) == []
