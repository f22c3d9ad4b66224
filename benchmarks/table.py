"""What was found, and how it is written down."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

NONE = "–"


@dataclass(frozen=True)
class Finding:
    """One figure of one preset. ``value`` in seconds, bytes, as a share or a number by ``unit``; ``target`` likewise.

    ``high`` is the 95th percentile of ``runs`` runs of which ``value`` is the median.
    """

    what: str
    preset: str
    value: float
    unit: str
    target: float | None = None
    runs: int = 1
    high: float | None = None


@dataclass(frozen=True)
class Failure:
    """What could not be measured, and why."""

    what: str
    preset: str
    error: Exception

    def __str__(self) -> str:
        """One line without line breaks."""
        return f"{self.what}, {self.preset}: {type(self.error).__name__}, {str(self.error).partition(chr(10))[0]}"


def middle(what: str, preset: str, values: Sequence[float], unit: str, target: float | None = None) -> Finding:
    """The median of several runs, and their 95th percentile (nearest rank)."""
    high = sorted(values)[math.ceil(0.95 * len(values)) - 1]
    return Finding(what, preset, median(values), unit, target, len(values), high)


def amount(value: float, unit: str) -> str:
    """Seconds as ``82 ms`` or ``43.1 s``, bytes as ``44.9 KB`` or ``312 MiB``, a share as ``42 %``; a dash for NaN."""
    if math.isnan(value):
        return NONE
    if unit == "s":
        return (
            f"{value:.1f} s" if value >= 1 else f"{value * 1000:.0f} ms" if value >= 0.01 else f"{value * 1000:.1f} ms"
        )
    if unit == "bytes":
        large = value / 2**20
        return f"{large:,.{0 if large >= 10 else 1}f} MiB" if large >= 1 else f"{value / 1000:.1f} KB"
    if unit == "share":
        return f"{value * 100:.0f} %"
    if unit == "count":
        return f"{value:,.0f}"
    raise ValueError(f"no such unit: {unit}")


def table(findings: Iterable[Finding]) -> str:
    """A Markdown table: a line for each thing measured, a column for each preset, whether the larger ones meet it."""
    lines: dict[str, dict[str, Finding]] = {}
    for finding in findings:
        lines.setdefault(finding.what, {})[finding.preset] = finding
    head = [
        "| what | county | prefecture | a million | runs | target | met |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    return "\n".join([*head, *(_line(what, found) for what, found in lines.items())])


def _line(what: str, found: dict[str, Finding]) -> str:
    any_one = next(iter(found.values()))
    cells = [_cell(found.get(preset)) for preset in ("county", "prefecture", "million")]
    target = NONE if any_one.target is None else f"≤ {amount(any_one.target, any_one.unit)}"
    runs = max(finding.runs for finding in found.values())
    return f"| {what} | {' | '.join(cells)} | {runs} | {target} | {_verdict(found)} |"


def _cell(finding: Finding | None) -> str:
    if finding is None:
        return NONE
    shown = amount(finding.value, finding.unit)
    return shown if finding.high is None else f"{shown} ({amount(finding.high, finding.unit)})"


def _verdict(found: dict[str, Finding]) -> str:
    """Each against its own target; the one written is that of the smaller."""
    judged = [found[preset] for preset in ("prefecture", "million") if preset in found]
    judged = [finding for finding in judged if finding.target is not None]
    if not judged:
        return NONE
    return "yes" if all(finding.value <= finding.target for finding in judged) else "**no**"
