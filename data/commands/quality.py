"""The command that asks the rules of what people wrote."""

import argparse
import json

from data.access.actors import COMMAND
from data.audit.chain import ready
from data.clock import county_clock, written
from data.commands.actions import ADMIN, known_region, not_empty, opened
from data.figures import cube
from data.quality.checking import perform
from data.rules.counting import counts
from data.rules.registry import KINDS, RULES
from data.rules.running import run
from data.store.engine import ready_engine, writing
from data.wall.shown import turn_the_day


def quality_command(options: argparse.Namespace) -> int:
    """Ask all rules of all records anew, and print what they hit in a region."""
    if options.ordered:
        return _ordered(options)
    engine, now = opened(options), county_clock()
    turn_the_day(engine, now)
    with writing(engine) as connection:
        not_empty(connection)
        region = known_region(connection, options.region).code if options.region else ""
        cube.hold(connection)
        run(connection, now, actor=COMMAND)
        cube.stamp(connection, now)
        found = counts(connection, ADMIN, region, today=now.date().isoformat())
    if options.format == "json":
        rows = [
            {"id": id, "label": rule.label, "class": rule.kind, "hits": found[id].hits, "waived": found[id].waived}
            for id, rule in RULES.items()
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    for id, rule in RULES.items():
        waived = f"，豁免 {found[id].waived:,}" if found[id].waived else ""
        print(f"{id:<6}{KINDS[rule.kind]} {rule.label}：{found[id].hits:,}{waived}")
    print(f"共 {len(RULES)} 条规则，{sum(one.hits for one in found.values()):,} 处待整改。")
    return 0


def _ordered(options: argparse.Namespace) -> int:
    """What a page ordered, in this process of its own."""
    engine = ready_engine(options.database)
    ready(engine, written(county_clock()))
    turn_the_day(engine, county_clock())
    perform(engine, options.ordered, clock=county_clock)
    return 0
