"""What the check of a file asks before it can go on, and what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass

Answers = Mapping[str, str]
"""Question → the value of the option chosen; or the ``layout`` of a question, as it was answered in an earlier file of
the same sender. What nobody answered is not in it."""
UNANSWERED: Answers = {}


@dataclass(frozen=True)
class Question:
    """One question. ``id`` is the same at every check of the same files (``sheet:收支表``, ``columns:3fa9…``).

    ``options``: value → words, the proposed one first. ``default``: the value that holds while nobody answered; ''
    where nothing is written before it is answered. ``layout``: a digest of the headings it is about, '' where the
    answer is not to be remembered for the sender's next file. ``examples``: what stands in the file, a few cells.
    """

    id: str
    file: str
    text: str
    options: Mapping[str, str]
    default: str = ""
    layout: str = ""
    examples: tuple[str, ...] = ()

    def answer(self, answers: Answers) -> str:
        """What holds: the answer where it is one of the options, else what was said of its layout, else the default."""
        given = answers.get(self.id) or (answers.get(self.layout, "") if self.layout else "")
        return given if given in self.options else self.default
