"""What an import found: issues by sheet, row, column, value and reason, and what came of it all."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from data.access.masks import mask_ids
from data.intake.decisions import Cell
from data.intake.questions import Answers, Question

ERROR, WARNING, CONFLICT = "error", "warning", "conflict"
MOST_ISSUES = 200_000  # each of both severities kept one by one; the rest is counted


class FileFault(Exception):
    """A whole file or sheet that cannot be read; the text is the reason."""


@dataclass(frozen=True)
class Issue:
    """One refusal, warning or conflict. ``row`` is the row as the user sees it (headings are row 1), None for a whole
    file."""

    sheet: str
    row: int | None
    column: str
    value: str
    reason: str
    severity: str = ERROR
    file: str = ""
    cell: Cell | None = None  # of a conflict: which it is

    def __post_init__(self) -> None:
        """What is printed, written into a report or shown tells nobody's whole ID number."""
        for name in ("column", "value", "reason"):
            object.__setattr__(self, name, mask_ids(getattr(self, name)))


@dataclass(frozen=True)
class ImportResult:
    """What came of an import: rows read by sheet, rows of the store that changed, and every issue.

    ``refused_rows`` counts data rows that were not (or would not be) written; ``refusals`` and ``warnings`` hold the
    first 200,000 issues each, ``refusal_count`` and ``warning_count`` how many there were. ``conflicts``: cells that
    differ from what somebody entered after the file was current; ``overwritten`` says that they were taken.
    ``questions``: what the check asked; ``waiting``: those of them without which nothing is written;
    ``run``: its number, where it wrote.
    """

    rows: dict[str, int]
    changed: int
    refusals: list[Issue]
    warnings: list[Issue]
    ignored: list[str]
    wrote: bool
    refused_rows: int
    refusal_count: int
    warning_count: int
    conflicts: list[Issue]
    overwritten: bool
    questions: list[Question] = field(default_factory=list)
    waiting: list[Question] = field(default_factory=list)
    run: int | None = None


@dataclass
class Findings:
    """Collects issues while an import is checked."""

    refusals: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    refusal_count: int = 0
    warning_count: int = 0
    questions: list[Question] = field(default_factory=list)
    waiting: list[Question] = field(default_factory=list)
    seen: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    """Sheet and file → our headings → those that the user sees, where they differ."""

    def ask(self, question: Question, answers: Answers) -> str:
        """Keep a question, once; what holds of it, '' while nobody answered what has to be answered."""
        given = question.answer(answers)
        if all(one.id != question.id for one in self.questions):
            self.questions.append(question)
            if not given:
                self.waiting.append(question)
        return given

    def refuse(self, issues: Iterable[Issue], count: int) -> None:
        """Take ``count`` refusals; ``issues`` is drawn from only as far as there is room."""
        self.refusal_count += count
        _fill(self.refusals, self.as_seen(issues))

    def warn(self, issues: Iterable[Issue], count: int) -> None:
        """The same for warnings."""
        self.warning_count += count
        _fill(self.warnings, self.as_seen(issues))

    def as_seen(self, issues: Iterable[Issue]) -> Iterator[Issue]:
        """Issues under the headings that the user sees."""
        for issue in issues:
            other = self.seen.get((issue.sheet, issue.file), {}).get(issue.column)
            yield replace(issue, column=other) if other else issue

    def refuse_file(self, file: str, reason: str, *, sheet: str = "", row: int | None = None, column: str = "") -> None:
        """Refuse a file or sheet as a whole."""
        self.refuse([Issue(sheet, row, column, "" if sheet else file, reason, ERROR, file)], 1)


def _fill(kept: list[Issue], issues: Iterable[Issue]) -> None:
    iterator = iter(issues)
    while len(kept) < MOST_ISSUES and (issue := next(iterator, None)) is not None:
        kept.append(issue)
