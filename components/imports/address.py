"""What 导入数据 is set to: read from the address, where every value is looked up, and written into links.

Words that are searched for may be the name of a person: they are kept in the session and never stand in the address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from components.shell.reading import UNKNOWN_FILTER, Reading, whole
from components.shell.screen import Change, Screen
from components.shell.site import DATA
from data.imports.way import STATES
from data.regions.codes import is_code
from data.text.signs import seen
from data.workbook.sheets import SHEETS

GROUPS = {
    "new": "新增",
    "changed": "变化",
    "same": "不变",
    "conflict": "冲突",
    "refused": "不能写入",
    "warned": "提醒",
}
"""What the rows of a file come to, in words; one may stand under 提醒 and under another besides."""
JOB_WORDS, LIST_WORDS = "import_words", "import_list_words"
"""Where in the session the words stand that rows, and that imports, are searched by."""
LONGEST_WORDS = 40
_SHEETS = [sheet.name for sheet in SHEETS]


@dataclass(frozen=True)
class ImportChoice:
    """``job``: the number of an import, None for the list of them; of its rows one ``group``, ``sheet`` and ``place``
    (a region's code), '' all. ``state``: the imports in that state, '' all. ``page`` from 1."""

    job: int | None = None
    group: str = ""
    sheet: str = ""
    place: str = ""
    state: str = ""
    page: int = 1
    words: str = ""

    @property
    def filtered(self) -> bool:
        """Whether any rows of the import are left out."""
        return bool(self.group or self.sheet or self.place or self.words)

    def parameters(self) -> dict[str, str]:
        """The choice as parameters of an address, without what goes without saying."""
        given = {
            "job": str(self.job or ""),
            "group": self.group,
            "sheet": self.sheet,
            "place": self.place,
            "state": self.state,
            "page": str(self.page) if self.page > 1 else "",
        }
        return {name: value for name, value in given.items() if value}


def asked_job(parameters: Mapping[str, str]) -> tuple[bool, int | None]:
    """Whether the address names an import, and which; None where it can be none."""
    asked = parameters.get("job")
    return asked is not None, whole(asked)


def read_choice(parameters: Mapping[str, str]) -> tuple[ImportChoice, list[str]]:
    """The choice of an address, and sentences about what in it means nothing and is left out."""
    reading = Reading(parameters)
    _, job = asked_job(parameters)
    place = reading.text("place")
    if place and not is_code(place):
        reading.mistaken(place, UNKNOWN_FILTER)
        place = ""
    kept = JOB_WORDS if job else LIST_WORDS
    choice = ImportChoice(
        job=job,
        group=reading.one_of("group", GROUPS, UNKNOWN_FILTER) or "",
        sheet=reading.one_of("sheet", _SHEETS, UNKNOWN_FILTER) or "",
        place=place,
        state=reading.one_of("state", STATES, UNKNOWN_FILTER) or "",
        page=reading.page(),
        words=seen(str(st.session_state.get(kept, "")))[:LONGEST_WORDS],
    )
    return choice, reading.problems


def import_link(screen: Screen, choice: ImportChoice, **changes: Change) -> str:
    """The address of the section with ``changes`` of the choice; another filter starts at page 1."""
    return screen.link(DATA, view="in", **replace(choice, **{"page": 1, **changes}).parameters())


def job_link(screen: Screen, job: int) -> str:
    """The address of one import."""
    return import_link(screen, ImportChoice(job))
