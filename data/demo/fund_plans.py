"""The sheet 拨付计划: how much of each fund was to be paid by which day; the slow ones are behind it, most are not."""

from collections import defaultdict

import numpy as np

from data.demo.ground import Ground, Sheet

_DAYS = (("06-30", 0.5), ("09-30", 0.8), ("12-15", 1.0))  # and the share that is to be paid by then
_EARLY = (("05-31", 0.5), ("08-31", 0.8), ("10-31", 1.0))  # of plans that no payment keeps up with
_STEP = 100_000  # plans are made in full thousands of yuan
_SLOW, _HASTY = 0.42, 0.1  # paid by autumn: less is slow; and how many plans run ahead of the payments


def fund_plans(ground: Ground, funds: Sheet, payments: Sheet) -> Sheet:
    """``funds`` and ``payments`` as the sheets 资金 and 资金拨付 have them; never more than was arranged."""
    rng = ground.rng("fund_plans")
    paid = defaultdict(list)
    for code, day, fen in zip(payments["fund"], payments["paid"], payments["amount_fen"], strict=True):
        paid[code].append((day, int(fen)))
    rows = []
    for code, year, arranged in zip(funds["code"], funds["year"], funds["arranged_fen"], strict=True):
        ahead, slack = rng.random() < _HASTY, rng.uniform(0.85, 1.0)
        autumn = np.datetime64(f"{year}-09-30")
        slow = ground.end > autumn and sum(fen for when, fen in paid[code] if when <= autumn) < _SLOW * arranged
        late = ahead or slow
        days = [(np.datetime64(f"{year}-{day}"), share) for day, share in (_EARLY if late else _DAYS)]
        by_day = [sum(fen for when, fen in paid[code] if when <= day) for day, _ in days]
        total = arranged if late or year == ground.last // 12 else min(sum(fen for _, fen in paid[code]), arranged)
        before = 0
        for (day, share), done in zip(days, by_day, strict=True):
            wanted = total * share if late or day > ground.end or share == 1 else done * slack
            reached = max(int(min(wanted, arranged)) // _STEP * _STEP, before)
            if reached > before:
                rows.append((code, day, reached - before))
            before = reached
    code, day, fen = zip(*rows, strict=True)
    return {"fund": list(code), "planned": np.array(day), "amount_fen": np.array(fen)}
