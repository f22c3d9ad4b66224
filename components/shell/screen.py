"""What a page is drawn for: who looks, at which region and month, in which theme. The shell makes one for each run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeAlias
from urllib.parse import urlencode

import streamlit as st
from sqlalchemy import Engine

from components.shell.site import SitePage
from data.access.actors import taken_by
from data.access.roles import OTHERS, ROLES
from data.access.sessions import Signed
from data.access.viewer import Viewer
from data.audit.verify import log_end
from data.clock import Clock
from data.figures.indicators import BOOKS, CALENDAR, Indicator
from data.figures.standing import Standing, standings
from data.months import label, last_day, month_of, short_day, spoken
from data.regions.tree import Region, Status
from data.regions.versions import Version, version_of

WHOLE_IN_URL = "all"
DEFAULT_ROLE = "county"
LEAST_ROLE = "display"
"""Who looks where an address names a role that is none."""
_KEY = "screen"
Change: TypeAlias = Any  # of any type that a field has: dataclasses.replace refuses a name that is none
"""What a link changes of one field of a page's choice."""


@dataclass(frozen=True)
class Screen:
    """One run of a page. ``region`` lies in the viewer's scope and ``asked``, the month asked for (an ordinal, None
    for none), in the calendar; ``versions`` are those on the way to the region when the run began; ``signed`` says who
    is signed in, None where roles are played on demonstration data."""

    viewer: Viewer
    region: Region
    asked: int | None
    status: Status
    dark: bool
    engine: Engine
    clock: Clock
    versions: Mapping[str, Version]
    signed: Signed | None = None

    @property
    def now(self) -> datetime:
        """This moment in China, also in a fragment or a download long after the page was drawn."""
        return self.clock()

    @property
    def today(self) -> date:
        """The day in China; the figures may stand at another, ``status.built``."""
        return self.now.date()

    def stamp(self, region: str) -> tuple[int, str, str]:
        """The version of a region, '' the whole: what is cached of it under another one is out of date."""
        return *version_of(self.versions, region), self.status.built

    @property
    def month(self) -> int:
        """The month at whose end all stands but what goes by the books: the one asked for, else the running one."""
        return self.status.last_month if self.asked is None else self.asked

    @property
    def day(self) -> str | None:
        """The last day of the month asked for, by which regions are there and called; None: today."""
        return None if self.asked is None else last_day(self.asked)

    @cached_property
    def standings(self) -> Mapping[str, Standing]:
        """What closes a figure → where such figures stand here."""
        with self.engine.connect() as connection:
            return standings(connection, self.region.code, self.asked)

    def standing(self, indicator: Indicator) -> Standing:
        """Where this figure stands here."""
        return self.standings[indicator.closes]

    def stands(self, indicator: Indicator) -> str:
        """The same in words: ``2026年10月``, with what is missing where the month is not closed."""
        return self.standing(indicator).words

    @property
    def books(self) -> Standing:
        """Where the income stands here: the month asked for, else the last whose books are closed."""
        return self.standings[BOOKS]

    @property
    def calendar(self) -> Standing:
        """Where what a month's end closes stands here: returns, dividends, visits."""
        return self.standings[CALENDAR]

    @property
    def running(self) -> bool:
        """Whether the month has not ended yet on the day the figures were made for."""
        return month_of(self.status.built) == self.month

    @property
    def month_text(self) -> str:
        """``2026年11月``, and up to which day where the month still runs."""
        until = f"（截至{int(self.status.built[8:])}日）" if self.running else ""
        return spoken(self.month) + until

    @property
    def homes_text(self) -> str:
        """``人均纯收入截至2026年10月``: where single households' stands, the last closed month up to this."""
        with self.engine.connect() as connection:
            closed = standings(connection, self.region.code, None)[BOOKS].month
        return f"人均纯收入截至{spoken(min(closed, self.month))}"

    @property
    def dates_text(self) -> str:
        """``收入截至2026年10月 · 其余截至11月22日``: where what is shown stands."""
        if self.asked is None:
            return f"收入截至{self.books.words} · 其余截至{short_day(self.status.built)}"
        return self.month_text + ("" if self.books.closed else f" · 收入{self.books.open_words}")

    def taken_by(self) -> str:
        """Who takes something away now, for what he takes; on demonstration data the role he plays."""
        return taken_by(self._who, self.clock())

    def printed_by(self) -> str:
        """The same for a paper, and where the log ends."""
        with self.engine.connect() as connection:
            return taken_by(self._who, self.clock(), "打印", log_end(connection))

    def shown_to(self) -> str:
        """Who prints the screen as it stands before him."""
        return taken_by(self._who, self.clock(), "打印")

    @property
    def _who(self) -> str:
        role = (ROLES | OTHERS)[self.viewer.role]
        return f"{self.signed.name} · {role}" if self.signed else role

    @property
    def source(self) -> str:
        """What is taken away says where it comes from: ``数据版本 7 · 演示数据``."""
        return f"数据版本 {self.status.version}{' · 演示数据' if self.status.demonstration else ''}"

    def link(self, page: SitePage, /, **parameters: str | int) -> str:
        """The address of a page for the same viewer, region and month asked for, unless ``parameters`` say otherwise.

        ``region`` is a code ('' the whole), ``month`` an ordinal; everything else goes into the address as it is.
        """
        asked = {} if self.asked is None else {"month": self.asked}
        given: dict[str, str | int] = {"region": self.region.code, **asked, **parameters}
        if self.signed is None and self.viewer.role != DEFAULT_ROLE:
            given["role"] = self.viewer.role
        given["region"] = given["region"] or WHOLE_IN_URL
        if "month" in given:
            given["month"] = label(int(given["month"]))
        return f"/{page.path}?{urlencode(given)}"


def make_current(screen: Screen) -> None:
    """Make this the screen of the run; the shell does."""
    st.session_state[_KEY] = screen


def current() -> Screen:
    """The screen of this run."""
    screen: Screen = st.session_state[_KEY]
    return screen
