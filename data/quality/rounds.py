"""清理轮次: a time in which certain rules are worked off, and what it brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Connection, Engine, insert, select, text, update

from data.access.rights import needs
from data.access.roles import APPROVE, QUALITY, READ
from data.access.viewer import Viewer, within, within_sql
from data.audit import log as audit
from data.clock import written
from data.errors import NotFound, Refused
from data.figures import cube
from data.model import quality_round
from data.rules.registry import RULES
from data.store.engine import writing
from data.store.rows import Record, written_id
from data.text.signs import seen

LONGEST = timedelta(days=180)
LONGEST_NAME = 40
_r = quality_round.c


@dataclass(frozen=True)
class Round:
    """A round of a region: its name, rules (none: all), first and last day as it was set, the day it was ended on."""

    id: int
    region: str
    name: str
    rules: tuple[str, ...]
    began: str
    until: str
    ended: str | None

    def over(self, today: date) -> bool:
        """Whether its last day has passed, or it was ended."""
        return self.ended is not None or self.until < today.isoformat()

    def last(self, today: date) -> str:
        """The last day that counts for it, up to today."""
        return min(self.ended or self.until, today.isoformat())


@dataclass(frozen=True)
class Brought:
    """What a round brought: hits when it began and at its end (up to today), what came and went between."""

    before: int
    came: int
    went: int
    after: int


@needs(APPROVE, QUALITY)
def begin(
    engine: Engine, viewer: Viewer, region: str, *, name: str, rules: Sequence[str], until: date | None, now: datetime
) -> int:
    """Begin a round of a region today; returns its number. ``rules``: ids, none for all.

    Raises OutOfScope, NotFound for a rule that is none, Refused without a name, for a last day that is past or too far
    ahead, and where a round of the same name runs in the region.
    """
    today, called = now.date(), seen(name)
    viewer.narrowed(region)
    if not called or len(called) > LONGEST_NAME:
        raise Refused(f"请写轮次名称，最多 {LONGEST_NAME} 个字。")
    if until is None or not today <= until <= today + LONGEST:
        raise Refused(f"截止日期应在今天至 {today + LONGEST} 之间。")
    if unknown := [rule for rule in rules if rule not in RULES]:
        raise NotFound(f"没有编号为“{unknown[0][:10]}”的规则。")
    with writing(engine) as connection:
        cube.hold(connection)
        running = select(_r.id).where(_r.region == region, _r.name == called, _r.ended.is_(None))
        if connection.execute(running.where(_r.until >= today.isoformat())).first():
            raise Refused(f"“{called}”正在进行，请换一个名称，或先结束它。")
        values = {
            "region": region, "name": called, "rules": ",".join(rules), "began": today.isoformat(),
            "until": until.isoformat(), "at": written(now), "actor": viewer.actor,
        }  # fmt: skip
        id = written_id(connection.execute(insert(quality_round).values(values)))
        _tell(connection, viewer, id, f"开始清理轮次：{called}", now)
        cube.stamp(connection, now, region)
    return id


@needs(APPROVE, QUALITY)
def end(engine: Engine, viewer: Viewer, round: int, *, now: datetime) -> None:
    """End a round today. Raises NotFound, Refused where it is over."""
    with writing(engine) as connection:
        cube.hold(connection)
        held = _one(connection, viewer, round)
        if held.over(now.date()):
            raise Refused("这一轮已经结束。")
        connection.execute(update(quality_round).where(_r.id == round).values(ended=now.date().isoformat()))
        _tell(connection, viewer, round, f"结束清理轮次：{held.name}", now)
        cube.stamp(connection, now, held.region)


@needs(READ, QUALITY)
def rounds(connection: Connection, viewer: Viewer, region: str) -> list[Round]:
    """The rounds of a region and of the regions above it and below it in the viewer's sight that take part with it, the
    latest first. Raises OutOfScope."""
    viewer.narrowed(region)
    above = [region[:length] for length in (0, 2, 4, 6, 9, 12) if length < len(region)]
    asked = select(quality_round).where(within(_r.region, region) | _r.region.in_(above))
    rows = connection.execute(asked.order_by(_r.began.desc(), _r.id.desc())).mappings()
    return [_told(row) for row in rows]


@needs(READ, QUALITY)
def brought(connection: Connection, viewer: Viewer, round: int, region: str, today: date) -> pd.DataFrame:
    """What a round brought in a region, by rule and place (codes straight below the region): rule, code, before, came,
    went, after. Hits of before it began are those of today less what came since, and what went. Raises NotFound,
    OutOfScope."""
    viewer.narrowed(region)
    held = next((one for one in rounds(connection, viewer, region) if one.id == round), None)
    if held is None:
        raise NotFound("没有这一轮清理，或它不在您的查看范围内。")
    shared = held.region if len(held.region) > len(region) else region
    here, bound = within_sql("h.village", shared)
    below = next((length for length in (2, 4, 6, 9, 12) if length > len(region)), 12)
    bound |= {
        "below": below, "began": held.began, "last": held.last(today), "this_day": today.isoformat()
    }  # fmt: skip
    sql = f"""
        SELECT q.rule, q.code, SUM(q.now) AS now, SUM(q.came) AS came, SUM(q.went) AS went,
            SUM(q.came_after) AS came_after, SUM(q.went_after) AS went_after
        FROM (SELECT h.rule, substr(h.village, 1, :below) AS code, 1 AS now, 0 AS came, 0 AS went,
                0 AS came_after, 0 AS went_after FROM quality_hit h WHERE {here}
            UNION ALL SELECT h.rule, substr(h.village, 1, :below), 0,
                CASE WHEN h.day <= :last THEN h.came ELSE 0 END, CASE WHEN h.day <= :last THEN h.went ELSE 0 END,
                CASE WHEN h.day > :last THEN h.came ELSE 0 END, CASE WHEN h.day > :last THEN h.went ELSE 0 END
            FROM quality_tally h WHERE {here} AND h.day >= :began AND h.day <= :this_day) q GROUP BY q.rule, q.code"""
    found = connection.execute(text(sql), bound)
    frame = pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)
    frame = frame[frame["rule"].isin(held.rules or list(RULES))]
    numbers = frame.drop(columns=["rule", "code"]).astype(int)
    after = numbers["now"] - numbers["came_after"] + numbers["went_after"]
    return pd.DataFrame(
        {
            "rule": frame["rule"],
            "code": frame["code"],
            "before": after - numbers["came"] + numbers["went"],
            "came": numbers["came"],
            "went": numbers["went"],
            "after": after,
        }
    ).reset_index(drop=True)


def summed(rows: pd.DataFrame) -> Brought:
    """Of what ``brought`` says, the whole."""
    return Brought(*(int(rows[name].sum()) for name in ("before", "came", "went", "after")))


def _one(connection: Connection, viewer: Viewer, round: int) -> Round:
    row = connection.execute(select(quality_round).where(_r.id == round)).mappings().first()
    if row is None or not viewer.may_see(row["region"]):
        raise NotFound("没有这一轮清理，或它不在您的查看范围内。")
    return _told(row)


def _told(row: Record) -> Round:
    ids = tuple(filter(None, row["rules"].split(",")))
    return Round(row["id"], row["region"], row["name"], ids, row["began"], row["until"], row["ended"])


def _tell(connection: Connection, viewer: Viewer, id: int, what: str, now: datetime) -> None:
    audit.wrote(connection, "quality_round", [id], actor=viewer.actor, view="approve", detail=what, now=now)
