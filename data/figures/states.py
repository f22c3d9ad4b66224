"""The state of a household in a past month, worked out from its dates (识别, 脱贫, 返贫, 风险消除) and its 户类型.

A household under monitoring carries the day it was identified for that in 识别日期: later than 脱贫日期 for one that
had been lifted. ``risk_removed`` ends the monitoring; what was lifted is then 脱贫户, what never was registered 一般户.
Where the date that a type needs is missing, the type is taken to hold from the beginning.
"""

from data.terms import HOUSEHOLD_STATES, LIFTED, STATE_NAMES, UNCOUNTED, UNLIFTED, HouseholdState

_AT = "m.as_of"


def _monitored_as(state: HouseholdState) -> str:
    cleared = f" OR (h.type = '{state.cleared}' AND h.risk_removed IS NOT NULL)" if state.cleared else ""
    return f"WHEN h.type = '{state.name}'{cleared} THEN {state.number}"


_KIND = f"CASE {' '.join(_monitored_as(state) for state in HOUSEHOLD_STATES if state.watched)} END"
_SINCE = "CASE WHEN h.lifted IS NULL OR h.identified > h.lifted THEN h.identified ELSE h.lifted END"
_CARDED = ", ".join(f"'{state.name}'" for state in HOUSEHOLD_STATES if state.registered)
_REGISTERED = f"(h.type IN ({_CARDED}) OR h.lifted IS NOT NULL OR h.relapsed IS NOT NULL)"
_FOR_MONITORING = f"({_KIND} IS NOT NULL AND (h.lifted IS NULL OR h.identified > h.lifted))"
"""Whether 识别日期 is that of the monitoring, so that the day of registration is not known."""

STATE_SQL = (
    "CASE"
    f" WHEN {_KIND} IS NOT NULL AND ({_SINCE} IS NULL OR {_SINCE} <= {_AT})"
    f" AND (h.risk_removed IS NULL OR h.risk_removed > {_AT} OR h.risk_removed < {_SINCE}) THEN {_KIND}"
    f" WHEN NOT {_REGISTERED} THEN {UNCOUNTED}"
    f" WHEN NOT {_FOR_MONITORING} AND h.identified > {_AT} THEN {UNCOUNTED}"
    f" WHEN h.relapsed <= {_AT} AND (h.lifted IS NULL OR h.lifted < h.relapsed OR h.lifted > {_AT}) THEN {UNLIFTED}"
    f" WHEN h.lifted <= {_AT} THEN {LIFTED}"
    f" WHEN h.relapsed > {_AT} THEN {LIFTED}"  # who falls back had been lifted, though the day is not recorded
    f" WHEN h.lifted > {_AT} THEN {UNLIFTED}"
    f" WHEN h.type = '{STATE_NAMES[UNLIFTED]}' THEN {UNLIFTED} ELSE {LIFTED} END"
)
"""SQL for the state (keys of ``terms.STATE_NAMES``) of ``household h`` at the end of ``month m``."""


def state_of(column: str) -> str:
    """SQL of the state in a column that is NULL where the household is not counted."""
    return f"COALESCE({column}, {UNCOUNTED})"


def urgency(state: str) -> str:
    """SQL that sorts states, the most urgent first."""
    return f"CASE {state} {' '.join(f'WHEN {number} THEN {place}' for place, number in enumerate(STATE_NAMES))} END"
