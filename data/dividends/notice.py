"""The notice of a plan that hangs in the village: who gets what and by which rule, for how long, where to object."""

from datetime import date, timedelta

from sqlalchemy import Connection, select

from data import settings
from data.access.rights import needs
from data.access.roles import PLANS, PRINT
from data.access.viewer import Viewer
from data.dividends.file import Plan, plan_file
from data.dividends.rules import BASES, PURPOSES, Rule, coefficients_of
from data.errors import OutOfScope, Refused
from data.model import dividend_plan
from data.money import exact
from data.months import spoken
from data.paper.typeset import clean, pdf
from data.terms import DEMONSTRATION_PREFIX

TEMPLATE = "notice"


def rule_name(rule: Rule) -> str:
    """A rule by name, with the coefficients that hold."""
    classes = coefficients_of(rule.basis)
    told = "、".join(f"{name} {rule.coefficient(name) / 100:g}" for name in classes)
    by = "（按人计）" if rule.by_persons and classes else ""
    return f"{BASES[rule.basis]}{by}{f'，系数：{told}，其余 1' if told else ''}"


@needs(PRINT, PLANS)
def notice(connection: Connection, viewer: Viewer, plan: int, today: str, *, by: str = "") -> bytes:
    """The notice as PDF; ``by``: who printed it, and when, at its foot.

    Raises NotFound for a plan that is not the viewer's, OutOfScope for who may not read names, Refused before it is
    published, and where there is no Chinese font.
    """
    if not viewer.may_write:
        raise OutOfScope("打印公示稿")
    found = plan_file(connection, viewer, plan, today)
    if found.line.published is None:
        raise Refused("方案还没有公示，公示后才能打印公示稿。")
    hotline = settings.value_of(connection, "hotline")
    shared = {"title": "收益分配方案公示", "hotline": clean(hotline), "by": clean(by, 120, run=0)}
    return pdf(TEMPLATE, [_page(found, _days(connection, plan))], shared)


def _days(connection: Connection, plan: int) -> int:
    asked = select(dividend_plan.c.publicity_days).where(dividend_plan.c.id == plan)
    return int(connection.execute(asked).scalar_one())


def _page(plan: Plan, days: int) -> dict[str, object]:
    line = plan.line
    begun = date.fromisoformat(line.published or "")
    rows = plan.shares[plan.shares["total"] != 0]
    hand = rows["by_hand"].tolist()
    sources = plan.sources.groupby(["project", "name"], sort=True)["amount"].sum()
    return {
        "demonstration": line.village.startswith(DEMONSTRATION_PREFIX),
        "name": clean(line.title),
        "village": clean(f"{line.township} {line.village_name}"),
        "from": _day(begun),
        "until": _day(begun + timedelta(days=days - 1)),
        "days": days,
        "span": f"{spoken(line.first_month)}至{spoken(line.last_month)}",
        "rule": clean(f"{rule_name(plan.content.rule)}。{plan.rule_told}", 400, run=0),
        "sums": [exact(line.received), exact(line.distributed), exact(line.kept)],
        "sources": [[clean(name, 40), _fen(amount)] for (_, name), amount in sources.items()],
        "kept": [[PURPOSES[purpose], exact(amount)] for purpose, amount in plan.content.kept.items()],
        "homes": [
            [
                str(number),
                clean(row.head, 20),
                str(row.persons),
                clean(row.state, 12),
                _fen(row.dividend),
                _fen(row.post),
                _fen(row.total),
                "手工核定" if hand[number - 1] else "",
            ]
            for number, row in enumerate(rows.itertuples(), 1)
        ],
        "count": f"{len(rows)} 户，{int(rows['persons'].sum())} 人",
        "object": f"对方案有异议的，请在公示期内向{clean(line.village_name)}村民委员会"
        f"或{clean(line.township)}人民政府反映",
    }


def _fen(value: float) -> str:
    return exact(round(value * 100))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
