"""The facts of a case that the law goes by, gathered from the records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, RowMapping, func, select

from data import model, settings
from data.access.rights import needs
from data.access.roles import MONITORING, READ
from data.access.viewer import Viewer
from data.errors import Refused
from data.figures.books import closed_month
from data.figures.courses import ENDS
from data.figures.monitoring_line import line_of
from data.households.file import HouseholdFile, household
from data.households.income import KINDS
from data.households.lights import SECURE, age, lights
from data.households.living import people_of
from data.households.registers import base_on, episode_told, registers
from data.monitoring.clocks import Spans, spans_of
from data.monitoring.law import Facts, Law, Person
from data.monitoring.ways import BEFORE
from data.months import month_of
from data.terms import ABLE, ASSURANCES, WORKING_AGE
from data.workbook.sheets import SHEETS

GUARANTEED = ("education", "medical", "housing", "water")
"""三保障 and water, keys of ``terms.ASSURANCES``."""
_LACKING = dict(
    zip(
        ASSURANCES,
        next(sheet for sheet in SHEETS if sheet.table_name == "episode").column("lacking").choices,
        strict=True,
    )
)
"""Assurance → what 监测 calls it."""


@dataclass(frozen=True)
class Ground:
    """What a county has decided: its law and its clocks."""

    law: Law
    spans: Spans


def ground(connection: Connection) -> Ground:
    """The county's law and clocks as its settings have them."""
    held = settings.values(connection)
    law = Law(
        int(held["removal_months"]), int(held["vote_quorum"]), int(held["vote_pass"]), held["reference_income"] == "1"
    )
    return Ground(law, spans_of(held))


@dataclass(frozen=True)
class Recorded:
    """What the books and the file of a household say on a day: fen a head of the closed months (None: not whole) with
    the line, the figures of a removal (``law.FIGURES`` → fen), the assurances that are not secure (keys of
    ``terms.ASSURANCES`` → what is said of each)."""

    incomes: Mapping[int, int | None]
    line: int | None
    figures: Mapping[str, int]
    unsafe: Mapping[str, str]

    @property
    def lacking(self) -> str | None:
        """The assurances as 监测 names them."""
        return "、".join(_LACKING[item] for item in self.unsafe if item in GUARANTEED) or None


@needs(READ, MONITORING)
def recorded(connection: Connection, viewer: Viewer, id: int, day: date, months: int) -> Recorded:
    """Of a household that the viewer sees. Raises NotFound for another."""
    first, last = connection.execute(select(func.min(model.month.c.month), func.max(model.month.c.month))).one()
    if first is None:
        raise Refused("系统还没有统计月份，请先导入户数据。")
    file = household(connection, viewer, id, min(max(month_of(day), first), last))
    course = file.income.course["per_head"].to_dict()
    closed = closed_month(connection, file.village)
    books = min(month_of(day), last if closed is None else closed)
    incomes = {
        month: round(course[month] * 100) if month in course else None for month in range(books - months + 1, books + 1)
    }
    told = {one.item: one.state for one in lights(connection, viewer, file) if one.state != SECURE}
    line = line_of(connection, file.village[:2], day.isoformat())
    return Recorded(incomes, line, _figures(connection, file), told)


def _figures(connection: Connection, file: HouseholdFile) -> dict[str, int]:
    """Figures of a removal as the books have them; what they do not say is missing."""
    found: dict[str, int] = {}
    if file.income.per_head is not None:
        found = {kind: round(file.income.totals[kind] * 100) for kind in KINDS}
        found["per_head"] = round(file.income.per_head * 100)
    asked = model.income_reference
    last = select(asked).where(asked.c.household_id == file.id).order_by(asked.c.year.desc()).limit(1)
    if (row := connection.execute(last).first()) is not None:
        beside = {"outlay": row.outlay_fen, "claims": row.claims_fen}
        found |= {name: fen for name, fen in beside.items() if fen is not None}
    return found


@needs(READ, MONITORING)
def facts_of_household(connection: Connection, viewer: Viewer, id: int, day: date, *, but: str = "") -> Facts:
    """What stands of a household that the viewer sees, apart from a case; ``but``: the code of the case whose own
    episode is not another's."""
    one = registers(connection, [id])[id]
    told = one.episodes or [row for row in [episode_told(one)] if row is not None]
    others = [row for row in told if row["code"] != but]
    own = next((row["identified"] for row in told if row["code"] == but), None)
    event, case = model.household_event.c, model.monitoring_case.c
    over = connection.execute(select(event.day, event.kind).where(event.household_id == id, event.kind.in_(ENDS)))
    running = select(case.code).where(case.household_id == id, case.code != but, case.state.in_(BEFORE))
    attribute = select(model.household.c.attribute).where(model.household.c.id == id)
    return Facts(
        day=day,
        base=base_on(one, day.isoformat()),
        attribute=connection.execute(attribute).scalar_one(),
        ended="".join(f"已于 {end.day} {end.kind}" for end in over),
        running=connection.execute(running.limit(1)).scalar(),
        watched=any(row["removed"] is None for row in others),
        removed_before=max((date.fromisoformat(row["removed"]) for row in others if row["removed"]), default=None),
        identified=date.fromisoformat(own) if own else None,
        members=tuple(Person(who["name"], _able(who, day.isoformat())) for who in people_of(connection, id)),
    )


def _able(member: RowMapping, day: str) -> bool | None:
    if member["skill"] is not None:
        return member["skill"] in ABLE
    years = age(member["born"], day)
    return False if years is not None and years < WORKING_AGE[0] else None
