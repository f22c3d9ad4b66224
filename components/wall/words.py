"""How much a poster may say, and how wide its words are."""

import re

MOST_ROWS, MOST_WORDS, MOST_FIGURES = 7, 40, 12
"""Rows of one list; words and figures of one poster. Labels on maps, a household's number on the walk and a day are
none."""
_RUN = re.compile(r"[\u4e00-\u9fff]+")


def ems(words: str) -> float:
    """How wide words are at most, in sizes of their type: a Chinese character is one."""
    return sum(map(_em, words))


def _em(sign: str) -> float:
    if ord(sign) > 0x2E7F or sign in "…—–‘’“”·▲▼◆●■○□":
        return 1.0
    return 0.35 if sign in " .,:;'|!()" else 0.65


def cut(words: str, width: float, size: float) -> str:
    """The words, or as many of their signs as fit, with an ellipsis."""
    if ems(words) * size <= width:
        return words
    while words and ems(words + "…") * size > width:
        words = words[:-1]
    return f"{words.rstrip()}…" if words else ""


def count_words(*texts: str) -> int:
    """Words of texts: runs of up to four characters, as a glance takes them."""
    return sum(-(-len(run) // 4) for text in texts for run in _RUN.findall(text))
