"""The table of the benchmarks: how figures are written and judged. Nothing is timed here."""

import pytest

from benchmarks.report import report
from benchmarks.table import Failure, Finding, amount, middle, table


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.0042, "s", "4.2 ms"),
        (0.0824, "s", "82 ms"),
        (0.9996, "s", "1000 ms"),
        (43.06, "s", "43.1 s"),
        (44_916, "bytes", "44.9 KB"),
        (1.5 * 2**30, "bytes", "1,536 MiB"),
        (float("nan"), "s", "–"),
    ],
)
def test_an_amount_is_written_in_a_unit_that_fits(value: float, unit: str, shown: str):
    assert amount(value, unit) == shown


def test_an_amount_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="furlong"):
        amount(1, "furlong")


def test_several_runs_become_their_median_and_95th_percentile():
    found = middle("a page", "county", [20, 3, 1, 2, *range(4, 20)], "s", 12)
    assert found == Finding("a page", "county", 10.5, "s", 12, 20, 19)


def test_a_line_holds_all_presets_and_the_larger_ones_are_judged():
    lines = table(
        [
            Finding("a page: warm", "county", 0.160, "s", 0.150, 21, 0.2),
            Finding("a page: warm", "prefecture", 0.150, "s", 0.150, 21, 0.163),
            Finding("import", "prefecture", 121.0, "s", 120),
            Finding("rebuild", "county", 4.0, "s"),
            Finding("sent", "county", 61_000, "bytes", 60_000),
            Finding("search", "prefecture", 0.02, "s", 0.15),
            Finding("search", "million", 0.16, "s", 0.15),
            Finding("map: warm", "prefecture", 0.14, "s", 0.15),
            Finding("map: warm", "million", 0.2, "s", 0.225),
        ]
    ).splitlines()
    assert lines[2:] == [
        "| a page: warm | 160 ms (200 ms) | 150 ms (163 ms) | – | 21 | ≤ 150 ms | yes |",
        "| import | – | 121.0 s | – | 1 | ≤ 120.0 s | **no** |",
        "| rebuild | 4.0 s | – | – | 1 | – | – |",
        "| sent | 61.0 KB | – | – | 1 | ≤ 60.0 KB | – |",
        "| search | – | 20 ms | 160 ms | 1 | ≤ 150 ms | **no** |",
        "| map: warm | – | 140 ms | 200 ms | 1 | ≤ 150 ms | yes |",
    ]


def test_the_report_says_what_could_not_be_measured_and_how_busy_the_machine_was():
    failure = Failure("map", "county", TimeoutError("no picker\nlog"))
    written = report([Finding("import", "county", 3.0, "s")], [failure], 3.25)
    assert "Not measured: map, county: TimeoutError, no picker." in written
    assert "| import | 3.0 s |" in written and " cores, " in written
    assert "before it began: 3.2, so that times are too long" in written
    quiet = report([], [], 0.1)
    assert "Not measured" not in quiet and "too long" not in quiet
