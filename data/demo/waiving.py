"""豁免 of the demonstration: what villages asked to be let stand, and what their townships said to it."""

import random
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from data.access.viewer import Viewer
from data.demo.county import SEED
from data.figures import cube
from data.model import quality_hit
from data.quality import waivers
from data.quality.waivers import Mark
from data.store.engine import writing

_ASKED = {
    "R109": "父子两户共用一部电话，联系得上。",
    "R410": "孩子已录取，九月入学，学籍还没有转来。",
    "R510": "原帮扶责任人退休，正在调整，下月补上。",
    "R705": "常年照料卧床的家人，不能外出务工，村里已核实。",
    "R704": "身体硬朗，仍常年在家门口务工，村里已核实。",
    "R904": "上年出栏牛羊多，属一次性收入，已入户核实。",
    "R952": "老房已拆除，在安置点暂住，坐标待测。",
}
"""Rule → why a hit of it is right nevertheless."""
_EACH = 3
_WAYS = (
    (("agree", ""),), (), (("agree", ""), ("end", "情况已变化，应当整改。")), (("agree", ""),),
    (("refuse", "理由不充分，请先入户核实。"),),
)  # fmt: skip
"""What came after it was asked for; of the first kind some have run out."""
_ASKED_AGO, _ANSWERED_AGO, _LASTS = 20, 18, 150  # days
_LONG_AGO = 160


def make_waivers(engine: Engine, now: datetime, *, seed: int = SEED) -> int:
    """Ask for some by the villages and let the townships answer, once the rules were run; how many."""
    chance, marks = random.Random(seed), []
    with engine.connect() as connection:
        hit = quality_hit.c
        for rule in _ASKED:
            asked = select(hit.rule, hit.record, hit.key, hit.village).where(hit.rule == rule).order_by(hit.key)
            known = connection.execute(asked).all()
            marks += chance.sample(known, min(_EACH, len(known)))
    for place, (rule, record, key, village) in enumerate(marks):
        earlier = timedelta(days=_LONG_AGO if place % (2 * len(_WAYS)) == 0 else 0)  # ran out by itself since
        asked_at, answered = (now - earlier - timedelta(days=ago) for ago in (_ASKED_AGO, _ANSWERED_AGO))
        until = asked_at.date() + timedelta(days=_LASTS)
        mark = Mark(rule, record, key)
        id = waivers.ask(engine, Viewer("village", village), mark, until=until, reason=_ASKED[rule], now=asked_at)
        for version, (action, reason) in enumerate(_WAYS[place % len(_WAYS)], start=1):
            township = Viewer("township", village[:9])
            waivers.step(engine, township, id, action, version=version, reason=reason, now=answered)
    with writing(engine) as connection:
        cube.hold(connection)
        cube.stamp(connection, now)
    return len(marks)
