"""Values of the address bar as they are looked up: numbers, pages, choices of a list; what means nothing is said."""

from collections.abc import Collection, Mapping
from typing import TypeVar

T = TypeVar("T")
UNKNOWN_SORT = "地址中的排序方式“{asked}”不存在，已按默认顺序显示。"
UNKNOWN_FILTER = "筛选条件中的“{asked}”无法识别，已忽略。"
MOST = 10**15 - 1
"""The largest number that an address may give: more than any id, and times a page far below what a store takes."""


def whole(text: str | None, *, least: int = 1, most: int = MOST) -> int | None:
    """The whole number that a text says in ASCII digits, from ``least`` to ``most``; None for what cannot be one."""
    text = text or ""
    digits = text.removeprefix("-") if least < 0 else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(MOST))):
        return None
    return int(text) if least <= int(text) <= most else None


def page_of(asked: str | int | None, pages: int = MOST) -> tuple[int, list[str]]:
    """Which of so many pages of a list is meant, counted from 1: where it has none such, the first, and a sentence."""
    text = "" if asked is None else str(asked)
    if not text:
        return 1, []
    number = whole(text, most=pages)
    return (1, [f"名单没有第“{text[:10]}”页，已显示第 1 页。"]) if number is None else (number, [])


class Reading:
    """The parameters of one address while they are looked up; ``problems`` are sentences about what means nothing.

    The sentences handed in have ``{asked}`` where the address is quoted.
    """

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = parameters
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        """The value as it stands there, '' where there is none."""
        return self._parameters.get(name, "")

    def one_of(self, name: str, known: Collection[str], otherwise: str) -> str | None:
        """The value, where it is one of these; None where there is none, or another, and ``otherwise`` is said."""
        asked = self._parameters.get(name)
        if asked is None or asked in known:
            return asked
        self.mistaken(asked, otherwise)
        return None

    def several(self, name: str, known: Mapping[str, T], otherwise: str) -> tuple[T, ...]:
        """What the values between hyphens stand for; ``otherwise`` is said once for those that stand for nothing."""
        parts = [part for part in self.text(name).split("-") if part]
        if any(part not in known for part in parts):
            self.mistaken(self.text(name), otherwise)
        return tuple(dict.fromkeys(known[part] for part in parts if part in known))

    def flag(self, name: str) -> bool:
        """Whether it is set."""
        return self.text(name) == "1"

    def number(self, name: str, otherwise: str = "", *, least: int = 1, most: int = MOST) -> int | None:
        """The value as :func:`whole`; None where it is no such number, and ``otherwise`` is said where it is given."""
        asked = self.text(name)
        found = whole(asked, least=least, most=most)
        if asked and otherwise and found is None:
            self.mistaken(asked, otherwise)
        return found

    def page(self) -> int:
        """The page of the list, which may turn out to have fewer."""
        number, problems = page_of(self.text("page"))
        self.problems += problems
        return number

    def mistaken(self, asked: str, otherwise: str) -> None:
        """Say that the address asked for something in vain."""
        self.problems.append(otherwise.format(asked=asked[:20]))


def numbered(words: Collection[str]) -> dict[str, str]:
    """The words of a list by their place, from 1: in an address no word of ours needs to stand."""
    return {str(place): word for place, word in enumerate(words, start=1)}
