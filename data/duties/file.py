"""One person who answers for something: who he is, what he leads, his households and when he was there, what is open
with him."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, RowMapping, text

from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import DUTIES, READ
from data.access.scope import seen_households, seen_matters
from data.access.viewer import Viewer, within_sql
from data.duties.persons import person_of_helper
from data.errors import NotFound
from data.figures.list_kinds import place_of
from data.figures.sources import HELPED_SQL
from data.figures.states import head_on, standing
from data.figures.visit_rules import next_visit, quota_sql
from data.model.running import open_on, runs_on
from data.settings import value_of, visit_quota
from data.terms import DOCTOR, STATE_NAMES

NO_SUCH_PERSON = "没有找到这个人：编号不存在，或不在您的查看范围内。请从帮扶责任的名单中打开。"


@dataclass(frozen=True)
class DutyFile:
    """One person for one viewer, on the day ``as_of``; of his households those that the viewer sees.

    ``helper``: his code as 帮扶责任人, None for who has no households. ``posts``: region, place, post, started, ended.
    ``homes``: household_id, village, head, place, state, started, whom (members it is with, '' the household; the
    patients of a doctor veiled), own_last and own_visits (his, this month), last and visits (anybody's, the same),
    quota, due (his next), problems and tasks that are open there, counted (whether the figures count it); the one that
    is due first first. ``matters``: noun (问题, 任务), record (problem, task), code, household_id, region, what, place,
    deadline, state, own (whether he himself answers). ``occasions``: 事由 → his visits of the month.
    """

    id: int
    name: str
    unit: str | None
    phone: str | None
    helper: str | None
    team: str | None
    post: str | None
    as_of: str
    posts: pd.DataFrame
    homes: pd.DataFrame
    matters: pd.DataFrame
    occasions: Mapping[str, int]

    @property
    def counted(self) -> pd.DataFrame:
        """Those of his households that the figures count."""
        return self.homes[self.homes["counted"] == 1]


@needs(READ, DUTIES)
def duty_file(connection: Connection, viewer: Viewer, person: int, month: int) -> DutyFile:
    """The page of one person; raises NotFound for one who is not there or not the viewer's: somebody who leads a region
    of his, helps a household of his or is at home there; who sees his own alone sees himself."""
    row = seen_person(connection, viewer, person)
    asked: dict[str, object] = {"person": person, "helper": row["helper"] or "", "month": month}
    as_of = connection.execute(text("SELECT as_of FROM month WHERE month = :month"), asked).scalar_one()
    occasions = _rows(connection, viewer, _OCCASIONS, asked)
    return DutyFile(
        id=person,
        name=row["name"],
        unit=row["own_unit"] or row["unit"],
        phone=(row["own_phone"] or row["phone"]) if viewer.sees_identity else None,
        helper=row["helper"],
        team=row["team"],
        post=row["post"],
        as_of=as_of,
        posts=_rows(connection, viewer, _POSTS, asked),
        homes=_homes(connection, viewer, asked, row["team"]),
        matters=_matters(connection, viewer, asked),
        occasions=dict(zip(occasions["occasion"], occasions["visits"].astype(int), strict=True)),
    )


@needs(READ, DUTIES)
def seen_person(connection: Connection, viewer: Viewer, person: int) -> RowMapping:
    """His row with what he is as a helper (own_unit, own_phone, team, post); raises NotFound as ``duty_file``."""
    found = connection.execute(text(_PERSON), {"person": person, "helper": viewer.helper or ""}).mappings().first()
    if found is None or not (
        _is_himself(viewer, found) if viewer.sees_own_only else _is_his(connection, viewer, found)
    ):
        raise NotFound(NO_SUCH_PERSON)
    return found


@needs(READ, DUTIES)
def own_person(connection: Connection, viewer: Viewer) -> int | None:
    """Who looks, as a person: who is signed in; of the role of a helper that is played, the one who is that helper."""
    return viewer.person or (person_of_helper(connection, viewer.helper) if viewer.helper else None)


def _is_himself(viewer: Viewer, found: RowMapping) -> bool:
    return found["id"] == viewer.person or (found["helper"] is not None and found["helper"] == viewer.helper)


def _is_his(connection: Connection, viewer: Viewer, found: RowMapping) -> bool:
    if found["region"] is not None and viewer.may_see(found["region"]):
        return True
    led, bound = within_sql("z.region", viewer.region)
    helped, _ = within_sql("s.village", viewer.region)
    asked = text(_IS_HIS.format(led=led, helped=helped))
    known = {"person": found["id"], "helper": found["helper"] or ""}
    return viewer.region == "" or connection.execute(asked, {**bound, **known}).first() is not None


def _homes(connection: Connection, viewer: Viewer, asked: dict[str, object], team: str | None) -> pd.DataFrame:
    days = int(value_of(connection, "visit_days"))
    quota = quota_sql(visit_quota(value_of(connection, "visit_quota")))
    homes = _rows(connection, viewer, _HOMES.replace("{quota}", quota), asked)
    if not len(homes):
        return homes.assign(due=[], whom=[])
    homes["state"] = homes["state"].map(STATE_NAMES)
    homes["due"] = [next_visit(one.own_last, one.started, days) for one in homes.itertuples()]
    named: dict[int, list[str]] = {}
    for home, name in _rows(connection, viewer, _WHOM, asked).itertuples(index=False):
        named.setdefault(home, []).append(mask_name(name) if team == DOCTOR or not viewer.sees_identity else name)
    homes["whom"] = ["、".join(named.get(home, [])) for home in homes["household_id"]]
    if not viewer.sees_identity:
        homes["head"] = homes["head"].map(mask_name)
    return homes.sort_values(["due", "household_id"], kind="stable").reset_index(drop=True)


def _matters(connection: Connection, viewer: Viewer, asked: dict[str, object]) -> pd.DataFrame:
    """What is open with him or with a household of his, the one that is due first first."""
    found = [
        _rows(connection, viewer, _MATTERS.format(**named, seen="{seen}", here="{here}"), asked, key, region).assign(
            noun=noun, record=named["record"]
        )
        for noun, named, key, region in (
            ("问题", _PROBLEM, "q.household_id", "q.region"), ("任务", _TASK, "q.household_id", "q.village"),
        )
    ]  # fmt: skip
    return pd.concat(found, ignore_index=True).sort_values(["deadline", "code"]).reset_index(drop=True)


def _rows(
    connection: Connection,
    viewer: Viewer,
    sql: str,
    asked: dict[str, object],
    household: str = "",
    region: str = "",
) -> pd.DataFrame:
    seen, bound = seen_matters(viewer, household) if household else seen_households(viewer)
    here, named = within_sql(region or "z.region", viewer.region)
    found = connection.execute(text(sql.format(seen=seen, here=here)), {**bound, **named, **asked})
    return pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)


_PERSON = """
    SELECT y.id, y.name, y.unit, y.phone, y.region, y.helper, a.unit AS own_unit, a.phone AS own_phone, a.team, a.post
    FROM person y LEFT JOIN helper a ON a.code = y.helper WHERE y.id = :person"""
_IS_HIS = """
    SELECT 1 FROM leader z WHERE z.person_id = :person AND {led} UNION ALL
    SELECT 1 FROM pairing x JOIN state_spell s ON s.household_id = x.household_id AND s.until IS NULL
    WHERE x.helper = :helper AND {helped} LIMIT 1"""
_POSTS = f"""
    SELECT z.region, {place_of("z.region").sql} AS place, z.post, z.started, z.ended FROM leader z
    WHERE z.person_id = :person AND {{here}} ORDER BY CASE WHEN z.ended IS NULL THEN 0 ELSE 1 END, z.started DESC"""
_OWN = "FROM visit v WHERE v.household_id = h.id AND v.helper = :helper AND v.visited <= m.as_of"
_HOMES = f"""
    SELECT h.id AS household_id, s.village, {head_on()} AS head, {place_of("s.village").sql} AS place, s.state,
        x.started, (SELECT MAX(v.visited) {_OWN}) AS own_last,
        (SELECT COUNT(*) {_OWN} AND v.visited >= m.first_day) AS own_visits,
        (SELECT MAX(v.visited) FROM visit v WHERE v.household_id = h.id AND v.visited <= m.as_of) AS last,
        (SELECT COUNT(*) FROM visit v WHERE v.household_id = h.id AND v.visited <= m.as_of
            AND v.visited >= m.first_day) AS visits, {{quota}} AS quota,
        (SELECT COUNT(*) FROM problem b WHERE b.household_id = h.id AND b.found <= m.as_of
            AND {open_on("b.closed", "m.as_of")}) AS problems,
        (SELECT COUNT(*) FROM task t WHERE t.household_id = h.id AND t.started <= m.as_of
            AND {open_on("t.finished", "m.as_of")}) AS tasks,
        CASE WHEN {HELPED_SQL} THEN 1 ELSE 0 END AS counted
    FROM month m JOIN (SELECT x.household_id, MIN(x.started) AS started FROM pairing x JOIN month m ON m.month = :month
        WHERE x.helper = :helper AND {runs_on("x", "m.as_of")} GROUP BY x.household_id) x ON m.month = :month
    JOIN household h ON h.id = x.household_id JOIN {standing()} WHERE {{seen}}"""
_WHOM = f"""
    SELECT x.household_id, p.name FROM month m JOIN pairing x ON x.helper = :helper AND {runs_on("x", "m.as_of")}
    JOIN household h ON h.id = x.household_id JOIN member p ON p.code = x.member
    WHERE m.month = :month AND {{seen}} ORDER BY x.household_id, p.code"""
_OCCASIONS = """
    SELECT v.occasion, COUNT(*) AS visits FROM month m JOIN visit v ON v.helper = :helper
        AND v.visited >= m.first_day AND v.visited <= m.as_of
    JOIN household h ON h.id = v.household_id WHERE m.month = :month AND {seen}
    GROUP BY v.occasion ORDER BY COUNT(*) DESC, v.occasion"""
_MATTERS = f"""
    SELECT q.code, q.household_id, {{region}} AS region, {{what}} AS what, {{place}} AS place, q.deadline,
        q.state,
        CASE WHEN q.owner_id = :person THEN 1 ELSE 0 END AS own FROM {{record}} q JOIN month m ON m.month = :month
    WHERE q.state <> 'void' AND {{begun}} <= m.as_of AND {{open}} AND (q.owner_id = :person OR q.household_id IN (
        SELECT x.household_id FROM pairing x WHERE x.helper = :helper AND {runs_on("x", "m.as_of")}))
        AND {{seen}} AND {{here}}"""
_PROBLEM = {
    "record": "problem", "region": "q.region", "place": place_of("q.region").sql,
    "what": "q.description", "begun": "q.found",
    "open": open_on("q.closed", "m.as_of"),
}  # fmt: skip
_TASK = {
    "record": "task", "region": "q.village", "place": place_of("q.village").sql,
    "what": "q.name", "begun": "q.started",
    "open": open_on("q.finished", "m.as_of"),
}  # fmt: skip
