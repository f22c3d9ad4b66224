"""The registry of what waits: a clock that stands here is listed, counted and told of everywhere.

Each adapter tells of one domain by the protocol of ``data.todo.clocks``.
"""

from data.todo import books, plans, troubles, visits
from data.todo.clocks import Source

SOURCES: tuple[Source, ...] = (plans.SOURCE, visits.SOURCE, troubles.MARKS, troubles.SUSPECTS, books.SOURCE)
KINDS = {source.id: source for source in SOURCES}
