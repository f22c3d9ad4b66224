"""What a dividend plan is made of: the returns that a village may give out, its households, their shares."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, func, select, text

from data.access import roles
from data.access.rights import needs
from data.access.scope import seen_households
from data.access.viewer import Viewer
from data.dividends import rules as dividend_rules
from data.dividends.rules import PURPOSES, WHOLE, Household, Rule, spread, spread_rest
from data.dividends.states import PLANS
from data.errors import Refused
from data.figures.facts import fact_on
from data.figures.sources import HELPED_SQL
from data.figures.states import members_on, persons_on, standing
from data.model import dividend_kept, dividend_share, dividend_source, household, month
from data.money import exact
from data.months import spoken

Source = tuple[str, int]
"""A project's code and a month."""
_ABLE = "('普通劳动力', '技能劳动力')"
_ABLE_ON = f"{fact_on('skill', 'm.as_of')} IN {_ABLE}"
_LABOUR = f"(SELECT COUNT(*) FROM {members_on(f'b.household_id = h.id AND {_ABLE_ON}')})"
_TAKING = (
    "COALESCE((SELECT SUM(s.amount_fen) FROM dividend_source s JOIN dividend_plan v ON v.id = s.plan"
    " WHERE s.project = r.project AND s.month = r.month AND v.id <> :but{here}"
    " AND v.state <> 'void' AND (v.reverses IS NULL OR v.state = 'filed')), 0)"
)
TAKEN = _TAKING.format(here="")
"""SQL of what the plans that stand take of ``project_return r``; a reversal gives back once it is filed."""
_BY_PLANS = (
    "(SELECT SUM(d.amount_fen) FROM dividend_payment d JOIN dividend_plan v ON v.id = d.plan"
    " WHERE d.household_id = b.household_id AND d.project = b.project AND v.booked / 12 = b.year"
    " AND d.kind = CASE b.mode WHEN '分红' THEN 'dividend' WHEN '公益岗位' THEN 'post' END)"
)
_BEHIND = (  # not those who stand there by such plans alone: giving to more homes would else bring a village more
    "(SELECT COUNT(DISTINCT b.household_id) FROM project_household b JOIN household h ON h.id = b.household_id"
    f" WHERE b.project = p.code{{here}} AND COALESCE(b.amount_fen, 0) <> COALESCE({_BY_PLANS}, -1))"
)
_RETURNS = f"""
    SELECT p.code AS project, p.name, p.region, r.month, r.received_fen AS received, {TAKEN} AS taken,
        {_TAKING.format(here=" AND v.village = :village")} AS taken_here,
        {_BEHIND.format(here=" AND h.village = :village")} AS mine, {_BEHIND.format(here="")} AS everybody
    FROM project p JOIN project_return r ON r.project = p.code
    WHERE p.region IN :above AND r.month >= :first AND r.month <= :last AND r.received_fen > 0
    ORDER BY length(p.region) DESC, p.code, r.month"""


@dataclass(frozen=True)
class Return:
    """What a project returned in a month, in fen: ``taken`` by plans that stand (``taken_here``: of this village),
    ``mine`` of the households behind it (``everybody``), ``suggested`` for this village."""

    project: str
    name: str
    region: str
    month: int
    received: int
    taken: int
    taken_here: int
    mine: int
    everybody: int
    suggested: int

    @property
    def key(self) -> Source:
        return self.project, self.month

    @property
    def free(self) -> int:
        return self.received - self.taken


@dataclass(frozen=True)
class Candidate:
    """A household that a plan of its village may give to; what a rule looks at is ``household``."""

    household: Household
    code: str
    head: str


@dataclass(frozen=True)
class Share:
    """What a household is to get of one kind, in fen; ``weight`` in ten-thousandths, None where no rule made it."""

    amount: int
    by_hand: bool = False
    weight: int | None = None


@dataclass(frozen=True)
class Content:
    """All of a draft that its village decides: sources and what is kept in fen, shares by household and kind."""

    title: str
    first_month: int
    last_month: int
    rule: Rule
    sources: Mapping[Source, int]
    kept: Mapping[str, int]
    shares: Mapping[tuple[int, str], Share]

    @property
    def received(self) -> int:
        return sum(self.sources.values())

    @property
    def distributed(self) -> int:
        return sum(share.amount for share in self.shares.values())

    @property
    def held_back(self) -> int:
        return sum(self.kept.values())

    @property
    def difference(self) -> int:
        """Received less distributed and kept: what has no place yet (or, below zero, what there is not)."""
        return self.received - self.distributed - self.held_back


def running_month(connection: Connection) -> int:
    """The month that runs, as the figures were made for."""
    running: int = connection.execute(select(func.max(month.c.month))).scalar_one()
    return running


def usual_months(running: int) -> tuple[int, int]:
    """First and last month of a new plan: the half-year that runs, up to its last whole month; in its first month the
    half-year before."""
    first = running // 6 * 6
    return (first, running - 1) if running > first else (first - 6, first - 1)


@needs(roles.READ, roles.PLANS)
def returns(
    connection: Connection, viewer: Viewer, village: str, first: int, last: int, *, but: int = 0
) -> list[Return]:
    """What came in from ``first`` to ``last`` that the village may give out: of its own projects, and of projects of
    the regions above it that have households of the village behind them. ``but``: a plan not to be counted as taking.
    """
    above = [viewer.narrowed(village)[:length] for length in (12, 9, 6, 4, 2)]
    asked = text(_RETURNS).bindparams(bindparam("above", expanding=True))
    rows = connection.execute(
        asked, {"above": above, "village": village, "first": first, "last": last, "but": but}
    ).mappings()
    found = []
    for row in rows:
        numbers = {name: int(row[name]) for name in ("month", "received", "taken", "taken_here", "mine", "everybody")}
        own = row["region"] == village
        if own or numbers["mine"]:
            part = numbers["received"] if own else numbers["received"] * numbers["mine"] // numbers["everybody"]
            suggested = max(0, min(part - numbers["taken_here"], numbers["received"] - numbers["taken"]))
            found.append(Return(row["project"], row["name"], row["region"], suggested=suggested, **numbers))
    return found


@needs(roles.READ, roles.PLANS)
def candidates(connection: Connection, viewer: Viewer, village: str) -> list[Candidate]:
    """The households of the village, those that the viewer sees, that are counted in the month that runs."""
    seen, named = seen_households(viewer)
    rows = connection.execute(
        text(
            f"SELECT h.id, h.code, h.head, h.attribute, s.state, {persons_on()} AS persons, {_LABOUR} AS labour"
            f" FROM household h JOIN month m ON m.month = :month JOIN {standing()}"
            f" WHERE s.village = :village AND {HELPED_SQL} AND {seen} ORDER BY h.id"
        ),
        {**named, "month": running_month(connection), "village": viewer.narrowed(village)},
    )
    return [
        Candidate(Household(row.id, int(row.persons), int(row.labour), row.state, row.attribute), row.code, row.head)
        for row in rows
    ]


def respread(content: Content, among: list[Candidate], *, keep_typed: bool = True) -> Content:
    """The same draft with its dividends worked out again by its rule, over the households that are there now.

    Public posts' wages stay; of the dividends those typed by hand do, unless ``keep_typed`` is False. Raises Refused
    where there is less than was typed, or nobody has a weight.
    """
    there = {one.household.id for one in among}
    posts = {key: share for key, share in content.shares.items() if key[1] == "post" and key[0] in there}
    weights = {one.household.id: dividend_rules.weight(content.rule, one.household) for one in among}
    total = content.received - content.held_back - sum(share.amount for share in posts.values())
    if total < 0:
        raise Refused(f"留存和公益岗位工资比收益多 {exact(-total)} 元，请先改小。")
    by_hand = content.rule.basis == "hand"
    typed = {
        id: share.amount
        for (id, kind), share in content.shares.items()
        if kind == "dividend" and id in there and (by_hand or (share.by_hand and keep_typed))
    }
    amounts = {id: typed.get(id, 0) for id in weights} if by_hand else spread_rest(total, weights, typed)
    dividends = {
        (id, "dividend"): Share(amounts[id], by_hand or id in typed, None if by_hand else weights[id]) for id in weights
    }
    return replace(content, shares={**dividends, **posts})


def follows_rule(content: Content, facts: Mapping[int, Household]) -> bool:
    """Whether the dividends that nobody typed are what the rule makes of their sum; ``facts`` of the households."""
    shares = {id: share for (id, kind), share in content.shares.items() if kind == "dividend" and not share.by_hand}
    rest = sum(share.amount for share in shares.values())
    if not rest:
        return True
    if content.rule.basis == "hand" or not shares.keys() <= facts.keys():
        return False
    weights = {id: dividend_rules.weight(content.rule, facts[id]) for id in shares}
    if not any(weights.values()) or rest < 0:
        return False
    return spread(rest, weights) == {id: share.amount for id, share in shares.items()}


def proposed_households(connection: Connection, plan: int) -> dict[int, Household]:
    """The households of a plan as they were when it was proposed."""
    rows = connection.execute(
        select(dividend_share, household.c.attribute)
        .join(household, household.c.id == dividend_share.c.household_id)
        .where(dividend_share.c.plan == plan)
    )
    return {
        row.household_id: Household(row.household_id, row.persons, row.labour, row.state, row.attribute) for row in rows
    }


@needs(roles.READ, roles.PLANS)
def content_of(connection: Connection, viewer: Viewer, plan: int) -> Content:
    """What stands of a plan; raises NotFound where there is none for this viewer."""
    held = PLANS.row(connection, viewer, plan)
    sources = connection.execute(select(dividend_source).where(dividend_source.c.plan == plan))
    shares = connection.execute(select(dividend_share).where(dividend_share.c.plan == plan))
    held_back = select(dividend_kept.c.purpose, dividend_kept.c.amount_fen).where(dividend_kept.c.plan == plan)
    kept = dict(connection.execute(held_back).all())
    return Content(
        held["title"],
        held["first_month"],
        held["last_month"],
        dividend_rules.read(held["rule"]),
        {(row.project, row.month): row.amount_fen for row in sources},
        {purpose: kept[purpose] for purpose in PURPOSES if purpose in kept},
        {
            (row.household_id, row.kind): Share(
                row.amount_fen, bool(row.by_hand), None if row.weight is None else round(row.weight * WHOLE)
            )
            for row in shares
        },
    )


def check_sources(connection: Connection, plan: int, sources: Mapping[Source, int]) -> None:
    """Raises Refused where the plans that stand, with these sources, take more than a project returned in a month."""
    held = connection.execute(
        text(
            f"SELECT r.project, r.month, p.name, r.received_fen AS received, {TAKEN} AS taken"
            " FROM project_return r JOIN project p ON p.code = r.project WHERE r.project IN :projects"
        ).bindparams(bindparam("projects", expanding=True)),
        {"projects": sorted({project for project, _ in sources}) or [""], "but": plan},
    )
    known = {(row.project, row.month): row for row in held}
    for (project, when), amount in sources.items():
        row = known.get((project, when))
        if row is None:
            raise Refused(f"项目 {project} 在{spoken(when)}没有到账的收益，请从来源中去掉。")
        free = int(row.received) - int(row.taken)
        if amount > free:
            raise Refused(
                f"{row.name}{spoken(when)}实收 {exact(row.received)} 元，还可分配"
                f" {exact(max(free, 0))} 元，本方案列了 {exact(amount)} 元，请改小。"
            )
