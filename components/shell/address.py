"""Who looks at which region and month: looked up in the address bar, which is never trusted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from components.shell.reading import Reading, whole
from components.shell.screen import DEFAULT_ROLE, LEAST_ROLE, WHOLE_IN_URL
from data.access.roles import ROLES
from data.access.viewer import Viewer
from data.errors import NotFound, OutOfScope
from data.figures.indicators import INDICATORS
from data.households.file import whereabouts
from data.months import label, last_day, month_of
from data.people.borrowing import Loan, loan_of
from data.projects import file as project_file
from data.regions import tree as regions
from data.regions.codes import is_code
from data.regions.tree import Region, Status


@dataclass
class Address:
    """What the address asks for, after looking it up; ``problems`` are sentences about what it asked in vain.

    ``month`` is None where none is asked for. ``refusal`` is set where the region asked for is not the viewer's:
    nothing of it may be shown. ``loan``: the page is of a household that he borrowed, while the header stays his.
    ``beyond``: the number of a household that it asks for, and that is not there or not his.
    """

    viewer: Viewer
    region: Region
    month: int | None
    problems: list[str] = field(default_factory=list)
    refusal: str | None = None
    loan: Loan | None = None
    beyond: int | None = None


def read_address(
    connection: Connection, status: Status, viewers: Sequence[Viewer], parameters: Mapping[str, str]
) -> Address:
    """Viewer, region and month of an address, with the viewer's start region where it names none that he may see.

    ``viewers``: whoever is signed in, alone; else those of whom the address may choose one, on demonstration data.
    """
    reading = Reading(parameters)
    problems = reading.problems
    viewer = viewers[0] if len(viewers) == 1 else _played(reading, viewers)
    month = _month(status, parameters.get("month"), problems)
    day = None if month is None else last_day(month)
    start = regions.find(connection, viewer, regions.home(connection, viewer), day)
    if (ended := regions.gone(connection, viewer, start.code, day)) is not None:
        problems.append(f"{ended.words}。")
    asked = parameters.get("region")
    if not asked:
        return Address(viewer, start, month, problems)
    code = "" if asked == WHOLE_IN_URL else asked
    if code and not is_code(code):
        reading.mistaken(asked, "地址中的区划“{asked}”不存在，已显示默认区划。")
        return Address(viewer, start, month, problems)
    try:
        found = regions.find(connection, viewer, code, day)
        if (ended := regions.gone(connection, viewer, code, day)) is not None:
            before = "；此前的月份仍可查看，请先选月份" if viewer.may_see(code) else ""
            problems.append(f"{ended.words}，已显示{ended.region.name}{before}。")
            return Address(viewer, ended.region, month, problems)
        return Address(viewer, found if code else start, month, problems)  # the whole of one root is that root
    except NotFound as error:
        problems.append(f"{error}已显示默认区划。")
        return Address(viewer, start, month, problems)
    except OutOfScope as error:
        return Address(viewer, start, month, problems, str(error))


def at_household(connection: Connection, address: Address, asked: str | None, now: datetime) -> Address:
    """The same address standing in the village of the household it names, where the viewer may see one of that number;
    what region it asks for then does not matter. With one that he borrowed he stays where he is."""
    number = whole(asked)
    village = None if number is None else whereabouts(connection, address.viewer, number)
    if village or number is None:
        return replace(address, region=village, refusal=None) if village else address
    loan = loan_of(connection, address.viewer.person, number, now)
    return replace(address, refusal=None, loan=loan) if loan else replace(address, beyond=number)


def at_project(connection: Connection, address: Address, asked: str | None) -> Address:
    """The same address standing in the region of the project it names, where the viewer may see that one."""
    place = project_file.whereabouts(connection, address.viewer, asked) if asked else None
    return replace(address, region=place, refusal=None) if place else address


def read_indicator(reading: Reading) -> str | None:
    """The id of the indicator in an address, None where there is none, or an unknown one, which is said."""
    return reading.one_of("indicator", INDICATORS, "没有“{asked}”这个指标，已显示默认内容。")


def _played(reading: Reading, viewers: Sequence[Viewer]) -> Viewer:
    by_role = {viewer.role: viewer for viewer in viewers}
    if not reading.text("role"):
        return by_role[DEFAULT_ROLE]
    asked = reading.one_of("role", by_role, f"没有“{{asked}}”这个身份，已按{ROLES[LEAST_ROLE]}显示。")
    return by_role[asked or LEAST_ROLE]


def _month(status: Status, asked: str | None, problems: list[str]) -> int | None:
    if asked is None:
        return None
    try:
        month = month_of(asked)
    except NotFound as error:
        problems.append(f"{error}已显示最新数据。")
        return None
    if not status.first_month <= month <= status.last_month or asked.strip() != label(month):
        span = f"{label(status.first_month)} 至 {label(status.last_month)}"
        problems.append(f"“{asked[:20]}”不在可查看的月份（{span}）之内，已显示最新数据。")
        return None
    return month
