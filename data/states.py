"""The state of a household in a past month, worked out from its dates (识别, 脱贫, 返贫, 风险消除) and its 户类型.

A household under monitoring carries the day it was identified for that in 识别日期: later than 脱贫日期 for one that
had been lifted. ``risk_removed`` ends the monitoring; what was lifted is then 脱贫户, what never was registered 一般户.
Where the date that a type needs is missing, the type is taken to hold from the beginning.
"""

_AT = "m.as_of"

_KIND = (
    "CASE WHEN h.type = '脱贫不稳定户' OR (h.type = '脱贫户' AND h.risk_removed IS NOT NULL) THEN 4"
    " WHEN h.type = '边缘易致贫户' OR (h.type = '一般户' AND h.risk_removed IS NOT NULL) THEN 3"
    " WHEN h.type = '突发严重困难户' THEN 2 END"
)
_SINCE = "CASE WHEN h.lifted IS NULL OR h.identified > h.lifted THEN h.identified ELSE h.lifted END"
_REGISTERED = "(h.type IN ('未脱贫户', '脱贫户', '脱贫不稳定户') OR h.lifted IS NOT NULL OR h.relapsed IS NOT NULL)"
_FOR_MONITORING = f"({_KIND} IS NOT NULL AND (h.lifted IS NULL OR h.identified > h.lifted))"
"""Whether 识别日期 is that of the monitoring, so that the day of registration is not known."""

STATE_SQL = (
    "CASE"
    f" WHEN {_KIND} IS NOT NULL AND ({_SINCE} IS NULL OR {_SINCE} <= {_AT})"
    f" AND (h.risk_removed IS NULL OR h.risk_removed > {_AT} OR h.risk_removed < {_SINCE}) THEN {_KIND}"
    f" WHEN NOT {_REGISTERED} THEN 0"
    f" WHEN NOT {_FOR_MONITORING} AND h.identified > {_AT} THEN 0"
    f" WHEN h.relapsed <= {_AT} AND (h.lifted IS NULL OR h.lifted < h.relapsed OR h.lifted > {_AT}) THEN 1"
    f" WHEN h.lifted <= {_AT} THEN 5"
    f" WHEN h.relapsed > {_AT} THEN 5"  # who falls back had been lifted, though the day is not recorded
    f" WHEN h.lifted > {_AT} THEN 1"
    " WHEN h.type = '未脱贫户' THEN 1 ELSE 5 END"
)
"""SQL for the state (keys of ``indicators.STATES``) of ``household h`` at the end of ``month m``."""
