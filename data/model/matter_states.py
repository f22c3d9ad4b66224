"""The state that the dates of a problem or task tell, in SQL: for rows that a workbook brings, and those of before."""


def settled(record: str, where: str = "1 = 1") -> str:
    """SQL that sets ``state`` and ``since`` of rows of ``record`` (problem, task) whose dates say otherwise; what is
    void stays void, what was sent back stays so while its dates do not say that it is done again."""
    said, since = _SAID[record].format(record), _SINCE[record].format(record)
    return (
        f"UPDATE {record} SET state = {said}, since = {since}, version = version + 1"
        f" WHERE {_otherwise(record)} AND {where}"
    )


def unsettled(record: str) -> str:
    """SQL of the codes of rows whose state is another than their dates tell."""
    return f"SELECT code FROM {record} WHERE {_otherwise(record)} ORDER BY code"


def _otherwise(record: str) -> str:
    said = _SAID[record].format(record)
    return (
        f"state <> 'void' AND state <> {said} AND NOT (state = 'returned' AND {said} = 'open'){_ALIKE.get(record, '')}"
    )


_SAID = {
    "problem": "CASE WHEN {0}.closed IS NOT NULL THEN 'closed' WHEN {0}.rectified IS NOT NULL THEN 'rectified'"
    " ELSE 'open' END",
    "task": "CASE WHEN {0}.finished IS NOT NULL THEN 'accepted' ELSE 'open' END",
}
_SINCE = {"problem": "COALESCE({0}.closed, {0}.rectified)", "task": "{0}.finished"}
_ALIKE = {"task": " AND NOT (state = 'done' AND finished IS NOT NULL)"}
"""A task that waits for its check has its date already."""
