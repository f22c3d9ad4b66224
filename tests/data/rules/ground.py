"""A store of made households, and what the rules say of it."""

from collections import defaultdict
from pathlib import Path

import shapely
from sqlalchemy import Connection, Engine, select

from data import model
from data.intake import import_files
from data.store.engine import writing
from tests.data.intake.books import write_folder
from tests.data.rules.home import VILLAGE, Home, joined
from tests.moment import NOW

AREA = shapely.box(121, 40, 122, 41)


def store_of(engine: Engine, homes: list[Home], folder: Path) -> Engine:
    """A store into which one workbook of all these households went, in a village with a boundary."""
    with writing(engine) as connection:
        connection.execute(model.region.insert().values(code=VILLAGE, name="东村", parent=""))
        shape = {"region": VILLAGE, "geometry": shapely.to_wkb(AREA), "source": "made"}
        connection.execute(model.boundary.insert().values(shape))
    result = import_files(engine, [write_folder(folder, joined(homes))], now=NOW)
    assert result.refusals == []
    return engine


def found(connection: Connection) -> dict[str, list[str]]:
    """Rule → keys of what it speaks of, households by their codes, months as 2026-10."""
    codes = {str(id): code for id, code in connection.execute(select(model.household.c.id, model.household.c.code))}
    hits = defaultdict(list)
    hit = model.quality_hit.c
    for rule, record, key in connection.execute(select(hit.rule, hit.record, hit.key)):
        if record in ("household", "ledger"):
            id, _, month = key.partition(":")
            key = codes[id] + (f":{int(month) // 12}-{int(month) % 12 + 1:02d}" if month else "")
        hits[rule].append(key)
    return {rule: sorted(keys) for rule, keys in hits.items()}
