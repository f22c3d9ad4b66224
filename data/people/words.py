"""What an administrator types about a person or a display: one short line that reads as it was written."""

import re
from unicodedata import normalize

from data.errors import Refused
from data.text.signs import hidden

_PHONE = re.compile(r"\+?[0-9][0-9-]{3,18}[0-9]")


def plain_words(text: str, what: str, longest: int) -> str:
    """The words without blanks around; raises Refused where there are none, or too many, or signs that are not seen or
    turn the line round."""
    words = text.strip().replace("\u3000", " ")
    if not words:
        raise Refused(f"请填写{what}。")
    if len(words) > longest:
        raise Refused(f"{what}最多 {longest} 个字。")
    if hidden(words) or not words.isprintable():
        raise Refused(f"{what}里有看不见的字符，请删去后重新填写。")
    return words


def phone_form(typed: str) -> str:
    """A telephone number as it is stored; raises Refused for what is none."""
    found = "".join(normalize("NFKC", typed[:60]).split())
    if not _PHONE.fullmatch(found):
        raise Refused("电话应为 5 至 20 位数字，可带区号和短横线。")
    return found
