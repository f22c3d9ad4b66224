"""Who is in trouble: said so within one's region and with a reason, or found by the rules of the settings."""

from collections import defaultdict

import pytest
from sqlalchemy import Engine, select

from data import model, settings
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope, Refused
from data.projects import troubles
from data.projects.region import page
from data.store.engine import writing
from tests.data.plain_money import begun
from tests.data.projects.ground import FIRM, LATE, OTHER, SHORT, STEADY, VILLAGE, fill
from tests.data.small_county import COUNTY, LAST, TOWNSHIPS, VILLAGES
from tests.moment import NOW

ADMIN, COUNTY_CADRE = Viewer("admin", ""), Viewer("county", COUNTY)
TOWNSHIP = Viewer("township", TOWNSHIPS[0])
SAID = {"since": "2026-10-01", "reason": "停产，负责人失联"}


@pytest.fixture
def county(filled) -> Engine:
    return filled(fill, own=True)


def asked(engine: Engine, question, viewer: Viewer, *arguments, **options):
    with engine.connect() as connection:
        return question(connection, viewer, *arguments, **options)


def found(engine: Engine, month: int = LAST) -> dict[str, str]:
    return {one.project: one.reason for one in asked(engine, troubles.suspected, ADMIN, "", month)}


def in_plain_python(engine: Engine, month: int, periods: int, share: int) -> set[str]:
    """The rules, read from the settings' own words: whole months alone count."""
    whole = month - 1 if month == LAST else month  # LAST ends on the 22nd
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(model.project_return)).mappings()]
        facts = {row["code"]: row for row in connection.execute(select(model.project)).mappings()}
    by_project = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["month"]):
        if row["month"] <= whole:
            by_project[row["project"]].append(row)
    alarmed = set()
    for code, mine in by_project.items():
        streak = 0
        for row in mine:
            if row["due_fen"]:
                streak = streak + 1 if row["received_fen"] < row["due_fen"] else 0
        year = [row for row in mine if row["month"] > whole - 12]
        due, received = (sum(row[name] for row in year) for name in ("due_fen", "received_fen"))
        if begun(facts[code], rows, month, "2026-11-22") and (
            streak >= periods or (due and received * 100 < share * due)
        ):
            alarmed.add(code)
    return alarmed


@pytest.mark.parametrize(("periods", "share"), [(2, 50), (1, 1), (3, 90), (24, 1), (24, 100)])
def test_the_rules_find_what_plain_python_finds(county: Engine, periods: int, share: int):
    with writing(county) as connection:
        settings.decide(connection, ADMIN, "arrears_months", str(periods), now=NOW)
        settings.decide(connection, ADMIN, "return_share", str(share), now=NOW)
    for month in (LAST, LAST - 1):
        assert set(found(county, month)) == in_plain_python(county, month, periods, share), month


def test_each_found_one_says_why(county: Engine):
    why = found(county)
    assert why[LATE] == "连续 2 期没有收足应收" or why[LATE].startswith("连续 2 期没有收足应收，12个月实收只有")
    assert why[SHORT] == "12个月实收只有应收的 41.7 %"
    assert STEADY not in why and VILLAGE not in why


def test_a_month_that_still_runs_calls_nobody_late(county: Engine):
    before = found(county)
    with writing(county) as connection:
        of = model.project_return.c
        connection.execute(
            model.project_return.update().where(of.project == STEADY, of.month == LAST).values(received_fen=0)
        )
    assert found(county) == before


def test_a_marked_operator_holds_for_its_projects_in_the_region_of_who_marked(county: Engine):
    id = troubles.mark(county, TOWNSHIP, operator=FIRM, place=TOWNSHIPS[0], **SAID, now=NOW)
    (held,) = asked(county, troubles.marked, ADMIN, "", LAST)
    assert (held.id, held.name, held.projects, held.reason) == (id, FIRM, (SHORT,), SAID["reason"])
    troubles.mark(county, COUNTY_CADRE, operator=FIRM, place=COUNTY, **SAID, now=NOW)
    assert {one.projects for one in asked(county, troubles.marked, ADMIN, "", LAST)} == {(SHORT,), (SHORT, STEADY)}
    risky = asked(county, page, ADMIN, "", LAST, limit=1000).set_index("code")["risk"]
    assert risky[STEADY] == risky[SHORT] == "已标记风险"
    assert SHORT not in found(county)  # what is marked is not found once more


def test_a_mark_holds_from_its_day_until_it_is_ended_and_stays_on_record(county: Engine):
    id = troubles.mark(county, COUNTY_CADRE, project=STEADY, **SAID, now=NOW)
    assert asked(county, troubles.marked, ADMIN, "", LAST - 2) == []
    assert [one.id for one in asked(county, troubles.marked, ADMIN, "", LAST - 1)] == [id]
    with pytest.raises(Refused, match="已经标记过"):
        troubles.mark(county, COUNTY_CADRE, project=STEADY, **SAID, now=NOW)
    troubles.end(county, COUNTY_CADRE, id, now=NOW)
    with writing(county) as connection:  # as if ended on the day the figures stand at
        connection.execute(model.trouble.update().values(ended="2026-11-22T08:00:00"))
    assert asked(county, troubles.marked, ADMIN, "", LAST) == []
    assert [one.id for one in asked(county, troubles.marked, ADMIN, "", LAST - 1)] == [id]
    row = asked(county, troubles.log, COUNTY_CADRE, COUNTY).iloc[0]
    assert (row["reason"], row.actor, row.ended_actor) == (SAID["reason"], COUNTY_CADRE.key, COUNTY_CADRE.key)
    with pytest.raises(Refused, match="已经解除"):
        troubles.end(county, COUNTY_CADRE, id, now=NOW)
    assert troubles.mark(county, COUNTY_CADRE, project=STEADY, **SAID, now=NOW) != id


@pytest.mark.parametrize("role", ["display", "village", "helper", "stranger", "household"])
def test_only_county_township_and_administrator_mark_and_end(county: Engine, role: str):
    id = troubles.mark(county, ADMIN, project=VILLAGE, **SAID, now=NOW)
    other = Viewer(role, VILLAGES[0], "B1" if role == "helper" else None)
    with pytest.raises(OutOfScope):
        troubles.mark(county, other, project=SHORT, **SAID, now=NOW)
    with pytest.raises(OutOfScope):
        troubles.end(county, other, id, now=NOW)


def test_nobody_marks_or_ends_beyond_his_region(county: Engine):
    with pytest.raises(NotFound):
        troubles.mark(county, TOWNSHIP, project=LATE, **SAID, now=NOW)
    with pytest.raises(OutOfScope):
        troubles.mark(county, TOWNSHIP, operator=FIRM, place=COUNTY, **SAID, now=NOW)
    with pytest.raises(NotFound):
        troubles.mark(county, TOWNSHIP, operator=OTHER + "？", place=TOWNSHIPS[0], **SAID, now=NOW)
    id = troubles.mark(county, ADMIN, project=LATE, **SAID, now=NOW)
    with pytest.raises(NotFound):
        troubles.end(county, TOWNSHIP, id, now=NOW)
    assert asked(county, troubles.find_trouble, TOWNSHIP, id, LAST) is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"reason": " \n\x00"}, "写明原因"),
        ({"reason": "长" * 201}, "最多 200 个字"),
        ({"since": "2026-11-23"}, "今天之后"),
        ({"since": "2026-02-30"}, "没有这一天"),
    ],
)
def test_a_mark_wants_a_reason_and_a_day_that_there_was(county: Engine, changed: dict, why: str):
    with pytest.raises(Refused, match=why):
        troubles.mark(county, ADMIN, project=LATE, **{**SAID, **changed}, now=NOW)
    assert asked(county, troubles.marked, ADMIN, "", LAST) == []


def test_a_wall_display_sees_the_mark_and_not_its_words(county: Engine):
    id = troubles.mark(county, COUNTY_CADRE, project=STEADY, **SAID, now=NOW)
    display = Viewer("display", COUNTY)
    (held,) = asked(county, troubles.marked, display, COUNTY, LAST)
    assert (held.id, held.name, held.reason) == (id, "稳当项目", "")
    assert asked(county, troubles.log, display, COUNTY)["reason"].tolist() == [None]


def test_an_operator_without_a_region_is_refused_in_words(county: Engine):
    with pytest.raises(Refused, match="先在页面上方选定一个区划"):
        troubles.mark(county, ADMIN, operator=FIRM, place="", **SAID, now=NOW)


def test_what_would_be_is_shown_of_the_viewers_own_projects_alone(county: Engine):
    whole = asked(county, troubles.supposed, COUNTY_CADRE, COUNTY, LAST, operator=FIRM)
    part = asked(county, troubles.supposed, TOWNSHIP, TOWNSHIPS[0], LAST, operator=FIRM)
    assert whole.projects == (SHORT, STEADY) and part.projects == (SHORT,) and part.id is None
    assert asked(county, troubles.supposed, TOWNSHIP, TOWNSHIPS[0], LAST, project=LATE) is None
    assert asked(county, troubles.operators_of, TOWNSHIP, (SHORT, STEADY, LATE)) == {FIRM: 1}
    assert asked(county, troubles.operators_of, TOWNSHIP, ()) == {}
