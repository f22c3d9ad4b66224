"""Typesetting: typst in a process of its own, which ends with its chunk and with it all the memory that typst keeps.

``python -m data.paper.typeset`` reads one job as JSON from its standard input and writes the finished file to its
standard output. Values reach typst as JSON data, never as its source, and stand in no argument, file or message.
"""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Literal, TypedDict
from unicodedata import category

from data.errors import Refused
from data.paper import fonts

TEMPLATES = Path(__file__).resolve().parent / "typst"
LONGEST = 120.0  # seconds that one chunk may take
PREVIEW_PPI = 110
_LOOK = 0.05  # seconds between two looks whether the job was cancelled
RUN = 10  # letters of a Latin word after which it may break
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_FAILED = "排版没有完成。请重试；仍不行时，请把这一批户数减半，找出排不出来的那一户。"


class Cancelled(Exception):
    """Somebody took the job back."""


class _Job(TypedDict):
    template: str
    format: Literal["pdf", "png"]
    ppi: float
    data: dict[str, object]


def pdf(
    template: str,
    documents: Sequence[Mapping[str, object]],
    shared: Mapping[str, object],
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> bytes:
    """One chunk of documents as a PDF by a template of ``data/typst``: ``shared`` is what all of them have in common.

    Raises Refused where there is no Chinese font or the work failed, Cancelled soon after ``cancelled`` says so.
    """
    return _set(
        {"template": template, "format": "pdf", "ppi": PREVIEW_PPI, "data": {**shared, "documents": list(documents)}},
        cancelled,
    )


def preview(
    template: str, documents: Sequence[Mapping[str, object]], shared: Mapping[str, object], *, ppi: float = PREVIEW_PPI
) -> bytes:
    """The first page as PNG."""
    data = {**shared, "documents": list(documents)}
    return _set({"template": template, "format": "png", "ppi": ppi, "data": data}, lambda: False)


def merged(parts: Sequence[bytes], title: str, *, two_sided: bool) -> bytes:
    """Several PDFs as one; two-sided, each begins on the front of a sheet."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter()
    for part in parts:
        if two_sided and len(writer.pages) % 2:
            writer.add_blank_page()
        writer.append(PdfReader(BytesIO(part)), import_outline=False)
    writer.add_metadata({"/Title": title})
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def texts(documents: object) -> Iterator[str]:
    """Every text in documents, for ``fonts.lacking``; drawings are none."""
    if isinstance(documents, str):
        if not documents.startswith("<svg"):
            yield documents
    elif isinstance(documents, dict):
        yield from texts(list(documents.values()))
    elif isinstance(documents, list | tuple):
        for part in documents:
            yield from texts(part)


def clean(value: object, most: int = 60, *, run: int = RUN) -> str:
    """A value as one line of text for paper: nothing that steers the writing, cut at ``most`` characters, and after
    ``run`` letters of a Latin word a place to break (0: none). An empty one is ``—``."""
    text = "" if value is None else str(value)
    text = "".join(" " if character in "\r\n\t" else character for character in text)
    text = "".join(character for character in text if category(character) not in ("Cc", "Cf", "Cs")).strip()
    text = text if len(text) <= most else text[: most - 1] + "…"
    return (re.sub(rf"([!-\u2e7f]{{{run}}})(?=[!-\u2e7f])", "\\1\u200b", text) if run else text) or "—"


def _set(job: _Job, cancelled: Callable[[], bool]) -> bytes:
    job["data"]["font"] = fonts.family()
    command = [sys.executable, "-m", "data.paper.typeset"]
    with subprocess.Popen(
        command, cwd=TEMPLATES.parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        watch = threading.Thread(target=_watch, args=(process, cancelled), name="typeset-watch", daemon=True)
        watch.start()
        made = process.communicate(json.dumps(job).encode())[0]
        watch.join()
    if cancelled():
        raise Cancelled
    if process.returncode or not made:
        raise Refused(_FAILED)
    return made


def _watch(process: subprocess.Popen[bytes], cancelled: Callable[[], bool]) -> None:
    """End the process where nobody wants it any more or it takes too long."""
    end = time.monotonic() + LONGEST
    while process.poll() is None:
        if cancelled() or time.monotonic() > end:
            process.kill()
        time.sleep(_LOOK)


def _compiled(job: _Job) -> bytes:
    """The work of the process: the template with its data as one file in memory."""
    import typst

    files = {path.name: path.read_bytes() for path in TEMPLATES.glob("*.typ")}
    files["main"] = files[f"{job['template']}.typ"]
    # what a font holds in the private use area is its own: a name would get somebody's ornament for a character
    files["data.json"] = _PRIVATE.sub("〓", json.dumps(job["data"], ensure_ascii=False)).encode()
    compiler = typst.Compiler(files)  # type: ignore[type-var]  # its stub knows of no files in memory
    if job["format"] == "png":
        made = compiler.compile(format="png", ppi=job["ppi"])
    else:
        made = compiler.compile(format="pdf", pdf_tags=False)
    page = made[0] if isinstance(made, list) else made
    assert page is not None  # typst gives what it was not told to write
    return page


if __name__ == "__main__":
    sys.stdout.buffer.write(_compiled(json.load(sys.stdin)))
