"""A year of cleaning: since when what the rules hit has stood, what was mended before, in which rounds."""

from collections import defaultdict
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from data.audit import log as audit
from data.clock import written
from data.demo.county import SEED
from data.model import quality_hit, quality_round, quality_run, quality_tally, region
from data.store.batches import batches
from data.store.engine import writing
from data.store.rows import written_id

ROUNDS = 9
_EVERY, _LASTS = 38, 24  # days from one round to the next, and of one
_MENDED = 1.6  # that were put right in the year, for each that still stands
_LATER = 0.25  # of what stands, and of what was mended, that came up since the first check
_ACTOR = "system"
_NUMBERS = "一二三四五六七八九"
_Tally = dict[tuple[date, str, str], list[int]]


def make_cleaning(engine: Engine, now: datetime, *, seed: int = SEED) -> int:
    """All of it, once the rules were run for the first time; how many hits were mended in the year."""
    rng, today = np.random.default_rng([seed, 16]), now.date()
    with writing(engine) as connection:
        began = [today - timedelta(days=12 + _EVERY * before) for before in range(ROUNDS - 1, -1, -1)]
        tally: _Tally = defaultdict(lambda: [0, 0, 0])
        stood = _stand(connection, began, today, rng, tally)
        mended = _mend(stood, began, today, rng, tally)
        connection.execute(delete(quality_tally))
        rows = [
            {"day": day.isoformat(), "rule": rule, "village": village, "came": came, "went": went, "days": days}
            for (day, rule, village), (came, went, days) in sorted(tally.items())
        ]
        for some in batches(rows):
            connection.execute(insert(quality_tally), some)
        _round(connection, began, now)
        last = connection.execute(select(quality_run).order_by(quality_run.c.id.desc()).limit(1)).mappings().one()
        first = written(datetime.combine(_checked(began), now.time()))
        connection.execute(update(quality_run).where(quality_run.c.id == last["id"]).values(at=first))
        connection.execute(insert(quality_run).values({name: last[name] for name in last if name != "id"}))
    return mended


def _checked(began: list[date]) -> date:
    """The day of the first check."""
    return began[0] - timedelta(days=1)


def _stand(
    connection: Connection, began: list[date], today: date, rng: np.random.Generator, tally: _Tally
) -> list[tuple[str, str]]:
    """Give what stands a day since when it does: most from the first check on, the others from later."""
    hit = quality_hit.c
    keys = connection.execute(
        select(hit.rule, hit.record, hit.key, hit.village).order_by(hit.rule, hit.record, hit.key)
    ).all()
    later, passed = rng.random(len(keys)) < _LATER, (today - _checked(began)).days
    days = np.where(later, rng.integers(0, passed, len(keys)), passed)
    lines = []
    for (rule, record, key, village), ago in zip(keys, days.tolist(), strict=True):
        day = today - timedelta(days=ago)
        tally[day, rule, village][0] += 1
        lines.append({"its_rule": rule, "its_record": record, "its_key": key, "day": day.isoformat()})
    one = update(quality_hit).where(
        hit.rule == bindparam("its_rule"), hit.record == bindparam("its_record"), hit.key == bindparam("its_key")
    )
    for some in batches(lines):
        connection.execute(one.values(since=bindparam("day")), some)
    return [(rule, village) for rule, _, _, village in keys]


def _mend(stood: list[tuple[str, str]], began: list[date], today: date, rng: np.random.Generator, tally: _Tally) -> int:
    """What came and was put right since, in the rounds, more in the first ones; beside what is like it and stands."""
    number = round(len(stood) * _MENDED)
    places = rng.integers(0, len(stood), number) if stood else np.zeros(0, np.int64)
    weights = np.linspace(3, 1, len(began))
    rounds = rng.choice(len(began), number, p=weights / weights.sum()).tolist()
    spent, later = rng.integers(1, _LASTS, number).tolist(), (rng.random(number) < _LATER).tolist()
    for place, round_, after, new in zip(places.tolist(), rounds, spent, later, strict=True):
        rule, village = stood[place]
        went = min(began[round_] + timedelta(days=after), today)
        came = began[round_] - timedelta(days=int(rng.integers(1, _EVERY))) if new and round_ else _checked(began)
        tally[came, rule, village][0] += 1
        tally[went, rule, village][1] += 1
        tally[went, rule, village][2] += (went - came).days
    return number


def _round(connection: Connection, began: list[date], now: datetime) -> None:
    """The rounds of the county, the last of which runs; the log vouches for them."""
    place = connection.execute(select(func.min(region.c.code)).where(func.length(region.c.code) == 6)).scalar()
    if place is None:
        return
    for number, day in enumerate(began):
        until = day + timedelta(days=_LASTS)
        ended = until.isoformat() if until < now.date() else None
        row = {
            "region": place, "name": f"第{_NUMBERS[number]}轮清理", "rules": "", "began": day.isoformat(),
            "until": until.isoformat(), "ended": ended, "at": written(datetime.combine(day, now.time())),
            "actor": _ACTOR,
        }  # fmt: skip
        id = written_id(connection.execute(insert(quality_round).values(row)))
        audit.wrote(connection, "quality_round", [id], actor=_ACTOR, view="approve", now=now)
