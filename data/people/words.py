"""What an administrator types about a person or a display: one short line that reads as it was written."""

from unicodedata import category

from data.errors import Refused


def plain_words(text: str, what: str, longest: int) -> str:
    """The words without blanks around; raises Refused where there are none, or too many, or signs that are not seen or
    turn the line round."""
    words = text.strip()
    if not words:
        raise Refused(f"请填写{what}。")
    if len(words) > longest:
        raise Refused(f"{what}最多 {longest} 个字。")
    if any(category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for sign in words):
        raise Refused(f"{what}里有看不见的字符，请删去后重新填写。")
    return words
