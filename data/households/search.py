"""The search for households: by what an official has in hand, within what he may see, a page at a time.

What is typed is personal data: it goes into no address, no log and no cache.

A name that half the county bears must cost no more than a rare one. The households are come by in one of two ways:
through the index of names, of which at most ``MOST`` entries are taken, or, where that is not enough, household by
household through a scope of at most ``MOST_IN_SCOPE``. Where both come to their end, the first ones are shown and it is
said that there are more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, text

from data.access.masks import mask_name
from data.access.rights import needs
from data.access.roles import HOUSEHOLDS, READ
from data.access.scope import seen_households
from data.access.viewer import Viewer, within_sql
from data.figures.states import head_on, members_on, there_on
from data.households.fates import fates
from data.households.search_words import Word, parameters, words
from data.households.village import COLUMNS, FROM, NO_FILTERS, PAGE, Filters, as_read, conditions
from data.model.running import runs_on
from data.store.engine import expanded
from data.store.rows import StoredRow

MOST = 4000
MOST_IN_SCOPE = 20_000
MOST_PAGES = 200
_WHERE_COLUMNS = {"code": "h.code", "village": "h.village", "village_name": "v.name", "township_name": "t.name"}


@dataclass(frozen=True)
class SearchResult:
    """A page of what was found.

    ``rows``: columns as ``households.in_village``, with code, village, village_name, township_name and ``match`` (in
    words, why a household is there where its own line does not say it, and what became of one that is no more), the
    nearest first. ``total`` households were
    found; ``more``: only the first ones were looked at, there may be others. ``page`` counts from 1.
    """

    rows: pd.DataFrame
    total: int
    more: bool
    page: int

    @property
    def pages(self) -> int:
        return min(max(1, -(-self.total // PAGE)), MOST_PAGES)


@needs(READ, HOUSEHOLDS)
def search(
    connection: Connection,
    viewer: Viewer,
    query: str,
    filters: Filters = NO_FILTERS,
    *,
    region: str,
    month: int,
    page: int = 1,
) -> SearchResult:
    """The households of ``region`` that every word of the query means, and that pass the filters.

    A word is (the beginning of) a name of the head or of a member, a given name, pinyin initials, a household's code,
    the last six of an ID number, the name of a village or township, or of somebody who helps the household today.
    Without words the filters alone pick. A page behind the last is the first.

    Who sees no identity finds people by the family name of the head alone. Raises OutOfScope for a region that is not
    the viewer's, Refused for a query that is too long, and for one by ID number or initials of who sees no identity.
    """
    read = words(query, by_identity=viewer.sees_identity)
    here, bound = within_sql("h.village", viewer.narrowed(region), "asked")
    seen, named = seen_households(viewer)
    picked, lists = conditions(viewer, filters)
    bound |= {**named, **lists, **parameters(read), "month": month}
    source, checked, more = _source(connection, viewer, read, here, bound)
    rank = checked[0].nearness() if checked and checked == read else "d.rank"
    alive = [] if read else [there_on()]  # what is no more is found by who asks for it
    where = " AND ".join([here, seen, *alive, *picked, *(word.holds() for word in checked)])
    statement = f"""
        SELECT id, COUNT(*) OVER () AS total FROM (SELECT h.id, h.village, {rank} AS rank FROM {source} d
        CROSS JOIN {FROM} WHERE h.id = d.household AND {where}) q ORDER BY rank, village, id
        LIMIT :limit OFFSET :offset"""
    page = page if page <= MOST_PAGES else 1
    found = _page(connection, statement, bound, page)
    if not found and page > 1:
        page = 1
        found = _page(connection, statement, bound, page)
    rows = by_ids(connection, viewer, [row.id for row in found], month)
    matches = _matches(connection, viewer, read, {"ids": list(rows["id"]), "month": month})
    became = fates(connection, viewer, list(rows["id"]), month)
    rows["match"] = [
        "、".join(filter(None, (became[id].said if id in became else "", matches.get(id)))) for id in rows["id"]
    ]
    return SearchResult(rows, found[0].total if found else 0, more, page)


def _page(connection: Connection, statement: str, bound: dict[str, object], page: int) -> Sequence[StoredRow]:
    paged = {**bound, "limit": PAGE, "offset": (page - 1) * PAGE}
    return connection.execute(expanded(statement, paged), paged).all()


def _source(
    connection: Connection, viewer: Viewer, read: Sequence[Word], here: str, bound: dict[str, object]
) -> tuple[str, Sequence[Word], bool]:
    """A select of (household, rank) to start from, the words that are still to be asked of each, whether there may be
    households that it leaves out. ``bound`` takes its parameters."""
    bound["most"] = MOST + 1
    counts = {word: _count(connection, _united(word, here), bound) for word in read}
    nearest = min(counts, key=lambda word: counts[word], default=None)
    if nearest is None or counts[nearest] > MOST:
        scope = _scope(viewer, here)
        bound["most_in_scope"] = MOST_IN_SCOPE + 1
        size = _count(connection, scope, bound)
        if nearest is None or size <= MOST_IN_SCOPE:
            bound["most_in_scope"] = MOST_IN_SCOPE
            return scope, read, size > MOST_IN_SCOPE
    bound["most"] = MOST
    rest = [word for word in read if word != nearest]
    united = _united(nearest, here)
    return f"(SELECT household, MIN(rank) AS rank FROM {united} u GROUP BY household)", rest, counts[nearest] > MOST


def _united(word: Word, here: str) -> str:
    parts = " UNION ALL ".join(f"SELECT * FROM ({sql}) s{place}" for place, sql in enumerate(word.found(here)))
    return f"(SELECT * FROM ({parts}) p LIMIT :most)"


def _scope(viewer: Viewer, here: str) -> str:
    """The households within reach themselves; a helper's through his pairings, which are few."""
    if viewer.helper is not None:
        return (
            "(SELECT DISTINCT s.household_id AS household, 0 AS rank FROM pairing s WHERE s.helper = :seen_helper"
            " LIMIT :most_in_scope)"
        )
    return (
        f"(SELECT h.id AS household, 0 AS rank FROM household h WHERE {here} ORDER BY h.village LIMIT :most_in_scope)"
    )


def _count(connection: Connection, source: str, bound: dict[str, object]) -> int:
    return int(connection.execute(text(f"SELECT COUNT(*) FROM {source} c"), bound).scalar_one())


@needs(READ, HOUSEHOLDS)
def by_ids(connection: Connection, viewer: Viewer, ids: list[int], month: int) -> pd.DataFrame:
    """These households, in the order given, as :class:`SearchResult` has them but without ``match``.

    Those outside the viewer's scope and those that do not exist are left out.
    """
    columns = ", ".join(f"{sql} AS {name}" for name, sql in {**COLUMNS, **_WHERE_COLUMNS}.items())
    seen, named = seen_households(viewer)
    bound = {"ids": ids, "month": month, **named}
    statement = (
        f"SELECT {columns} FROM {FROM} LEFT JOIN region v ON v.code = h.village"
        f" LEFT JOIN region t ON t.code = substr(h.village, 1, 9) WHERE h.id IN :ids AND {seen}"
    )
    frame = as_read(viewer, connection.execute(expanded(statement, bound), bound)).set_index("id", drop=False)
    return frame.loc[[id for id in ids if id in frame.index]].reset_index(drop=True)


_PERSONS = (
    "SELECT b.household_id, p.name, p.id_tail FROM month m CROSS JOIN"
    f" {members_on('m.month = :month AND b.household_id IN :ids')} ORDER BY p.code"
)
_HEADS = f"SELECT h.id, {head_on()} FROM household h JOIN month m ON m.month = :month WHERE h.id IN :ids"
_HELPERS = (
    "SELECT DISTINCT s.household_id, a.name FROM pairing s JOIN helper a ON a.code = s.helper"
    f" JOIN month m ON m.month = :month WHERE s.household_id IN :ids AND {runs_on('s', 'm.as_of')} ORDER BY a.name"
)


def _matches(connection: Connection, viewer: Viewer, read: Sequence[Word], bound: dict[str, object]) -> dict[int, str]:
    """What the words mean of each household, where it is not its head's name, its code or its place."""
    told = (lambda name: name) if viewer.sees_identity else mask_name
    heads = {id: head for id, head in connection.execute(expanded(_HEADS, bound), bound)}
    said: dict[int, list[str]] = {id: [] for id in heads}
    asked = [word for word in read if word.kind in ("name", "known", "initials", "tail")]
    if not asked:
        return {}
    for id, name, tail in connection.execute(expanded(_PERSONS, bound), bound):
        for word in asked:
            if word.kind == "tail" and tail == word.text:
                said[id].append(f"{told(name)}的证件尾号")
            elif word.means(name) and not word.means(heads[id]):
                said[id].append(f"成员 {told(name)}")
    for id, name in connection.execute(expanded(_HELPERS, bound), bound):
        said[id] += [f"帮扶责任人 {told(name)}" for word in asked if word.helped_by(name)]
    return {id: "、".join(dict.fromkeys(notes)) for id, notes in said.items()}
