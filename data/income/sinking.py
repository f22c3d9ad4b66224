"""Whose income sinks: fallen against the same month a year ago, or forecast under the line; each with its cause.

Who they are is worked out without names (``sinking``) and may be kept; the names of a page are asked afresh of
``data.figures.lists``, what stands behind a cause of ``data.income.evidence``.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from data.access.rights import needs
from data.access.roles import FIGURES, READ
from data.access.scope import seen_matters
from data.access.viewer import Viewer, within_sql
from data.figures.net_income import COMPARABLE, KNOWN_NET, NET
from data.income.distribution import integers, locked
from data.income.forecast import foretold_sql, line_sql, lines_of, term
from data.settings import value_of
from data.terms import INCOME_KINDS, Record

PARTS = (*INCOME_KINDS, "expense")
CAUSES = {
    **{kind: f"{name}减少" for kind, name in INCOME_KINDS.items()},
    "expense": "经营支出增加",
    "low": "未减少但水平低",
    "new": "上年无记录",
}
"""Main cause → its words: the part that took most from the net income; ``low``: none did, yet it does not reach the
line; ``new``: there is no month a year ago to compare with."""
BASES = {"fell": "收入骤降", "under": "预测低于线", "both": "两者兼有"}
"""Why a household is listed: fallen, forecast under the line (either may also be the other), or both."""


@dataclass(frozen=True, eq=False)
class Sinking:
    """Households that sink, the worst first: those that fell and are forecast under the line, then by the forecast.

    Arrays not writeable. ``lost``: five rows (PARTS) of fen that each part took from the net income in a year
    (negative: added). ``before``: net income of the same month a year ago, 0 without one; ``forecast``: yuan a head
    at the end of the income year (NaN without members); ``line``: yuan, NaN where none is set; ``cause``: place in
    CAUSES.
    """

    household: npt.NDArray[np.int64]
    village: npt.NDArray[np.int64]
    persons: npt.NDArray[np.int64]
    net: npt.NDArray[np.int64]
    before: npt.NDArray[np.int64]
    lost: npt.NDArray[np.int64]
    forecast: npt.NDArray[np.float64]
    line: npt.NDArray[np.float64]
    fell: npt.NDArray[np.bool_]
    under: npt.NDArray[np.bool_]
    below: npt.NDArray[np.bool_]
    cause: npt.NDArray[np.int64]

    def picked(self, *, basis: str = "", cause: str = "") -> npt.NDArray[np.intp]:
        """Places of the households listed for a key of BASES and of CAUSES ('' any)."""
        mask = np.ones(len(self.household), dtype=bool)
        if basis in ("fell", "both"):
            mask &= self.fell
        if basis in ("under", "both"):
            mask &= self.under
        if cause:
            mask &= self.cause == list(CAUSES).index(cause)
        return np.flatnonzero(mask)


@needs(READ, FIGURES)
def sinking(connection: Connection, viewer: Viewer, region: str, month: int) -> Sinking:
    """The households of a region that sink in a month, among those the viewer may see."""
    here, bound = within_sql("hm.village", viewer.narrowed(region))
    seen, named = seen_matters(viewer, "hm.household_id")
    this = term(connection, month)
    now, before = NET.format("hm"), NET.format("a")
    base = f"({KNOWN_NET.format('b')})"
    compared = f"(a.month IS NOT NULL AND {COMPARABLE.format('hm', 'a')})"
    line = line_sql(lines_of(connection, region, this.last), "hm.village")
    told = foretold_sql(now, base)
    fell = f"CASE WHEN {compared} AND {before} > 0 AND ({before} - {now}) * 100 >= :share * {before} THEN 1 ELSE 0 END"
    under = f"CASE WHEN hm.persons > 0 AND {told} < 12 * hm.persons * {line} THEN 1 ELSE 0 END"
    parts = ", ".join(f"hm.{part}_fen, COALESCE(a.{part}_fen, 0)" for part in PARTS)
    statement = f"""
        SELECT * FROM (SELECT hm.household_id, CAST(hm.village AS BIGINT) AS village, hm.persons,
        CASE WHEN {compared} THEN 1 ELSE 0 END AS compared, {parts}, {told} AS told,
        COALESCE({line}, -1) AS line, {fell} AS fell, {under} AS under, COALESCE(hm.below_line, 0) AS below
        FROM household_month hm
        LEFT JOIN household_month a ON a.month = :before AND a.village = hm.village
        AND a.household_id = hm.household_id
        LEFT JOIN household_month b ON b.month = :base AND b.village = hm.village
        AND b.household_id = hm.household_id
        WHERE hm.month = :month AND hm.record = {Record.WHOLE:d} AND {here} AND {seen}) q
        WHERE fell = 1 OR under = 1"""
    asked = {
        "month": month,
        "before": month - 12,
        "base": this.base,
        "remaining": this.remaining,
        "share": int(value_of(connection, "sinking_share")),
    }
    return _arranged(integers(connection.execute(text(statement), {**bound, **named, **asked}), 19))


def _arranged(rows: npt.NDArray[np.int64]) -> Sinking:
    household, village, persons, compared = rows[:4]
    now, then = rows[4:14:2], rows[5:14:2]
    told, line, fell, under, below = rows[14:]
    sign = np.array([[1], [1], [1], [1], [-1]])
    lost = (then - now) * sign * compared
    cause = np.where(lost.max(axis=0, initial=0) > 0, lost.argmax(axis=0), len(PARTS))
    cause = np.where(compared == 1, cause, len(PARTS) + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        forecast = np.where(persons > 0, told / (1200.0 * persons), np.nan)
    order = np.lexsort((household, forecast, -(fell + under)))
    columns = (
        household,
        village,
        persons,
        (now * sign).sum(axis=0),
        (then * sign).sum(axis=0) * compared,
        lost,
        forecast,
        np.where(line >= 0, line / 100, np.nan),
        fell == 1,
        under == 1,
        below == 1,
        cause,
    )
    return Sinking(*locked(*(column[..., order].copy() for column in columns)))
