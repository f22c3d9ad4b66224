"""Since when a counted household waits for a visit: its last one, or the day its helper was named where there was none.

Of households without a helper and without a visit nobody knows whose visit is missing; they have no such day.
"""

from data.model.running import runs_on

WAITING_SINCE = f"""COALESCE(
    (SELECT MAX(v.visited) FROM visit v WHERE v.household_id = h.id AND v.visited <= m.as_of),
    (SELECT MIN(s.started) FROM pairing s WHERE s.household_id = h.id AND {runs_on("s", "m.as_of")}))"""
"""SQL of that day beside ``COUNTED``; the visit should follow within the days of the setting ``visit_days``."""
COUNTED = """FROM household_month hm JOIN month m ON m.month = hm.month
    JOIN household h ON h.id = hm.household_id WHERE hm.month = :month"""
LONGEST_MONTH = 31
"""Who was visited in the running month (``hm.visits``) is not overdue where the setting allows as many days."""
