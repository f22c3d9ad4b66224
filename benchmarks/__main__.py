"""``python -m benchmarks``: measure everything and write benchmarks/RESULTS.md; with options, part of it, printed."""

import argparse
import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.ground import PRESETS, Ground
from benchmarks.report import report, with_part
from benchmarks.table import Failure, Finding, table

RESULTS = Path(__file__).with_name("RESULTS.md")
MEASUREMENTS = {
    "import": "storing.imports",
    "refresh": "storing.refreshes",
    "days": "storing.days",
    "turn": "storing.turns",
    "kept": "keeping.kept",
    "pages": "pages.answers",
    "household": "household.answers",
    "money": "money.answers",
    "watching": "watching.answers",
    "map": "recolouring.recolourings",
    "print": "printing.prints",
    "wall": "walls.walls",
    "sign-in": "signing_in.signed_in",
    "rules": "rules.asked",
    "log": "logging_lines.lines",
    "sessions": "sessions.held_open",
    "rights": "rights.rights_of_a_run",
    "start": "start.seen",
}
AT = {name: ("county", "prefecture") for name in MEASUREMENTS}
"""Where each is measured: at a million households only what needs no files and would not say the same."""
AT |= dict.fromkeys(("pages", "household", "money", "watching"), PRESETS) | {"sessions": ("prefecture",)}
AT |= dict.fromkeys(("sign-in", "rights", "log", "wall"), ("county",))


def main() -> int:
    """Exit code 1 where something could not be measured; what could is written nevertheless."""
    options = _parser().parse_args()
    load = os.getloadavg()[0]
    presets = PRESETS if options.preset == "all" else (options.preset,)
    names = [options.only] if options.only else list(MEASUREMENTS)
    findings: list[Finding] = []
    failures: list[Failure] = []
    with tempfile.TemporaryDirectory() as scratch:
        directory = Path(os.environ.get("WARROOM_BENCH_DIR") or scratch).resolve()
        directory.mkdir(parents=True, exist_ok=True)
        for name in names:
            for preset in (one for one in presets if one in AT[name]):
                print(f"{name}: {preset}", file=sys.stderr)
                for found in _measure(name, Ground(preset, directory, options.beside)):
                    (failures if isinstance(found, Failure) else findings).append(found)
    if options.only or options.preset != "all":
        print(table(findings))
        print("".join(f"\nNot measured: {failure}" for failure in failures))
        if options.write and options.only:
            text = RESULTS.read_text(encoding="utf-8")
            RESULTS.write_text(
                with_part(text, options.only, findings, failures, load, options.beside), encoding="utf-8"
            )
    else:
        RESULTS.write_text(report(findings, failures, load), encoding="utf-8")
        print(RESULTS.read_text(encoding="utf-8"))
    return 1 if failures else 0


def _measure(name: str, ground: Ground) -> Iterator[Finding | Failure]:
    """What one measurement finds; where it comes to a stop, that, and the others go on."""
    try:
        yield from _measurement(name)(ground)
    except Exception as error:
        traceback.print_exc()
        yield Failure(name, ground.preset, error)


def _measurement(name: str) -> Callable[[Ground], Iterator[Finding | Failure]]:
    """Imported only when it is due: a command that is started by a small process is not charged with its memory."""
    module, _, function = MEASUREMENTS[name].partition(".")
    return getattr(importlib.import_module(f"benchmarks.{module}"), function)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures the application on demonstration data. Everything at once is written to RESULTS.md, "
        "a part of it is only printed.",
        epilog="WARROOM_BENCH_DIR names a directory that keeps generated files and databases for the next time; "
        "WARROOM_BENCH_MINUTES says how long the open sessions are watched, otherwise ten minutes.",
    )
    parser.add_argument("--preset", choices=[*PRESETS, "all"], default="all")
    parser.add_argument("--only", choices=list(MEASUREMENTS), help="measure only this")
    parser.add_argument("--write", action="store_true", help="write what was measured alone to RESULTS.md, as its part")
    parser.add_argument(
        "--beside", type=Path, help="the tree of another revision: the start page is measured there in the same run"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
