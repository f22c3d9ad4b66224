"""What came of an import, in words: the state it is in, what its check found, what was written."""

from collections.abc import Mapping

from components.imports.address import GROUPS
from components.imports.at_work import DOING
from data.imports.jobs import Job
from data.imports.way import STATES, UNDONE

_LONGEST = 80


def state_words(job: Job) -> str:
    """What it is at."""
    return DOING[job.work] if job.work else STATES[job.state]


def outcome_words(job: Job) -> str:
    """What came of it, in one line: of what was written, else of the check, else why that did not end well."""
    if job.why:
        return job.why if len(job.why) <= _LONGEST else f"{job.why[:_LONGEST]}……"
    written = numbers(job, "written")
    if written and job.state != UNDONE:
        return written_words(written)
    counts = numbers(job, "counts")
    return " · ".join(f"{words} {counts[group]:,}" for group, words in GROUPS.items() if counts.get(group))


def written_words(written: Mapping[str, int]) -> str:
    """What was written, and what was not: ``改动 1,234 处；3 行有错误没有写入``."""
    parts = {
        "": f"改动 {written.get('changed', 0):,} 处" if written.get("changed") else "与库中一致，没有改动",
        "refused": "{:,} 行有错误没有写入",
        "left": "{:,} 行按您的选择没有写入",
        "kept": "{:,} 处冲突保留系统里的",
        "taken": "{:,} 处冲突采用文件的",
    }
    return "；".join(
        words.format(written.get(name, 0)) for name, words in parts.items() if not name or written.get(name)
    )


def numbers(job: Job, name: str) -> dict[str, int]:
    """Numbers by name under one name of the facts; none where it has not come so far."""
    held = job.facts.get(name)
    return {key: value for key, value in held.items() if isinstance(value, int)} if isinstance(held, dict) else {}
