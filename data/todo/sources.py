"""The registry of what waits: a clock that stands here is listed, counted and told of everywhere.

Each adapter tells of one domain by the protocol of ``data.todo.clocks``.
"""

from data.todo import backups, books, dispatch, duties, imports, matters, monitoring, plans, quality, troubles, visits
from data.todo.clocks import Source

SOURCES: tuple[Source, ...] = (
    *matters.SOURCES,
    *monitoring.SOURCES,
    dispatch.SOURCE,
    visits.SOURCE,
    duties.MUSTS,
    plans.SOURCE,
    troubles.MARKS,
    troubles.SUSPECTS,
    duties.VACANT_POSTS,
    books.SOURCE,
    imports.SOURCE,
    quality.WAIVERS,
    quality.HITS,
    backups.SOURCE,
)
KINDS = {source.id: source for source in SOURCES}
