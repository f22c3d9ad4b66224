"""SQL of states of households: where there is none, and in which order they come."""

from data.terms import STATE_NAMES, UNCOUNTED


def state_of(column: str) -> str:
    """SQL of the state in a column that is NULL where the household is not counted."""
    return f"COALESCE({column}, {UNCOUNTED})"


def urgency(state: str) -> str:
    """SQL that sorts states, the most urgent first."""
    return f"CASE {state} {' '.join(f'WHEN {number} THEN {place}' for place, number in enumerate(STATE_NAMES))} END"
