"""The command that asks the rules of what people wrote."""

import argparse
import json

from data.access.actors import COMMAND
from data.clock import county_clock
from data.commands.actions import ADMIN, known_region, opened
from data.figures import cube
from data.rules.counting import counts
from data.rules.registry import KINDS, RULES
from data.rules.running import run
from data.store.engine import writing
from data.wall.shown import turn_the_day


def quality_command(options: argparse.Namespace) -> int:
    """Ask all rules of all records anew, and print what they hit in a region."""
    engine, now = opened(options), county_clock()
    turn_the_day(engine, now)
    with writing(engine) as connection:
        region = known_region(connection, options.region).code if options.region else ""
        cube.hold(connection)
        run(connection, now, actor=COMMAND)
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
