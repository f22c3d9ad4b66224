"""A rule's hits become tasks of the villages that have them, all in one step, once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, Engine, text

from data.access.rights import needs
from data.access.roles import MATTERS, QUALITY, READ, WRITE
from data.access.viewer import Viewer, within_sql
from data.errors import NotFound, Refused
from data.figures import cube
from data.matters import raising
from data.matters.raising import Proposal, add_task
from data.quality.waivers import WAIVED
from data.regions.names import named_apart
from data.rules.registry import RULES
from data.store.engine import writing

LONGEST_NAME = 100


@dataclass(frozen=True)
class Proposed:
    """A village with hits that are not waived: whose task it would be, how many hits, and the code of the task that it
    has already and that is not done."""

    whose: Proposal
    hits: int
    standing: str | None

    @property
    def region(self) -> str:
        return self.whose.place.region

    @property
    def name(self) -> str:
        return self.whose.name


def task_name(rule: str) -> str:
    """What a rule's task is called; by it one that runs is known."""
    return f"数据治理：{RULES[rule].label}"[:LONGEST_NAME]


@needs(READ, QUALITY)
def proposed(connection: Connection, viewer: Viewer, rule: str, region: str, today: date) -> list[Proposed]:
    """The villages of a region with hits, the most first. Raises OutOfScope, NotFound for a rule that is none."""
    if rule not in RULES:
        raise NotFound(f"没有编号为“{rule[:10]}”的规则。")
    here, bound = within_sql("h.village", viewer.narrowed(region))
    bound |= {"rule": rule, "name": task_name(rule), "this_day": today.isoformat()}
    sql = f"""
        SELECT h.village, r.name, COUNT(*) AS hits, (SELECT MIN(t.code) FROM task t WHERE t.village = h.village
            AND t.name = :name AND t.household_id IS NULL AND t.state NOT IN ('accepted', 'void')) AS standing
        FROM quality_hit h JOIN region r ON r.code = h.village AND r.closed IS NULL
        WHERE h.rule = :rule AND {here} AND NOT {WAIVED} GROUP BY h.village, r.name ORDER BY hits DESC, h.village"""
    rows = connection.execute(text(sql), bound).all()
    names = named_apart(connection, {row.village: row.name for row in rows})
    whose = raising.proposed(connection, viewer, [raising.Place(row.village) for row in rows], today) if rows else []
    return [
        Proposed(replace(one, name=names[row.village]), row.hits, row.standing)
        for row, one in zip(rows, whose, strict=True)
    ]


@needs(WRITE, MATTERS)
def send(
    engine: Engine,
    viewer: Viewer,
    rule: str,
    region: str,
    chosen: Mapping[str, tuple[int | None, str]],
    *,
    target: str,
    now: datetime,
) -> list[str]:
    """A task for each chosen village (code → whose it is, a person's id, None: nobody is named yet; and its deadline,
    ISO), all or none; their codes. ``target``: what is to be reached, beside the number of hits, which is counted now.

    Raises Refused where none is chosen and where one has no hits any more or has the task already, OutOfScope and
    Unfit as ``data.matters.raising`` does.
    """
    if not chosen:
        raise Refused("请至少选择一个村。")
    with writing(engine) as connection:
        cube.hold(connection)
        known = {one.region: one for one in proposed(connection, viewer, rule, region, now.date())}
        _check(known, chosen)
        codes = []
        for code, (owner, deadline) in chosen.items():
            typed = {
                "name": task_name(rule),
                "target": f"{target.strip() or RULES[rule].label}（派发时 {known[code].hits} 条）",
                "started": now.date().isoformat(),
                "deadline": deadline,
            }
            codes.append(add_task(connection, viewer, raising.Place(code), owner, typed, now, {}))
        for code in sorted(chosen):
            cube.refresh(connection, code, now, households=False, of="tasks")
    return codes


def _check(known: Mapping[str, Proposed], chosen: Collection[str]) -> None:
    gone = [code for code in chosen if code not in known]
    if gone:
        raise Refused(f"有 {len(gone)} 个村的问题刚刚改完或不在您的范围内，请刷新后再派发。")
    twice = [known[code].name for code in chosen if known[code].standing]
    if twice:
        raise Refused(f"{'、'.join(twice[:5])}{'等' if len(twice) > 5 else ''}已有这项在办任务，不重复派发。")
