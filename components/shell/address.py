"""Reading the address bar: every value is looked up, none is trusted; what means nothing is said and replaced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from components.shell.screen import DEFAULT_ROLE, WHOLE_IN_URL
from data.access.viewer import ROLES, Viewer
from data.errors import NotFound, OutOfScope
from data.figures.indicators import INDICATORS
from data.households.file import whereabouts
from data.months import label, month_of
from data.projects import file as project_file
from data.regions import tree as regions
from data.regions.tree import Region, Status


@dataclass
class Address:
    """What the address asks for, after looking it up; ``problems`` are sentences about what it asked in vain.

    ``refusal`` is set where the region asked for is not the viewer's: nothing of it may be shown.
    """

    viewer: Viewer
    region: Region
    month: int
    problems: list[str] = field(default_factory=list)
    refusal: str | None = None


def read_address(
    connection: Connection, status: Status, viewers: Sequence[Viewer], parameters: Mapping[str, str]
) -> Address:
    """Viewer, region and month of an address, with the viewer's start region where it names none that he may see."""
    problems: list[str] = []
    viewer = _viewer(status, viewers, parameters.get("role"), problems)
    month = _month(status, parameters.get("month"), problems)
    start = regions.find(connection, viewer, regions.home(connection, viewer))
    asked = parameters.get("region")
    if not asked:
        return Address(viewer, start, month, problems)
    code = "" if asked == WHOLE_IN_URL else asked
    if not _could_be(code):
        problems.append(f"地址中的区划“{asked[:20]}”不存在，已显示默认区划。")
        return Address(viewer, start, month, problems)
    try:
        found = regions.find(connection, viewer, code)
        return Address(viewer, found if code else start, month, problems)  # the whole of one root is that root
    except NotFound as error:
        problems.append(f"{error}已显示默认区划。")
        return Address(viewer, start, month, problems)
    except OutOfScope as error:
        return Address(viewer, start, month, problems, str(error))


def household_number(asked: str | None) -> int | None:
    """The number of a household as an address gives it; None for what cannot be one."""
    return int(asked) if asked and asked.isascii() and asked.isdigit() and len(asked) <= 15 else None


def at_household(connection: Connection, address: Address, asked: str | None) -> Address:
    """The same address standing in the village of the household it names, where the viewer may see one of that number;
    what region it asks for then does not matter."""
    number = household_number(asked)
    village = None if number is None else whereabouts(connection, address.viewer, number)
    return replace(address, region=village, refusal=None) if village else address


def at_project(connection: Connection, address: Address, asked: str | None) -> Address:
    """The same address standing in the region of the project it names, where the viewer may see that one."""
    place = project_file.whereabouts(connection, address.viewer, asked) if asked else None
    return replace(address, region=place, refusal=None) if place else address


def read_indicator(value: str | None, default: str | None, problems: list[str]) -> str | None:
    """The id of an indicator in the address, the default where there is none or an unknown one (and says so)."""
    if value is None or value in INDICATORS:
        return value or default
    problems.append(f"没有“{value[:30]}”这个指标，已显示默认内容。")
    return default


def _viewer(status: Status, viewers: Sequence[Viewer], asked: str | None, problems: list[str]) -> Viewer:
    by_role = {viewer.role: viewer for viewer in viewers}
    if asked is not None and status.demonstration:
        if asked in by_role:
            return by_role[asked]
        problems.append(f"没有“{asked[:20]}”这个身份，已按{ROLES[DEFAULT_ROLE]}显示。")
    return by_role[DEFAULT_ROLE]


def _month(status: Status, asked: str | None, problems: list[str]) -> int:
    if asked is None:
        return status.latest
    try:
        month = month_of(asked)
    except NotFound as error:
        problems.append(f"{error}已显示{label(status.latest)}。")
        return status.latest
    if not status.first_month <= month <= status.last_month or asked.strip() != label(month):
        span = f"{label(status.first_month)} 至 {label(status.last_month)}"
        problems.append(f"“{asked[:20]}”不在可查看的月份（{span}）之内，已显示{label(status.latest)}。")
        return status.latest
    return month


def _could_be(code: str) -> bool:
    return code == "" or (code.isascii() and code.isdigit() and len(code) in (2, 4, 6, 9, 12))
