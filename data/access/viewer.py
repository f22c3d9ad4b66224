"""Who looks: every query takes a Viewer, and none answers beyond its scope."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, true

from data.access.roles import HEALTH, HOUSEHOLDS, IDENTITY, READ, WRITE, allows
from data.errors import OutOfScope


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
    def sees_health(self) -> bool:
        """Whether he may know of illness, disability, causes and a household's code at all."""
        return self.may(READ, HEALTH)

    @property
    def may_write(self) -> bool:
        """Whether he may change the records of what he sees."""
        return self.may(WRITE, HOUSEHOLDS)

    @property
    def sees_own_only(self) -> bool:
        """Whether he sees single households and no region's: who helps them, who borrowed one."""
        return self.role == "helper" or self.households is not None

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
