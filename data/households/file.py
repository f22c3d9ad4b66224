"""One household as it stood in a month: its facts and everything that hangs on it."""

from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import Connection, text

from data.access.masks import mask_attribute, mask_health, mask_id, mask_name, mask_phone
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.scope import seen_households
from data.access.viewer import Viewer, within_sql
from data.errors import NO_SUCH_HOUSEHOLD, NotFound
from data.figures.books import closed_month
from data.figures.facts import check_on, facts_on
from data.figures.net_income import AT_CLOSED
from data.figures.sources import FUND_PAID_SQL
from data.figures.states import head_first, head_on, members_on, relation_on, standing
from data.figures.visit_rules import next_visit
from data.households.fates import Fate, fates
from data.households.income import Income, income_of
from data.households.rosters import estimated
from data.model.running import lasts_to, runs_on
from data.regions.tree import Region
from data.settings import value_of
from data.store.rows import Record
from data.terms import DOCTOR, STATE_NAMES, TELLING_MEASURES, UNCOUNTED

LATEST_VISITS = 10
_THEN = {"head": "head_then", "village": "village_then", "housing_safe": "housing_then", "water_safe": "water_then"}
"""Columns of a household in whose place stands what was true in the month."""


@dataclass(frozen=True)
class HouseholdFile:
    """One household for one viewer: ``facts`` is its row with the village, state (户类型), base and watch of the month,
    region names, housing_safe and water_safe (a key of ``terms.VERDICTS``; None: not known then) and the day ``as_of``;
    frames hold what there was by then, the newest or most urgent first, missing values None.

    ``visits`` is one page of ``visits_total``. ``helpers`` has the day ``due`` by which the next visit is to be, and
    ``whom`` of the household it is (None: all).
    ``became``: what became of a household that is no more; ``estimated``: its members of that month are those that are
    recorded now; ``past``: the month is not the one that runs.
    """

    id: int
    village: str
    facts: Record
    head: str
    state: str
    members: pd.DataFrame
    income: Income
    helpers: pd.DataFrame
    visits: pd.DataFrame
    visits_total: int
    measures: pd.DataFrame
    projects: pd.DataFrame
    funds: pd.DataFrame
    problems: pd.DataFrame
    tasks: pd.DataFrame
    became: Fate | None = None
    estimated: bool = False
    past: bool = False

    @property
    def standing(self) -> str:
        """The base and the watch: 脱贫户 · 监测：脱贫不稳定户; a single one as the state; that it is no more."""
        if self.became:
            return f"已{self.became.kind}"
        base, watch = self.facts["base"], self.facts["watch"]
        return f"{STATE_NAMES[base]} · 监测：{self.state}" if watch and base != UNCOUNTED else self.state


@needs(READ, HOUSEHOLDS)
def household(connection: Connection, viewer: Viewer, id: int, month: int, *, visits_page: int = 1) -> HouseholdFile:
    """The file of one household.

    Raises NotFound, in the same words, for one that does not exist and for one that is not the viewer's: belonging
    today decides; of one that was his and moved away, with where it went. ID numbers, phones and illnesses are masked
    for everybody (``data.access.masks``); what a viewer without identity, or one who may not know of illness, does not
    get besides, ``_without_identity`` and ``_without_telling`` say.
    """
    seen, bound = seen_households(viewer)
    facts = (
        connection.execute(text(f"{_FACTS} AND {seen}"), {**bound, "household": id, "month": month}).mappings().first()
    )
    if facts is None:
        raise NotFound(_moved_away(connection, viewer, id) or NO_SUCH_HOUSEHOLD)
    skipped = max(visits_page - 1, 0) * LATEST_VISITS
    asked = {"household": id, "month": month, "skipped": skipped, "days": int(value_of(connection, "visit_days"))}
    frames = {name: _rows(connection, sql, asked) for name, sql in _HANGING.items()}
    members = frames["members"]
    members["id_number"] = members["id_number"].map(mask_id)
    members["health"] = [mask_health(viewer, health) for health in members["health"]]
    frames["helpers"]["whom"] = [  # to be a doctor's tells an illness
        mask_name(one.whom) if one.whom and one.team == DOCTOR else one.whom for one in frames["helpers"].itertuples()
    ]
    frames["helpers"]["due"] = _due(frames["helpers"], asked["days"])
    closed = closed_month(connection, facts["village_then"])
    books = month if closed is None else min(month, closed)
    file = HouseholdFile(
        id=id,
        village=facts["village_then"],
        facts={**facts, **{name: facts[then] for name, then in _THEN.items()}, "phone": mask_phone(facts["phone"])},
        head=facts["head_then"],
        state=STATE_NAMES[facts["state"]],
        income=income_of(connection, viewer, id, facts["village_then"], books, len(frames["members"])),
        visits_total=connection.execute(text(_VISITS_TOTAL), asked).scalar_one(),
        became=fates(connection, viewer, [id], month).get(id),
        past=facts["as_of"] < facts["built"],
        estimated=id in estimated(connection, [id], facts["as_of"]),
        **frames,
    )
    file = file if viewer.sees_identity else _without_identity(file)
    return file if viewer.sees_health else _without_telling(file)


@needs(READ, HOUSEHOLDS)
def whereabouts(connection: Connection, viewer: Viewer, id: int) -> Region | None:
    """The village of a household, None where there is no such household in the viewer's scope."""
    seen, bound = seen_households(viewer)
    sql = (
        f"SELECT v.code, v.name FROM household h JOIN region v ON v.code = h.village WHERE h.id = :household AND {seen}"
    )
    found = connection.execute(text(sql), {**bound, "household": id}).first()
    return Region(*found) if found else None


def _moved_away(connection: Connection, viewer: Viewer, id: int) -> str | None:
    """Where a household went that was of the viewer's region: lists of the months before still name it."""
    if viewer.sees_own_only:
        return None
    here, bound = within_sql("e.origin", viewer.region)
    there, _ = within_sql("e.village", viewer.region)
    found = connection.execute(
        text(
            "SELECT e.day, v.name FROM household_move e JOIN region v ON v.code = e.village"
            f" WHERE e.household_id = :household AND {here} AND NOT {there} ORDER BY e.day DESC LIMIT 1"
        ),
        {**bound, "household": id},
    ).first()
    return f"这一户已于 {found.day} 迁到{found.name}，档案由{found.name}查看和办理。" if found else None


def _without_identity(file: HouseholdFile) -> HouseholdFile:
    """No full name, ID number, phone, address, unpublished attribute or free words."""
    hidden = {
        "members": ["id_number", "skill"],
        "visits": ["occasion", "content"],
        "helpers": ["phone"],
        "problems": ["description"],
        "tasks": ["name", "target"],
    }
    frames = {name: getattr(file, name).copy() for name in hidden}
    for name, columns in hidden.items():
        frames[name][columns] = None
    frames["members"]["name"] = frames["members"]["name"].map(mask_name)
    frames["helpers"]["whom"] = frames["helpers"]["whom"].map(mask_name, na_action="ignore")
    facts = {**file.facts, **dict.fromkeys(("phone", "address", "remark"), None)}
    facts |= {"head": mask_name(file.head), "attribute": mask_attribute(facts["attribute"])}
    return replace(file, facts=facts, head=facts["head"], **frames)


def _without_telling(file: HouseholdFile) -> HouseholdFile:
    """No sign of illness or disability, no cause, no code. (Members come without their health.)"""
    facts = {**file.facts, **dict.fromkeys(("code", "cause", "other_causes"), None)}
    measures = file.measures[~file.measures["category"].isin(TELLING_MEASURES)].reset_index(drop=True)
    return replace(file, facts=facts, measures=measures, income=replace(file.income, subjects={}))


def _rows(connection: Connection, sql: str, asked: dict[str, int]) -> pd.DataFrame:
    found = connection.execute(text(sql), asked)
    return pd.DataFrame(found.all(), columns=list(found.keys()), dtype=object)


def _due(helpers: pd.DataFrame, days: int) -> list[str]:
    """Days after the last visit, or after the pairing began where there was none yet."""
    return [next_visit(one.last_visit, one.started, days) for one in helpers.itertuples()]


_FACTS = f"""
    SELECT h.*, {head_on()} AS head_then, s.village AS village_then,
        s.state, s.base, s.watch, hm.visits, k.below_line, m.as_of, d.built,
        {check_on("housing", "m.as_of")} AS housing_then, {check_on("water", "m.as_of")} AS water_then,
        v.name AS village_name, t.name AS township_name
    FROM household h CROSS JOIN data_version d JOIN month m ON m.month = :month JOIN {standing()}
    JOIN region v ON v.code = s.village
    LEFT JOIN region t ON t.code = substr(s.village, 1, 9)
    LEFT JOIN household_month hm ON hm.month = m.month AND hm.village = s.village AND hm.household_id = h.id
    {AT_CLOSED}
    WHERE h.id = :household"""
_FACTS_OF_MEMBERS = facts_on(
    "education", "schooling", "health", "skill", "work_area", "work_months", "medical_insured", "pension_insured"
)
_VISITS_TOTAL = """
    SELECT COUNT(*) FROM visit v JOIN month m ON m.month = :month
    WHERE v.household_id = :household AND v.visited <= m.as_of"""
_HANGING = {
    "members": f"""
        SELECT p.code, p.name, {relation_on()} AS relation, p.sex, p.born, p.id_number, {_FACTS_OF_MEMBERS}, m.as_of
        FROM month m CROSS JOIN {members_on("m.month = :month AND b.household_id = :household")}
        ORDER BY {head_first()}, p.born, p.code""",
    "helpers": f"""
        SELECT a.code, a.name, a.unit, a.team, a.post, a.phone, s.started, p.name AS whom,
            MAX(v.visited) AS last_visit, MAX(CASE WHEN v.visited >= m.first_day THEN 1 ELSE 0 END) AS visited
        FROM pairing s JOIN helper a ON a.code = s.helper JOIN month m ON m.month = :month
        LEFT JOIN member p ON p.code = s.member
        LEFT JOIN visit v ON v.household_id = s.household_id AND v.helper = s.helper AND v.visited <= m.as_of
        WHERE s.household_id = :household AND {runs_on("s", "m.as_of")}
        GROUP BY a.code, a.name, a.unit, a.team, a.post, a.phone, s.started, p.name, s.member
        ORDER BY s.started, a.code, s.member""",
    "visits": f"""
        SELECT v.code, v.visited, a.name AS helper, a.unit, v.occasion, v.content,
            (SELECT COUNT(*) FROM archive d WHERE d.household_id = v.household_id AND d.visit = v.code
                AND d.hidden IS NULL) AS photos
        FROM visit v JOIN helper a ON a.code = v.helper JOIN month m ON m.month = :month
        WHERE v.household_id = :household AND v.visited <= m.as_of
        ORDER BY v.visited DESC, v.code LIMIT {LATEST_VISITS} OFFSET :skipped""",
    "measures": f"""
        SELECT s.code, s.category, s.name, s.started, s.ended, s.unit,
            CAST(s.amount_fen AS DOUBLE PRECISION) / 100 AS amount,
            CASE WHEN {lasts_to("s", "m.as_of")} THEN 1 ELSE 0 END AS running
        FROM measure s JOIN month m ON m.month = :month
        WHERE s.household_id = :household AND s.started <= m.as_of
        ORDER BY CASE WHEN {lasts_to("s", "m.as_of")} THEN 0 ELSE 1 END, s.started DESC, s.code""",
    "projects": """
        SELECT p.code, p.region, p.name, p.kind, p.stage, b.year, b.mode,
            CAST(b.amount_fen AS DOUBLE PRECISION) / 100 AS amount
        FROM project_household b JOIN project p ON p.code = b.project JOIN month m ON m.month = :month
        WHERE b.household_id = :household AND b.year * 12 <= m.month
        ORDER BY b.year DESC, p.code, b.mode""",
    "funds": f"""
        SELECT f.code, f.year, f.name, f.source, f.region, p.name AS project,
            CAST(f.arranged_fen AS DOUBLE PRECISION) / 100 AS arranged,
            CAST({FUND_PAID_SQL} AS DOUBLE PRECISION) / 100 AS paid
        FROM fund f JOIN project p ON p.code = f.project JOIN month m ON m.month = :month
        WHERE f.year * 12 <= m.month AND f.project IN
            (SELECT b.project FROM project_household b WHERE b.household_id = :household AND b.year * 12 <= m.month)
        ORDER BY f.year DESC, f.code""",
    "problems": """
        SELECT b.code, b.category, b.description, b.source, b.owner, b.found, b.deadline,
            CASE WHEN b.rectified <= m.as_of THEN b.rectified END AS rectified,
            CASE WHEN b.closed <= m.as_of THEN b.closed END AS closed, m.as_of
        FROM problem b JOIN month m ON m.month = :month
        WHERE b.household_id = :household AND b.found <= m.as_of AND b.state <> 'void'
        ORDER BY CASE WHEN b.closed <= m.as_of THEN 1 ELSE 0 END, b.deadline, b.code""",
    "tasks": """
        SELECT t.code, t.name, t.target, t.owner, t.started, t.deadline,
            CAST(CASE WHEN t.finished <= m.as_of THEN 10000 WHEN t.finished IS NULL THEN t.progress_bp ELSE 0 END
                AS DOUBLE PRECISION) / 10000 AS progress,
            CASE WHEN t.finished <= m.as_of THEN t.finished END AS finished, m.as_of
        FROM task t JOIN month m ON m.month = :month
        WHERE t.household_id = :household AND t.started <= m.as_of AND t.state <> 'void'
        ORDER BY CASE WHEN t.finished <= m.as_of THEN 1 ELSE 0 END, t.deadline, t.code""",
}
