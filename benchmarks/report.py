"""The page of results: the table, the machine by cores and memory, the day, and how each figure was come by."""

import os
import sqlite3
import subprocess
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from platform import python_version

from benchmarks.table import Failure, Finding, table

HOW = """\
## How it is measured

- A cell is a median; the figure in brackets is the 95th percentile. What took one run has no brackets. Targets are
  those of the design. The county has 91 villages and about 5,000 households, the prefecture 919 villages and about
  78,000 households with 60 months of income; the million is thirteen such prefectures under one province (11,947
  villages, 1,014,000 households, the last 24 months of their income and visits), copied straight into the store.
  *Met* compares the medians of the prefecture and of the million; for a page at the million half as much again is
  allowed, for everything about one household nothing.
- Everything is the real thing, on demonstration data in SQLite: `python -m data import` in a process of its own (wall
  time from start to exit, *processor* what it worked, peak memory as the system reports it for that process), and the
  server as `streamlit run`.
- **Pages**: a client without a browser opens a session on the websocket and asks for runs of one page, one after the
  other, holding nothing but what a browser holds (hashes of large messages that need not be sent again). The clock runs
  from the request to the last message of the run, so that it counts the script, the serialisation, the sending over the
  loopback. *Warm*: the same address again, after four runs that do not count; *processor*: the mean of what the server
  process worked for such a run, which another program on the machine disturbs less. *Another month each time*: each run
  asks for a month of which nothing has been read yet.
- **One household**: 户档案 by the same client, another household each time. Phone pages by plain requests over a kept
  connection; the time is that of the request seen from outside, bytes are those of the whole page, which asks for
  nothing else. Searches are the query itself, over the whole and in one county, of which the slower is written.
- **Money**: its pages by the same client, warm; *another line each time*: the spread of incomes with a line tried out
  that nobody asked for before. *Questions*: the functions of `data/` alone over the whole region, connection included,
  on SQLite and, for the county, on a PostgreSQL cluster of its own filled from the same workbooks. Dividend plans are
  made as the demonstration makes them; the million has none.
- **Paper**: a job as the print page runs it: codes issued, figures read, typst in processes of their own, one file
  merged, what was printed kept and logged. Peak memory is that of the largest of those processes.
- **Map**: Chromium on the real server. The indicator is chosen in the picker; bytes are the payloads of all websocket
  messages, before compression, and the bodies of all answers to requests from the click on until the page rests, that
  is, until the script has ended and nothing on the page has been loading for 200 ms (not counted in the time).
- **Start page**: Chromium on the real server, 1366×768. In each of seven rounds a browser that has never been here
  opens 总览 five times, each in a tab of its own: the first is *cold*, the last three are *warm*. *To see*: until the
  headline figures, the regions of the map and the line of the course are all there, from the beginning of the
  navigation, looked at every 10 ms. Bytes are answers as they travel and messages of the websocket unpacked.
  *4 Mbit/s and 60 ms*: throttled by Chromium. *The revision beside* (`--beside`) takes turns with this one, on a
  database that it made of the same files.
- **Sessions**: 200 sessions of the same client, opened over 20 s, each running 总览 every 20 s for ten minutes; all
  runs count. Collections are timed inside the server. Memory is what the process holds (resident): after four runs of
  one session, when the 200 have closed, and three minutes later, when Streamlit no longer keeps them. Before garbage
  was collected beside the runs (revision 5d87eb8) a run took 13 to 16 s, on a machine that others used as well 22.0 s
  (41.2 s), and memory went from 273 to 374 MiB and stayed there.
- **Walls**: Chromium opens `/wall` at 1920 × 1080 until the first picture stands, in a browser that was never here and
  again in the same one; bytes are those on the wire. Then 1,000 displays, each signed in by itself, all of the county,
  then of every region in turn, by a client without a browser that does what the page does: one stream each, scenes over
  a connection that is kept, each scene once for each version, the one that is shown within 14 s of hearing of a change.
  The share of a core is the server's, over 30 s while nothing changes; after a write that concerns every region, what
  it worked until the last was redrawn, by the 20 s that it has for that. Of every region, over a hundred walls are
  composed anew.
- **Monitoring and quality** (`watching`): every view of 监测帮扶 and 数据治理 by the same client, of the whole and of
  the village with most cases to its cadre (the demonstration's role); a watched household; what waits. *Questions*:
  the functions of `data/` behind them, what this process worked. Clues, plans, exits and faults are made as the
  demonstration makes them, and a year of cleaning; the million copies those of the prefecture.
- **Rules**: all rules over all records, what the system finds by itself and raises, all cases settled, each in a
  transaction that is taken back; the rules of one changed household likewise, of 41 households over the whole, on
  SQLite and, for the county, on a PostgreSQL cluster of its own, where *own processor* is this process's alone.
- **Turn of a day**: the running month counted anew after the store was set back by a day; what has gone up by today.
- **Refresh**: `cube.refresh` of 21 villages, one transaction each, committed to the disk.
- **Kept**: six pages of a village drawn, one village's share of the cube refreshed, the pages drawn again: of all that
  they asked through the cache, the part that was answered without the store. When every answer went by the version of
  the whole (before 0.5.0) none was kept.

`python -m benchmarks --help` tells how to measure a part.
"""


def report(findings: Sequence[Finding], failures: Sequence[Failure], load: float) -> str:
    """Markdown of all of it; what could not be measured is said. ``load``: of the machine when the measuring began."""
    missing = ["", "Not measured: " + "; ".join(map(str, failures)) + "."] if failures else []
    return "\n".join(["# Measured", "", _setting(load), "", table(findings), *missing, "", HOW])


def with_part(
    text: str,
    name: str,
    findings: Sequence[Finding],
    failures: Sequence[Failure],
    load: float,
    beside: Path | None = None,
) -> str:
    """A page of results with one measurement made by itself, in the place of what it said before of that; ``beside``:
    the tree that was measured in the same run."""
    head, end = f"## Measured by itself: {name}", HOW.partition("\n")[0]
    body = report(findings, failures, load).replace("`make bench`", f"`python -m benchmarks --only {name} --write`")
    if beside:
        body = body.replace("; written by", f", beside revision {_revision(beside)}; written by")
    body = body.removeprefix("# Measured\n").removesuffix(f"\n{HOW}")
    before, found, rest = text.partition(head)
    if not found:
        before, found, rest = text.partition(end)
        return f"{before}{head}\n{body}\n{found}{rest}"
    return f"{before}{head}\n{body}\n## {rest.partition(chr(10) + '## ')[2]}"


def _setting(load: float) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{date.today().isoformat()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory (Python {python_version()}, "
        f"Streamlit {version('streamlit')}, SQLite {sqlite3.sqlite_version}), revision {_revision()}; "
        "written by `make bench`. "
        f"Load of the machine by other programs before it began: {load:.1f}"
        f"{', so that times are too long and only what the processor worked can be relied on' if load > 0.5 else ''}."
    )


def _revision(tree: Path = Path(__file__).parent) -> str:
    asked = ["git", "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(asked, cwd=tree, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
