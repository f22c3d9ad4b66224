"""What a typed word of a search may mean, and the SQL of each meaning: once to find households by it, with the help of
an index, and once to ask of a household whether it holds."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from data.errors import Refused
from data.figures.states import members_on
from data.model.running import holds_on, runs_on
from data.model.search_columns import initials
from data.model.surnames import COMPOUND
from data.text.signs import seen

LONGEST = 60
MOST_WORDS = 4
FURTHEST = "\U0010ffff"  # what begins with a text lies between it and it with this behind
_COMPOUNDS = ", ".join(f"'{name}'" for name in COMPOUND)
_COMPOUND_ROWS = ", ".join(f"('{name}')" for name in COMPOUND)
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_NAMED = f"EXISTS (SELECT 1 FROM {members_on('b.household_id = h.id AND {matches}')})"
_BELONGING = (  # the member first, by the index of what is asked
    "CROSS JOIN member_spell b WHERE b.member = {0}.code AND "
    + holds_on("b", "(SELECT m.as_of FROM month m WHERE m.month = :month)")
)
_PAIRED = runs_on("s", "m.as_of")
_BEGINS = "{column} >= :{word} AND {column} < :{word}_end"
_HELPED = (  # the helpers first, once; "|| ''" keeps the planner from asking for the pairings of each of them
    "EXISTS (SELECT 1 FROM pairing s WHERE s.household_id = h.id AND s.helper || '' IN"
    f" (SELECT a.code FROM helper a WHERE {{begins}}) AND {_PAIRED})"
)
_THERE = (
    "(h.village IN (SELECT r.code FROM region r WHERE {begins})"
    " OR substr(h.village, 1, 9) IN (SELECT r.code FROM region r WHERE length(r.code) = 9 AND {begins}))"
)


@dataclass(frozen=True)
class Word:
    """One word: ``kind`` is name (of a person, a helper, a village), initials, tail (of an ID number), code (of a
    household), or what is left of a name for who sees no identity: family (of the head) or known (a helper, a village).
    ``place`` tells its parameters from those of other words."""

    text: str
    kind: str
    place: int

    @property
    def key(self) -> str:
        return f"w{self.place}"

    def bound(self) -> dict[str, object]:
        """Its parameters."""
        return {self.key: self.text, f"{self.key}_end": self.text + FURTHEST, f"{self.key}_size": len(self.text)}

    def found(self, scope: str) -> list[str]:
        """Selects of (household, rank), the nearest meaning with the lowest rank, each of at most ``:most`` rows and
        in an order of its own. ``scope`` is a condition on ``household h``'s village."""
        return _FOUND[self.kind](self.key, scope)

    def nearness(self) -> str:
        """The rank of a household that it holds for: its head, whole or from the beginning, before all others."""
        column = {"name": "h.head", "initials": "h.initials"}.get(self.kind)
        if column is None:
            return "0"
        return f"CASE WHEN {column} = :{self.key} THEN 0 WHEN {_begins(column, self.key)} THEN 1 ELSE 2 END"

    def holds(self) -> str:
        """The condition on ``household h`` and ``month m`` that the word means it."""
        return _HOLDS[self.kind](self.key)

    def means(self, name: str) -> bool:
        """Whether the word means a person of this name."""
        if self.kind == "initials":
            return initials(name).startswith(self.text)
        if self.kind != "name":
            return False
        given = name[2:] if name[:2] in COMPOUND else name[1:]
        return name.startswith(self.text) or name[1:].startswith(self.text) or given.startswith(self.text)

    def helped_by(self, name: str) -> bool:
        """Whether the word means a helper of this name."""
        return self.kind in ("name", "known") and len(self.text) > 1 and name.startswith(self.text)


def words(query: str, *, by_identity: bool) -> list[Word]:
    """The words of a query. ``by_identity``: whether the viewer may find people by what is told of them to nobody who
    sees no identity: what he guesses would be confirmed to him.

    Raises Refused for one that is too long or has too many words, and for a number, code or initials where he may not.
    """
    plain = seen(query).translate(_HALF_WIDTH)
    parts = list(dict.fromkeys(plain.split()))
    if len(plain) > LONGEST or len(parts) > MOST_WORDS:
        raise Refused(f"一次最多写 {MOST_WORDS} 个词、{LONGEST} 个字，请写短一些。")
    read = [_word(part, place) for place, part in enumerate(parts)]
    if by_identity:
        return read
    if any(word.kind in ("tail", "initials", "code") for word in read):
        raise Refused("大屏展示不能按证件号码、户编号和拼音查找，请按姓氏、村名或帮扶责任人查找。")
    return [replace(word, kind=_blind(word.text)) if word.kind == "name" else word for word in read]


def _blind(text: str) -> str:
    """What is left of a name for who reads surnames alone."""
    return "family" if len(text) == 1 or text in COMPOUND else "known"


def _word(text: str, place: int) -> Word:
    if re.fullmatch(r"[0-9]{5}[0-9Xx]", text):
        return Word(text.upper(), "tail", place)
    if re.fullmatch(r"[A-Za-z]+", text):
        return Word(text.lower(), "initials", place)
    return Word(text.upper(), "code", place) if re.fullmatch(r"[\x21-\x7e]+", text) else Word(text, "name", place)


def parameters(read: Iterable[Word]) -> dict[str, object]:
    """The parameters of all words."""
    return {"furthest": FURTHEST, **{name: value for word in read for name, value in word.bound().items()}}


def _begins(column: str, word: str) -> str:
    return _BEGINS.format(column=column, word=word)


def _persons(word: str, scope: str, head: str, name: str) -> list[str]:
    """Heads and members whose column begins with the word, the whole of it first."""
    return [
        f"SELECT h.id AS household, CASE WHEN h.{head} = :{word} THEN 0 ELSE 2 END AS rank FROM household h"
        f" WHERE {_begins(f'h.{head}', word)} AND {scope} ORDER BY h.{head} LIMIT :most",
        f"SELECT b.household_id AS household, CASE WHEN n.{name} = :{word} THEN 1 ELSE 3 END AS rank FROM member n"
        f" {_BELONGING.format('n')} AND {_begins(f'n.{name}', word)} ORDER BY n.{name} LIMIT :most",
    ]


def _families(table: str, column: str) -> str:
    """First characters of all names of a table, found by as many looks into its index."""
    first = f"substr(MIN({column}), 1, 1)"
    return f"""
        (WITH RECURSIVE family(c) AS (SELECT {first} FROM {table} UNION ALL
        SELECT (SELECT {first} FROM {table} WHERE {column} > family.c || :furthest) FROM family
        WHERE family.c IS NOT NULL) SELECT c FROM family WHERE c IS NOT NULL
        UNION ALL VALUES {_COMPOUND_ROWS})"""


def _given(word: str, table: str, column: str, household: str, rank: int, where: str = "WHERE") -> str:
    """Those whose given name begins with the word: asked surname by surname."""
    return (
        f"SELECT {household} AS household, {rank} AS rank FROM {_families(table, column)} f CROSS JOIN {table} g"
        f" {where} g.{column} >= f.c || :{word} AND g.{column} < f.c || :{word}_end LIMIT :most"
    )


def _name_found(word: str, scope: str) -> list[str]:
    given = [
        _given(word, "household", "head", "g.id", 4),
        _given(word, "member", "name", "b.household_id", 5, f"{_BELONGING.format('g')} AND"),
    ]
    return [*_persons(word, scope, "head", "name"), *given, *_known_found(word, scope)]


def _known_found(word: str, scope: str) -> list[str]:
    regions = f"""
        SELECT h.id AS household, 6 AS rank FROM region r CROSS JOIN household h
        WHERE {_begins("r.name", word)} AND length(r.code) >= 9 AND :{word}_size > 1
        AND h.village >= r.code AND h.village < r.code || ':' AND {scope} LIMIT :most"""
    helped = f"""
        SELECT s.household_id AS household, 7 AS rank FROM helper a CROSS JOIN pairing s CROSS JOIN month m
        WHERE m.month = :month AND s.helper = a.code AND {_begins("a.name", word)} AND :{word}_size > 1
        AND {_PAIRED} LIMIT :most"""
    return [regions, helped]


def _matches(column: str, word: str) -> str:
    return (
        f"({_begins(column, word)} OR substr({column}, 2, :{word}_size) = :{word}"
        f" OR substr({column}, 1, 2) IN ({_COMPOUNDS}) AND substr({column}, 3, :{word}_size) = :{word})"
    )


def _name_holds(word: str) -> str:
    persons = f"{_matches('h.head', word)} OR {_NAMED.format(matches=_matches('p.name', word))}"
    return f"({persons} OR :{word}_size > 1 AND {_known_holds(word)})"


def _known_holds(word: str) -> str:
    helped, there = _HELPED.format(begins=_begins("a.name", word)), _THERE.format(begins=_begins("r.name", word))
    return f"({helped} OR {there})"


def _initials_holds(word: str) -> str:
    member = _NAMED.format(matches=_begins("p.initials", word))
    return f"({_begins('h.initials', word)} OR {member})"


_FOUND: dict[str, Callable[[str, str], list[str]]] = {
    "name": _name_found,
    "family": lambda word, scope: _persons(word, scope, "head", "name")[:1],
    "known": _known_found,
    "initials": lambda word, scope: _persons(word, scope, "initials", "initials"),
    "tail": lambda word, scope: [
        f"SELECT b.household_id AS household, 0 AS rank FROM member n {_BELONGING.format('n')}"
        f" AND n.id_tail = :{word} LIMIT :most"
    ],
    "code": lambda word, scope: [
        f"SELECT h.id AS household, CASE WHEN h.code = :{word} THEN 0 ELSE 1 END AS rank FROM household h"
        f" WHERE {_begins('h.code', word)} ORDER BY h.code LIMIT :most"
    ],
}
_HOLDS: dict[str, Callable[[str], str]] = {
    "name": _name_holds,
    "family": lambda word: _begins("h.head", word),
    "known": _known_holds,
    "initials": _initials_holds,
    "tail": lambda word: _NAMED.format(matches=f"p.id_tail = :{word}"),
    "code": lambda word: _begins("h.code", word),
}
