"""Signs that nobody sees but a program does: control, turning and isolate marks, zero-width signs, soft hyphens.

With them one name looks like another, a sentence reads backwards, and nothing counts as something. Names that hold one
are refused, from free text they are taken out; neither counts as text.
"""

import re

_RANGES = (
    (0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C),
    (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F),
    (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE00FF), (0xE01F0, 0xE0FFF),
)  # fmt: skip
_SELECTORS = "\U000e0100-\U000e01ef"  # which shape of an ideograph is meant: part of some people's names
_IDEOGRAPHS = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LISTED = "".join(f"{chr(first)}-{chr(last)}" for first, last in _RANGES)
SUSPECT = f"[{_LISTED}\r{_SELECTORS}]"
"""What no plain text holds, as a pattern for many at once (RE2 as well): what it finds is looked at one by one."""
PRIVATE = "[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]"
"""Signs that each place draws for itself: rare names from before there was a code for them, as a pattern."""
_PRIVATE = re.compile(PRIVATE)
_HIDDEN = re.compile(f"[{_LISTED}]|(?<![{_IDEOGRAPHS}])[{_SELECTORS}]")
_BROKEN = re.compile("[\ud800-\udfff]")


def seen(text: str) -> str:
    """What of a text can be seen: hidden signs out, ends of lines made one sign, blanks around taken away."""
    return _HIDDEN.sub("", _BROKEN.sub("", text).replace("\r\n", "\n").replace("\r", "\n")).strip()


def private(text: str) -> str:
    """The first sign of a place's own making, as ``U+E000``; '' where there is none."""
    found = _PRIVATE.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def hidden(text: str) -> str:
    """The first hidden sign of a text, as ``U+202E``; '' where there is none."""
    found = _BROKEN.search(text) or _HIDDEN.search(text.replace("\r", "\n"))
    return f"U+{ord(found[0]):04X}" if found else ""
