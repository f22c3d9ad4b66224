"""The exceptions from the types, read from the source: each has its reason beside it, and there are few."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.source_code import LAYERS, ROOT, sources

MOST = 60  # exceptions in all of them
IGNORE = re.compile(r"#\s*type:\s*ignore(\[[\w, -]+\])?\s*")


def exceptions(code: str) -> Iterator[int]:
    """The lines of a source that say Any or cast of typing (imports do not count), or tell the checker to ignore."""
    tree = ast.parse(code)
    of_typing = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("typing", "typing_extensions")
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            name = of_typing.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "typing":
            name = node.attr
        else:
            continue
        if name in ("Any", "cast"):
            yield node.lineno
    yield from (line for line, comment in comments(code).items() if IGNORE.search(comment))


def comments(code: str) -> dict[int, str]:
    """Line → its comment."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}


def without_reason(code: str) -> list[int]:
    """The lines of exceptions that have no comment of their own, nor a line above that is one."""
    said = {line: IGNORE.sub("", comment).strip("# ") for line, comment in comments(code).items()}
    lines = code.splitlines()
    return [
        line
        for line in exceptions(code)
        if not said.get(line) and not (line > 1 and lines[line - 2].lstrip().startswith("#") and said.get(line - 1))
    ]


@pytest.mark.parametrize("source", sources(*LAYERS), ids=str)
def test_an_exception_from_the_types_has_its_reason_beside_it(source):
    assert not without_reason((ROOT / source).read_text(encoding="utf-8"))


def test_exceptions_from_the_types_are_few():
    per_file = {
        str(source): len([*exceptions((ROOT / source).read_text(encoding="utf-8"))]) for source in sources(*LAYERS)
    }
    assert sum(per_file.values()) <= MOST, {file: number for file, number in per_file.items() if number}


def test_an_exception_is_seen_and_so_is_its_reason():
    code = """\
from typing import Any, cast
import typing
from sqlalchemy import cast as as_type
def f(a: Any, b: typing.Any) -> None:
    cast(int, a)
    # the library says object
    cast(int, a)
    a.b  # type: ignore[attr-defined]
    a.b  # type: ignore[attr-defined]  # made by the C part
    as_type(a, b)
    a.cast(b)
def g(a: Any) -> None: ...  # whatever JSON holds
"""
    assert sorted(exceptions(code)) == [4, 4, 5, 7, 8, 9, 12]
    assert sorted(without_reason(code)) == [4, 4, 5, 8]
