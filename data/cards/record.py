"""What stands on an income card: the household, its people, what was done for it, its lines of two years."""

from dataclasses import dataclass
from functools import cached_property

from data.cards.figures import Figures, figures
from data.figures.standing import OPEN
from data.income.year import IncomeYear
from data.money import exact
from data.months import spoken
from data.terms import SHARE_MODES, SHARE_SUBJECTS, SUBJECTS


@dataclass(frozen=True)
class Member:
    """A member as the card shows him: age on the card's last day, ID number masked; all but these may be None."""

    name: str
    relation: str
    sex: str | None
    age: int | None
    id_number: str | None
    education: str | None
    schooling: str | None
    health: str | None
    skill: str | None
    work_area: str | None
    work_months: int | None
    code: str = ""


@dataclass(frozen=True)
class Helper:
    """Who helps the household today: the card says whom to call."""

    name: str
    unit: str
    team: str
    post: str | None
    phone: str | None


@dataclass(frozen=True)
class Measure:
    """A measure that ran in the year; amount in fen."""

    category: str
    name: str
    started: str
    ended: str | None
    amount: int | None
    unit: str | None


@dataclass(frozen=True)
class Share:
    """What a project brought the household: by plans in the card's months, else as registered under the year of its
    name; amount in fen."""

    project: str
    kind: str
    mode: str
    amount: int | None


@dataclass(frozen=True)
class IncomeCard:
    """One household's card of one income year; all amounts in fen.

    ``lines`` and ``lines_before`` (the year before): every 科目 → its twelve months, None where nothing is on record.
    ``totals`` and ``totals_before``: 科目 → what is booked of it for the whole year. ``closed``: whether the county's
    books of the year are. ``through``: last month that counts, the year's own last where it is over; ``as_of`` the day.
    ``village``, ``state`` (户类型), members and measures are those of ``as_of``, helpers those of today.
    ``persons_before`` belonged at the end of the year before, ``persons_same`` at the end of the same months of it (as
    many as now where nobody is known of then);
    ``persons_estimated``: ``members`` are those that are recorded now. ``line``: monitoring line of the year, a head.
    """

    household: int
    code: str
    village: str
    village_name: str
    township_name: str | None
    county_name: str | None
    head: str
    state: str
    attribute: str | None
    cause: str | None
    address: str | None
    phone: str | None
    year: IncomeYear
    through: int
    as_of: str
    members: tuple[Member, ...]
    helpers: tuple[Helper, ...]
    measures: tuple[Measure, ...]
    projects: tuple[Share, ...]
    lines: dict[str, tuple[int | None, ...]]
    lines_before: dict[str, tuple[int | None, ...]]
    totals: dict[str, int]
    totals_before: dict[str, int]
    coefficients: dict[str, float]
    line: int | None
    closed: bool
    persons_before: int
    persons_same: int
    persons_estimated: bool = False

    @property
    def persons(self) -> int:
        return len(self.members)

    @property
    def running(self) -> bool:
        """Whether the year has months to come, or lines that are still to come in."""
        return self.through < self.year.last or not self.closed

    @property
    def counted(self) -> int:
        """How many of the twelve months count."""
        return max(self.through - self.year.first + 1, 0)

    @property
    def title(self) -> str:
        """``2026年度（2025年10月至2026年9月）``; through which month where it still runs, and that it is not closed."""
        until = f"，截至{spoken(self.through)}" if self.through < self.year.last else ""
        return f"{self.year.name.removesuffix('）')}{until}{f'，{OPEN}' if self.running else ''}）"

    @cached_property
    def now(self) -> Figures:
        """The figures of the year."""
        return figures(self.lines, self.persons, self.coefficients, self.totals)

    @cached_property
    def before(self) -> Figures:
        """Those of the whole year before."""
        return figures(self.lines_before, self.persons_before, self.coefficients, self.totals_before)

    @cached_property
    def before_same(self) -> Figures:
        """Those of the same months of the year before (上年同期): what is booked by the year goes with whole years."""
        if self.counted == 12:
            return self.before
        same = {name: months[: self.counted] for name, months in self.lines_before.items()}
        return figures(same, self.persons_same, self.coefficients)

    @property
    def dividends_apart(self) -> str:
        """Why the dividends among the lines are not those of the projects, in a sentence; '' where they are."""
        booked = self.now.subjects[SHARE_SUBJECTS["dividend"]]
        shared = sum(one.amount or 0 for one in self.projects if one.mode == SHARE_MODES["dividend"])
        if booked == shared:
            return ""
        span = f"{spoken(self.year.first)}至{spoken(self.through)}"
        why = "两处登记的时段不同，或尚未登记到项目" if self.year.start > 1 else "尚未登记到项目，或两处有出入"
        return (
            f"收支账上的资产收益分红 {exact(booked)} 元（{span}），项目带户的分红 {exact(shared)} 元"
            f"（{self.year.year}年度）。相差 {exact(abs(booked - shared))} 元，{why}。"
        )

    @property
    def expense_estimated(self) -> bool:
        return self.now.estimated

    @property
    def empty_months(self) -> tuple[int, ...]:
        """Months up to ``through`` without any line on record, nought included (ordinals); none where the household
        books by the year."""
        if self.totals or self.totals_before:
            return ()
        return tuple(
            self.year.first + place
            for place in range(self.counted)
            if all(months[place] is None for months in self.lines.values())
        )

    @property
    def dried_up(self) -> tuple[str, ...]:
        """科目 that brought money in the same months of the year before and none in this one."""
        same, now = self.before_same.subjects, self.now.subjects
        return tuple(name for name in SUBJECTS if same[name] > 0 and now[name] == 0)
