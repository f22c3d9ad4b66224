"""Who was late: each step by the clock that ran when it was taken."""

from datetime import date

from data.calendars.workdays import Calendar
from data.monitoring.cases import Taken
from data.monitoring.clocks import CLOCKS, Span
from data.monitoring.delays import delays

SPANS = {**dict.fromkeys(CLOCKS, Span(5, False)), "case_visit": Span(3, False), "case_report": Span(2, False)}
DAYS = Calendar({})


def steps(*told: tuple[str, str, str]) -> list[Taken]:
    found, before = [], None
    for id, (day, action, after) in enumerate(told, start=1):
        found.append(
            Taken(
                id, f"{day}T09:00:00", date.fromisoformat(day), "", None, action, "", before, after, "", None, None, 0
            )
        )
        before = after
    return found


def test_every_step_is_measured_by_its_own_clock():
    way = steps(
        ("2026-11-01", "begin", "checking"),
        ("2026-11-03", "compare", "checking"),
        ("2026-11-05", "visit", "checking"),  # three days from the 1st: one late, though the comparison was in time
        ("2026-11-10", "discuss", "discussed"),  # five from the later of both
        ("2026-11-11", "publish", "public"),
        ("2026-11-19", "report", "reported"),  # the notice hung to the 16th, two more days: one late
        ("2026-11-30", "return", "returned"),  # six late: to send back is the township's step as well
        ("2026-12-04", "discuss", "discussed"),
    )
    assert delays(way, SPANS, DAYS) == {3: 1, 6: 1, 7: 6}


def test_what_nothing_waits_for_is_never_late_and_a_second_round_has_clocks_of_its_own():
    way = steps(
        ("2026-01-01", "include", "watched"),
        ("2026-08-01", "propose", "removal"),
        ("2026-08-04", "removal_visit", "removal"),
        ("2026-09-30", "keep", "watched"),
        ("2026-10-01", "propose", "removal"),
        ("2026-10-06", "removal_visit", "removal"),
        ("2026-10-31", "void", "void"),
    )
    assert delays(way, SPANS, DAYS) == {6: 2}
