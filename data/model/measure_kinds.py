"""What the kinds of measure of the first edition are called today, in SQL: the one reading of them, for rows that stand
and for rows that come."""

from collections.abc import Iterable

from data.model.running import aged
from data.terms import FORMER_MEASURES, OUT_OF_SCHOOL, SCHOOL_AGE


def renewed(table: str, where: str = "1 = 1") -> str:
    """SQL that gives rows of a table of measures (columns household_id, category, started) the kinds of today.

    教育 is 义务教育保障 where on the day that it starts a member of the household, not yet gone, is 满6 不满16 and at
    school (在校状况 of that day, before the first known one that which stands), else 其他教育.
    """
    compulsory, other = FORMER_MEASURES["教育"]
    whens = " ".join(f"WHEN '{then}' THEN '{now[0]}'" for then, now in FORMER_MEASURES.items() if len(now) == 1)
    of_age = aged("p", f"{table}.started", *SCHOOL_AGE)
    pupil = (
        f"SELECT 1 FROM member p WHERE p.household_id = {table}.household_id AND {of_age}"
        f" AND (p.joined IS NULL OR p.joined <= {table}.started) AND (p.gone IS NULL OR p.gone > {table}.started)"
        " AND COALESCE((SELECT e.value FROM member_fact e WHERE e.member = p.code AND e.item = 'schooling'"
        f" AND e.day <= {table}.started ORDER BY e.day DESC LIMIT 1), p.schooling) NOT IN ({_quoted(OUT_OF_SCHOOL)})"
    )
    return (
        f"UPDATE {table} SET category = CASE category {whens} ELSE"
        f" CASE WHEN EXISTS ({pupil}) THEN '{compulsory}' ELSE '{other}' END END"
        f" WHERE category IN ({_quoted(FORMER_MEASURES)}) AND {where}"
    )


def same_kind(then: object, now: object) -> bool:
    """Whether a kind of measure as it was written once is the one that stands."""
    return then == now or now in FORMER_MEASURES.get(str(then), ())


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)
