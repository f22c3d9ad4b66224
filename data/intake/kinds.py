"""Kinds of measure of the first edition in a file: 教育 is one of two kinds of today, by who was at school."""

from data.intake.staging import Staged
from data.model import measure
from data.model.measure_kinds import renewed
from data.terms import FORMER_MEASURES

_OPEN = next(then for then, now in FORMER_MEASURES.items() if len(now) > 1)


def keep_kinds(staged: Staged) -> None:
    """A row that stands under one of the two says the same already: its cell is not read."""
    if staged.table is measure:
        either = ", ".join(f"'{kind}'" for kind in FORMER_MEASURES[_OPEN])
        _sql(staged, f"category = NULL WHERE category = '{_OPEN}' AND {_stands(staged, 'category')} IN ({either})")


def renew_kinds(staged: Staged) -> None:
    """The others get the kind of today, once the members of the same files are written."""
    if staged.table is measure:
        whose = (f"{name} = COALESCE({name}, {_stands(staged, name)})" for name in ("household_id", "started"))
        _sql(staged, f"{', '.join(whose)} WHERE category = '{_OPEN}'")
        staged.connection.exec_driver_sql(renewed(staged.name))


def _stands(staged: Staged, name: str) -> str:
    return f"(SELECT t.{name} FROM {measure.name} t WHERE t.code = {staged.name}.code)"


def _sql(staged: Staged, change: str) -> None:
    staged.connection.exec_driver_sql(f"UPDATE {staged.name} SET {change}")
