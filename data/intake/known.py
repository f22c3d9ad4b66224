"""What a row may refer to: regions, households, members, projects, helpers and funds of the store and of the files."""

import re
from collections.abc import Container, Iterable

from sqlalchemy import Connection, func, select

from data.access.households import free_number
from data.intake.runs import last_run
from data.model import episode, ledger_year, metadata, monitoring_case, setting
from data.settings import value_of
from data.workbook.sheets import EPISODE, FUND, HELPER, HOUSEHOLD, MEMBER, PROJECT, REGION, SHEET
from data.workbook.values import Fault

_CASE = re.compile(r"(.+)-JC[0-9]{1,3}")


class KnownCodes:
    """Codes that rows may refer to. ``households`` maps a household's code to its id. ``connection`` stays open for
    questions while rows are checked. ``members``, ``cases``: whether any sheet refers to them, who are many; ``cases``
    maps 监测编号 to the number of its case, ``case_homes`` to its household.

    With ``valid_rows`` rows fall with those they refer to. Otherwise nothing is written anyway once anything is
    refused, so that what merely hangs on a refused row or on an unreadable sheet is not reproached.
    """

    def __init__(self, connection: Connection, *, valid_rows: bool, members: bool = False, cases: bool = False) -> None:
        self.connection, self.valid_rows = connection, valid_rows
        self.unreadable: set[str] = set()
        self.last_run = last_run(connection)
        self.income_year_start = int(value_of(connection, "income_year_start"))
        decided = select(setting.c.name).where(setting.c.name == "income_year_start")
        totals = select(ledger_year.c.last_month).limit(1)
        self.income_year_is_set = any(connection.execute(asked).first() is not None for asked in (decided, totals))
        self.codes: dict[str, set[str]] = {}
        for sheet in (REGION, PROJECT, HELPER, FUND, *(MEMBER,) * members):
            table = metadata.tables[SHEET[sheet].table_name]
            self.codes[sheet] = set(connection.execute(select(table.c.code)).scalars())
        household = metadata.tables["household"]
        self.households: dict[str, int] = dict(connection.execute(select(household.c.code, household.c.id)).all())
        self.refused: dict[str, set[str]] = {sheet: set() for sheet in (*self.codes, HOUSEHOLD, EPISODE)}
        self.cases: dict[str, int] = {}
        self.case_homes: dict[str, int] = {}
        self._first_case = self._next_case = 0
        if cases:
            self._learn_cases()
        self._code_of: dict[int, str] = {}
        self._first_id = self._next_id = free_number(connection)

    def _learn_cases(self) -> None:
        case = monitoring_case.c
        for table in (episode, monitoring_case):
            held = self.connection.execute(select(table.c.code, table.c.household_id)).all()
            self.case_homes |= {code: household for code, household in held}
        self.cases = dict(self.connection.execute(select(case.code, case.id)).all())
        self._first_case = self._next_case = _free_case(self.connection)

    def watch(self, code: str, household: int) -> None:
        """Take a 监测编号 that is to be written."""
        self.case_homes.setdefault(code, household)

    def _case(self, code: str) -> int | None:
        """The number of the case of a 监测编号: of one that is not included yet, whose code begins with its
        household's, a new one."""
        if code not in self.cases:
            home = self.case_homes.get(code)
            if home is None and (begins := _CASE.fullmatch(code)):
                home = self.households.get(begins[1])
            if home is None:
                return None
            self.case_homes[code], self.cases[code] = home, self._next_case
            self._next_case += 1
        return self.cases[code]

    def __getstate__(self) -> dict[str, object]:
        """What is known, without the store: no more questions are put to it."""
        return {**vars(self), "connection": None}

    def find(self, sheet: str, code: str) -> str | int:
        """The code itself, of a household its id; raises Fault where it is unknown or was refused in this import."""
        if sheet == HOUSEHOLD:
            if (number := self.households.get(code)) is not None:
                return number
        elif sheet == EPISODE:
            if code not in self.refused[sheet] and (case := self._case(code)) is not None:
                return case
        elif code in self.codes[sheet]:
            return code
        if code in self.refused[sheet]:
            raise Fault(f"“{sheet}”表中的 {code} 未通过校验，本行依赖于它，随之不写入")
        if sheet in self.unreadable and self.valid_rows:
            raise Fault(f"“{sheet}”表未能读取，本行所指的 {code} 尚未登记，随之不写入")
        if sheet == EPISODE:
            raise Fault(f"没有 {code}，请先在“{sheet}”表中登记；还没有纳入的，监测编号写成 户编号-JC1")
        if sheet in self.unreadable:
            self.add(sheet, [code])
            return self.find(sheet, code)
        raise Fault(f"没有 {code}，请先在“{sheet}”表中登记")

    def is_outdated(self, connection: Connection) -> bool:
        """Whether somebody has made a household or a case since, whose number may be one that was given here."""
        made = self._next_id != self._first_id and free_number(connection) != self._first_id
        return made or (self._next_case != self._first_case and _free_case(connection) != self._first_case)

    def household_code(self, number: int) -> str:
        """The code of a household's id."""
        if len(self._code_of) != len(self.households):
            self._code_of = {number: code for code, number in self.households.items()}
        return self._code_of[number]

    def case_code(self, number: int) -> str:
        """The 监测编号 of a case's number."""
        return next(code for code, case in self.cases.items() if case == number)

    def cases_told(self) -> dict[int, tuple[str, int]]:
        """Of the cases that rows name, and those of the store: 监测编号 and household by the case's number."""
        return {number: (code, self.case_homes[code]) for code, number in self.cases.items()}

    def add(self, sheet: str, codes: Iterable[str]) -> None:
        """Take codes that are to be written; new households get their ids in the order given."""
        if sheet != HOUSEHOLD:
            self.codes[sheet].update(codes)
            return
        for code in codes:
            if code not in self.households:
                self.households[code] = self._next_id
                self._next_id += 1

    def refuse(self, sheet: str, codes: Iterable[str]) -> None:
        """Note codes whose rows are refused; what the store holds already stays known."""
        if sheet == EPISODE and not self.valid_rows:
            return
        if not self.valid_rows:
            self.add(sheet, codes)
            return
        held: Container[str] = self.case_homes if sheet == EPISODE else self.codes.get(sheet, self.households)
        self.refused[sheet].update(code for code in codes if code not in held)


def _free_case(connection: Connection) -> int:
    """The number of the case that is made next."""
    return int(connection.execute(select(func.max(monitoring_case.c.id))).scalar() or 0) + 1
