"""Clues, cases, plans, exits, waivers are where their household is: SQL for whatever says of which village it is."""

_TABLES = ("clue", "monitoring_case", "plan_item", "exit_review", "quality_waiver")


def followed(where: str = "1 = 1") -> list[str]:
    """SQL that takes what is about households ``h`` to the village where each is now."""
    now = "(SELECT h.village FROM household h WHERE h.id = {0}.household_id)"
    return [
        f"UPDATE {name} SET village = {now.format(name)} WHERE village <> {now.format(name)}"
        f" AND household_id IN (SELECT h.id FROM household h WHERE {where})"
        for name in _TABLES
    ]
