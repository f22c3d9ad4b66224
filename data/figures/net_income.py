"""SQL of a household's net income in ``household_month``: as it is, of whole books alone, and of which month."""

from data.terms import Record

NET = "({0}.wage_fen + {0}.business_fen + {0}.property_fen + {0}.transfer_fen - {0}.expense_fen)"
"""SQL of a household's net income of twelve months in fen; format it with the alias of ``household_month``."""
KNOWN_NET = f"CASE WHEN {{0}}.record = {Record.WHOLE:d} THEN {NET} END"
"""The same of whole books alone, none else."""
COMPARABLE = f"({{1}}.record = {Record.WHOLE:d} OR ({{1}}.record = {Record.BEGUN:d} AND {{1}}.lines >= {{0}}.lines))"
"""SQL: the twelve months ``{1}`` a year before may be compared with the whole ones ``{0}``: whole, or a first year of
books with as many months as the next."""
YEAR_BEFORE = """{1}.month = {0}.month - 12 AND {1}.household_id = {0}.household_id AND {1}.village = COALESCE((
    SELECT v.origin FROM household_move v WHERE v.household_id = {0}.household_id AND v.day >= {2}
    ORDER BY v.day LIMIT 1), {0}.village)"""
"""SQL: ``{1}`` is the household month a year before ``{0}``, in the village that the household was of then; ``{2}`` is
the month's ``window_day``."""
AT_CLOSED = """
    LEFT JOIN books_county bc ON bc.county = substr(h.village, 1, 6)
    LEFT JOIN household_month k ON k.month = CASE WHEN bc.closed < m.month THEN bc.closed ELSE m.month END
    AND k.village IN (SELECT u.village FROM state_spell u WHERE u.household_id = h.id) AND k.household_id = h.id"""
"""Join of ``k``: the household ``h`` in the last month up to ``m`` whose books are closed, which its income is of."""
