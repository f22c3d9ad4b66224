"""Who looks: every query takes a Viewer, and none answers beyond its scope."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, true

from data.access.roles import HOUSEHOLDS, IDENTITY, READ, WRITE, allows
from data.errors import OutOfScope
from data.model.surnames import surname

READERS = ("display", "stranger", "household", "borrower")
"""Roles that change nothing."""


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks: a role, the region he may see (a code, '' the whole), for a helper his own code, for who may
    see single households alone their ids; and which person acts, None where nobody signed in."""

    role: str
    region: str
    helper: str | None = None
    person: int | None = None
    households: frozenset[int] | None = None

    def may(self, right: str, thing: str) -> bool:
        """Whether the table of rights (``data.access.roles``) gives it to his role."""
        return allows(self.role, right, thing)

    @property
    def sees_identity(self) -> bool:
        """Whether full names and addresses are shown; a wall display shows family names only."""
        return self.may(READ, IDENTITY)

    @property
    def may_write(self) -> bool:
        """Whether he may change the records of what he sees."""
        return self.may(WRITE, HOUSEHOLDS)

    @property
    def key(self) -> str:
        """What a cache is keyed by: two viewers with one key may see the same rows. Who acts is ``actor``."""
        own = "" if self.households is None else f":{sorted(self.households)}"
        return f"{self.role}:{self.region}:{self.helper or ''}{own}"

    @property
    def actor(self) -> str:
        """Who acts, as history, steps, jobs and the log keep it: ``person:7``; without an account the role played."""
        return self.key if self.person is None else f"person:{self.person}"

    def may_see(self, code: str) -> bool:
        """Whether a region lies within this viewer's own."""
        return code.startswith(self.region)

    def narrowed(self, code: str) -> str:
        """The region asked for; raises OutOfScope where it is not this viewer's."""
        if not self.may_see(code):
            raise OutOfScope("该区划")
        return code


def following(code: str) -> str:
    """The first code behind every code that starts with this one."""
    return code[:-1] + chr(ord(code[-1]) + 1)


def within(column: ColumnElement[str], code: str) -> ColumnElement[bool]:
    """Clause: the column's region lies in ``code`` (a range, so that an index serves it)."""
    return true() if code == "" else and_(column >= code, column < following(code))


def within_sql(column: str, code: str, name: str = "region") -> tuple[str, dict[str, object]]:
    """The same as text with its two bound parameters."""
    if code == "":
        return "1 = 1", {}
    return f"({column} >= :{name}_lo AND {column} < :{name}_hi)", {f"{name}_lo": code, f"{name}_hi": following(code)}


def mask_name(name: str) -> str:
    """张三丰 → 张**, 欧阳娜娜 → 欧阳**: what everybody reads who may not read names; as many stars for every name, so
    that they do not tell its length."""
    return f"{surname(name)}**" if name else ""


_ORGANISED = (
    "公司", "合作", "集团", "企业", "厂", "场", "社", "店", "院", "站", "中心", "协会", "基地", "村", "镇", "乡",
    "街道", "办事处", "政府", "委员会", "局", "户", "集体", "银行",
)  # fmt: skip


def mask_party(viewer: Viewer, name: str | None) -> str | None:
    """A holder of rights or an operator as the viewer may read it: for a wall display masked where it may be a person's
    name, that is, where nothing says that it is an organisation."""
    if name is None or viewer.sees_identity or (len(name) > 3 and any(word in name for word in _ORGANISED)):
        return name
    return mask_name(name)


def mask_id(number: str | None) -> str | None:
    """210881196001011234 → 210881********1234; of what is shorter than an ID number (a passport) the ends alone."""
    if number is None:
        return None
    head, tail = (6, 4) if len(number) >= 15 else (1, 1)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:] if len(number) > 4 else "*" * len(number)


_BORN = r"(?:[1１][9９]|[2２][0０])\d{2}(?:[0０][1-9１-９]|[1１][0-2０-２])(?:[0０][1-9１-９]|[12１２]\d|[3３][01０１])"
_WHOLE_ID = re.compile(rf"(?<!\d)\d{{6}}{_BORN}\d{{3}}[\dXxＸｘ](?:\d{{2}}|\d{{4}})?(?!\d)")


def mask_ids(text: str) -> str:
    """A sentence, a report or a line of a log with the ID numbers in it masked."""
    return _WHOLE_ID.sub(lambda found: mask_id(found[0]) or "", text)


def built_in_viewers(
    roots: Sequence[str], township: str | None, village: str | None, helper: str | None
) -> list[Viewer]:
    """One viewer for each role, until accounts exist; ``roots`` are the topmost regions."""
    top = roots[0] if len(roots) == 1 else ""
    viewers = [Viewer("admin", ""), Viewer("county", top), Viewer("display", top)]
    if township:
        viewers.append(Viewer("township", township))
    if village:
        viewers.append(Viewer("village", village))
    if village and helper:
        viewers.append(Viewer("helper", village, helper))
    return viewers
