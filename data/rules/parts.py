"""What rules go by: households and their members as they stand today, laid out once for all of them.

Temporary tables. ``rule_household``: who is not struck off, merged away or still to be split off, with the
village, base and watch of today, the checks of housing and water (``terms.VERDICTS``), the open episode and, where
it is not watched, the last one that was removed; ``begun``, the day of its first 户变动 or identification; the twelve
months of the last closed month of its books, which are known where they are whole. ``rule_member``: who belongs to
one of them today, with each dated value as it was last known, and what is kept of his ID number. A value that
nobody knows is NULL, and no rule speaks of it but those that ask for it.
``rule_same``, ``rule_phone``: ID numbers and telephones (as marks have them) that stand twice or more.
``rule_outside``: households that lie outside their village, and by how many metres.
"""

from collections.abc import Collection

import numpy as np
from sqlalchemy import Connection, Integer, text

from data.model import member
from data.model.running import holds_on
from data.rules.rule import Parameters
from data.store.engine import is_sqlite
from data.terms import MEMBER_FACTS, Record

_INCOMES = ("wage", "business", "property", "transfer", "expense")
_TABLES = {
    "rule_scope": "id BIGINT PRIMARY KEY",
    "rule_household": (
        "id BIGINT PRIMARY KEY, village TEXT, head TEXT, phone TEXT, attribute TEXT, type TEXT, base INT, watch INT,"
        " identified TEXT, lifted TEXT, relapsed TEXT, risk_removed TEXT, lon FLOAT, lat FLOAT, housing INT,"
        " water INT, episode TEXT, ended TEXT, books BIGINT, persons BIGINT, below INT, net BIGINT, before BIGINT, "
        + ", ".join(f"{kind} BIGINT" for kind in _INCOMES)
        + ", begun TEXT"
    ),
    "rule_member": (
        "code TEXT PRIMARY KEY, household_id BIGINT, village TEXT, base INT, watch INT, attribute TEXT, name TEXT,"
        " sex TEXT, born TEXT, numbered INT, "
        + ", ".join(f"{item} {'INT' if isinstance(member.c[item].type, Integer) else 'TEXT'}" for item in MEMBER_FACTS)
        + ", same TEXT, length INT, digits INT, checked INT, suffix TEXT, number_born TEXT, number_sex TEXT"
    ),
    "rule_same": "same TEXT PRIMARY KEY",
    "rule_phone": "same TEXT PRIMARY KEY, households INT",
    "rule_outside": "id BIGINT PRIMARY KEY, metres FLOAT",
}


def lay_out(connection: Connection, given: Parameters, scope: Collection[int] | None) -> None:
    """Fill the tables: with all households, or those of ``scope`` alone."""
    for name, columns in _TABLES.items():
        connection.execute(text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns})"))
    connection.execute(text("CREATE INDEX IF NOT EXISTS rule_member_household ON rule_member (household_id)"))
    for name in _TABLES:
        connection.execute(text(f"DELETE FROM {name}"))
    if scope:
        connection.execute(text("INSERT INTO rule_scope VALUES (:id)"), [{"id": id} for id in sorted(scope)])
    few = None if scope is None else ", ".join(map(str, sorted(scope))) or "NULL"
    connection.execute(text(_households(given, few)))
    connection.execute(text(_BEGUN))
    connection.execute(text(_members(given, few)))
    connection.execute(text(_PERSONS))
    here = "" if scope is None else "WHERE o.same IN (SELECT p.same FROM rule_member p)"
    connection.execute(text(f"INSERT INTO rule_same SELECT o.same FROM member_mark o {here} {_TWICE}"))
    own = f"SELECT t.same FROM phone_mark t WHERE t.household_id IN ({few})"
    phones = "" if scope is None else f"AND o.same IN ({own})"
    connection.execute(text(_phones(given, phones)))
    _find_outside(connection)
    if not is_sqlite(connection) and scope is None:
        for name in _TABLES:
            connection.execute(text(f"ANALYZE {name}"))


_NET = "({0}.wage_fen + {0}.business_fen + {0}.property_fen + {0}.transfer_fen - {0}.expense_fen)"
_TWICE = "GROUP BY o.same HAVING COUNT(*) > 1"
_OWN = "FROM {} x WHERE x.household_id = rule_household.id"
_BEGUN = f"""UPDATE rule_household SET begun = (SELECT MIN(d.day) FROM (
        SELECT x.day {_OWN.format("household_event")} UNION ALL SELECT x.identified {_OWN.format("episode")}
        UNION ALL SELECT rule_household.identified) d)
    WHERE EXISTS (SELECT 1 {_OWN.format("household_event")}) OR EXISTS (SELECT 1 {_OWN.format("episode")})"""
_PERSONS = """UPDATE rule_household SET persons = (SELECT COUNT(*) FROM rule_member p
    WHERE p.household_id = rule_household.id)"""


def _households(given: Parameters, few: str | None) -> str:
    """INSERT of ``rule_household``; ``few``: ids of those alone, as SQL. A household's books are those of its county's
    last closed month, as all figures have it (``data.figures.net_income``); the year before may be a first one that
    was as full."""
    day = given.day
    here = f"h.id IN ({few})" if few else "1 = 1"
    own = "(SELECT u.village FROM state_spell u WHERE u.household_id = h.id)"
    whole = f"k.record = {Record.WHOLE:d}"
    before = (
        f"SELECT {_NET.format('y')} FROM household_month y WHERE y.month = k.month - 12 AND y.village IN {own}"
        f" AND y.household_id = h.id AND (y.record = {Record.WHOLE:d}"
        f" OR (y.record = {Record.BEGUN:d} AND y.lines >= k.lines)) LIMIT 1"
    )
    sums = ", ".join(f"CASE WHEN {whole} THEN k.{kind}_fen END" for kind in _INCOMES)
    return f"""
        INSERT INTO rule_household SELECT h.id, s.village, h.head, h.phone, h.attribute, h.type, s.base, s.watch,
            h.identified, h.lifted, h.relapsed, h.risk_removed, h.lon, h.lat,
            {checked("housing", "h", day)}, {checked("water", "h", day)},
            (SELECT MAX(e.code) FROM episode e WHERE e.household_id = h.id AND e.identified <= {day}
                AND (e.removed IS NULL OR e.removed > {day})),
            CASE WHEN s.watch = 0 THEN (SELECT e.code FROM episode e WHERE e.household_id = h.id
                AND e.removed <= {day} ORDER BY e.removed DESC, e.code DESC LIMIT 1) END,
            CASE WHEN {whole} THEN k.month END, NULL, k.below_line, CASE WHEN {whole} THEN {_NET.format("k")} END,
            CASE WHEN {whole} THEN ({before}) END, {sums}, h.identified
        FROM household h CROSS JOIN state_spell s
        LEFT JOIN books_county bc ON bc.county = substr(h.village, 1, 6)
        LEFT JOIN household_month k ON k.month = COALESCE(bc.closed, (SELECT MAX(m.month) FROM month m))
            AND k.village IN {own} AND k.household_id = h.id
        WHERE {here} AND s.household_id = h.id AND {holds_on("s", day)} AND {there("h.id", day)}"""


def _phones(given: Parameters, here: str) -> str:
    """INSERT of ``rule_phone``: how many households that stand today have each telephone."""
    return (
        "INSERT INTO rule_phone SELECT o.same, COUNT(*) FROM phone_mark o JOIN state_spell w"
        f" ON w.household_id = o.household_id AND {holds_on('w', given.day)}"
        f" WHERE {there('o.household_id', given.day)} {here} {_TWICE}"
    )


def there(household: str, day: str) -> str:
    """Condition: on the day the household is not struck off, nor merged into another, nor yet to be split from one."""
    return (
        f"NOT EXISTS (SELECT 1 FROM household_event e WHERE e.household_id = {household}"
        f" AND (e.kind IN ('注销', '并入') AND e.day <= {day} OR e.kind = '分户自' AND e.day > {day}))"
    )


def checked(item: str, household: str, day: str) -> str:
    """SQL of what was known on a day of the housing or water of the household ``household`` (a row with ``id``): a key
    of ``terms.VERDICTS`` or NULL; by its checks, without any by its column from its 采集日期 on."""
    held = f"FROM assurance x WHERE x.household_id = {household}.id AND x.item = '{item}'"
    return (
        f"CASE WHEN EXISTS (SELECT 1 {held}) THEN (SELECT x.secure {held} AND x.checked <= {day}"
        f" ORDER BY x.checked DESC LIMIT 1) ELSE (SELECT c.{item}_safe FROM household c WHERE c.id = {household}.id"
        f" AND COALESCE(c.collected, '') <= {day}) END"
    )


def known(item: str, day: str, alias: str = "m") -> str:
    """SQL of a dated value of the member ``alias`` (a row of ``member``) on a day: as text, or NULL."""
    held = f"FROM member_fact x WHERE x.member = {alias}.code AND x.item = '{item}'"
    return (
        f"CASE WHEN EXISTS (SELECT 1 {held}) THEN (SELECT x.value {held} AND x.day <= {day}"
        f" ORDER BY x.day DESC LIMIT 1) WHEN COALESCE({alias}.collected, '') <= {day}"
        f" THEN CAST({alias}.{item} AS TEXT) END"
    )


def _members(given: Parameters, few: str | None) -> str:
    """INSERT of ``rule_member``. The last row of each item by today says its value; where there are rows and none yet,
    nobody knows; where there are none its column says it, from its 采集日期 on."""
    day = given.day
    here = f"WHERE f.member IN (SELECT w.member FROM member_spell w WHERE w.household_id IN ({few}))" if few else ""
    last = (
        f"SELECT f.member, f.item, f.value, f.day, LEAD(f.day) OVER (PARTITION BY f.member, f.item ORDER BY f.day)"
        f" AS until FROM member_fact f {here}"
    )
    now = f"x.day <= {day} AND (x.until IS NULL OR x.until > {day})"
    facts = ", ".join(
        f"MAX(CASE WHEN x.item = '{item}' THEN 1 END) AS has_{item},"
        f" MAX(CASE WHEN x.item = '{item}' AND {now} THEN x.value END) AS {item}"
        for item in MEMBER_FACTS
    )
    own = f"b.household_id IN ({few}) AND" if few else ""
    values = ", ".join(_value(item, day) for item in MEMBER_FACTS)
    return f"""
        INSERT INTO rule_member SELECT p.code, h.id, h.village, h.base, h.watch, h.attribute, p.name, p.sex, p.born,
            CASE WHEN p.id_number IS NULL OR p.id_number = '' THEN 0 ELSE 1 END, {values},
            m.same, m.length, m.digits, m.checked, m.suffix, m.born, m.sex
        FROM {"member_spell b CROSS JOIN rule_household h" if few else "rule_household h CROSS JOIN member_spell b"}
        CROSS JOIN member p LEFT JOIN member_mark m ON m.member = p.code
        LEFT JOIN (SELECT x.member, {facts} FROM ({last}) x GROUP BY x.member) f ON f.member = p.code
        WHERE {own} b.household_id = h.id AND {holds_on("b", day)} AND p.code = b.member"""


def _value(item: str, day: str) -> str:
    known_ = f"CASE WHEN f.has_{item} = 1 THEN f.{item} WHEN COALESCE(p.collected, '') <= {day}"
    told = f"{known_} THEN CAST(p.{item} AS TEXT) END"
    if item == "relation":  # what somebody is to the head has no beginning: before its first row it was so already
        told = f"COALESCE(f.{item}, p.{item})"
    return f"CAST({told} AS INTEGER)" if isinstance(member.c[item].type, Integer) else told


_DEGREE = 111_320  # metres


def _find_outside(connection: Connection) -> None:
    """By the boundaries, which SQL alone cannot read."""
    import shapely  # no heavier than numpy, but only a store with boundaries needs it

    asked = "SELECT h.village, h.id, h.lon, h.lat FROM rule_household h WHERE h.lon IS NOT NULL AND h.lat IS NOT NULL"
    places: dict[str, list[tuple[int, float, float]]] = {}
    for village, *place in connection.execute(text(asked)):
        places.setdefault(village, []).append((place[0], place[1], place[2]))
    if not places:
        return
    outside: list[dict[str, float]] = []
    few = f" WHERE region IN ({', '.join(repr(str(code)) for code in sorted(places))})" if len(places) < 100 else ""
    for village, shape in connection.execute(text(f"SELECT region, geometry FROM boundary{few}")):
        if village not in places:
            continue
        ids, lon, lat = (np.array(column) for column in zip(*places[village], strict=True))
        geometry = shapely.from_wkb(bytes(shape))
        shapely.prepare(geometry)
        out = ~shapely.contains_xy(geometry, lon, lat)
        if out.any():
            scale = np.array([np.cos(np.radians(lat[out][0])) * _DEGREE, _DEGREE])
            flat = shapely.transform(geometry, lambda points, by=scale: points * by)
            apart = shapely.distance(flat, shapely.points(lon[out] * scale[0], lat[out] * scale[1]))
            outside += [{"id": int(id), "metres": float(far)} for id, far in zip(ids[out], apart, strict=True)]
    if outside:
        connection.execute(text("INSERT INTO rule_outside VALUES (:id, :metres)"), outside)
