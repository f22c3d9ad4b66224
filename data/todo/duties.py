"""帮扶责任: events that call for a visit (五必访) and posts that nobody holds (区划负责人)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import RowMapping, text

from data.access.roles import APPROVE, DUTIES
from data.access.viewer import within_sql
from data.duties.leaders import VACANT
from data.duties.musts import events_sql
from data.figures.states import head_on
from data.matters.clocks import LEVELS, above, base_level
from data.model.running import open_on, runs_on
from data.months import month_of
from data.store.engine import days_after
from data.terms import LEVELS as LEVEL_WORDS
from data.terms import MUST_VISITS
from data.todo.clocks import Desk, Source, Told, Waits


def _musts(desk: Desk) -> Waits | None:
    """Of who helps the household, and of its village."""
    of_a_village = len(desk.viewer.region) == max(LEVELS)
    if desk.mine and desk.helper is None and not of_a_village:
        return None
    events, bound, days = events_sql(desk.connection, desk.viewer, desk.region, month_of(desk.today))
    own = ""
    if desk.mine and desk.helper is not None and not of_a_village:
        runs = runs_on("x", ":as_of")
        own = f"""AND EXISTS (SELECT 1 FROM pairing x WHERE x.household_id = e.household_id AND x.helper = :helper
            AND {runs})"""
        bound = {**bound, "helper": desk.helper}
    sql = f"""{events}
        SELECT e.household_id || ':' || e.kind || ':' || e.day AS key, MIN(e.village) AS region,
            MIN({days_after(desk.connection, "e.day", str(days))}) AS due, MIN(e.day) AS since, NULL AS person,
            1 AS number
        FROM answered e WHERE e.answered IS NULL {own} GROUP BY e.household_id, e.kind, e.day"""
    return Waits(sql, {name: value for name, value in bound.items() if f":{name}" in sql})


def _tell_musts(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    ids = sorted({int(row["key"].partition(":")[0]) for row in rows})
    heads: dict[int, str] = {}
    if desk.mine and desk.viewer.sees_identity:
        listed = ", ".join(map(str, ids)) or "NULL"  # whole numbers of our own
        asked = text(f"SELECT h.id, {head_on(':this_day')} FROM household h WHERE h.id IN ({listed})")
        heads = dict(desk.connection.execute(asked, {"this_day": desk.today}).all())
    told = {}
    for row in rows:
        home, kind, _ = row["key"].split(":")
        whose = f" {heads[int(home)]} 户" if int(home) in heads else ""
        words = f"必访：{MUST_VISITS[kind]}{whose}"
        way = {"household": int(home)} if desk.mine else {"view": "visits"}
        told[row["key"]] = Told(
            words, "household" if desk.mine else "duty", {"region": row["region"], **way}, "帮扶责任人"
        )
    return told


MUSTS = Source("musts", "五必访", "件", DUTIES, _musts, _tell_musts)


def _vacant(desk: Desk) -> Waits | None:
    """Regions that nobody leads, counted where somebody may name one: villages at their township, townships at their
    county."""
    if desk.viewer.sees_own_only or (desk.mine and not desk.viewer.may(APPROVE, DUTIES)):
        return None
    here, bound = within_sql("r.code", desk.region)
    named_in, named = within_sql("q.place", desk.region, "named")
    county, township, village = sorted(LEVELS)
    level = ""
    if desk.mine:
        office = base_level(desk.viewer.region)
        under = [one for one in (township, village) if above(one) == office] + [county] * (office == county)
        level = f"AND length(r.code) IN ({', '.join(map(str, under))})"
    place = f"CASE WHEN length(r.code) = {county} THEN r.code ELSE r.parent END"
    sql = f"""
        SELECT q.place || ':' || q.digits AS key, q.place AS region, MIN(q.vacated) AS due, MIN(q.vacated) AS since,
            NULL AS person, COUNT(*) AS number
        FROM (SELECT {place} AS place, length(r.code) AS digits,
                (SELECT MAX(l.ended) FROM leader l WHERE l.region = r.code) AS vacated
            FROM region r WHERE {here} AND length(r.code) IN ({county}, {township}, {village}) {level}
            AND {open_on("r.closed", ":this_day")}
            AND NOT EXISTS (SELECT 1 FROM leader l WHERE l.region = r.code
                AND {runs_on("l", ":this_day")})) q
        WHERE {named_in} GROUP BY q.place, q.digits"""
    return Waits(sql, {**bound, **named, "this_day": desk.today})


def _tell_vacant(desk: Desk, rows: Sequence[RowMapping]) -> Mapping[str, Told]:
    told = {}
    for row in rows:
        digits = int(row["key"].partition(":")[2])
        words = f"{row['number']:,} 个{LEVEL_WORDS[digits]}{VACANT}"
        told[row["key"]] = Told(words, "duty", {"region": row["region"]}, LEVEL_WORDS[above(digits)])
    return told


VACANT_POSTS = Source("vacant", "责任人缺位", "个", DUTIES, _vacant, _tell_vacant)
