"""Portions: whole, in order, and cut in one place alone."""

import ast
from pathlib import Path

import pytest

from data.store.batches import batches
from tests.source_code import parse, sources

OTHER_PORTIONS = {
    Path("data/store/batches.py"),
    Path("components/drawing/maps.py"),  # the digits of a number
    Path("components/server/guard.py"),  # bytes of an answer
}


@pytest.mark.parametrize(
    ("count", "cut"), [(0, []), (1, [[0]]), (3, [[0, 1, 2]]), (4, [[0, 1, 2], [3]]), (6, [[0, 1, 2], [3, 4, 5]])]
)
def test_portions_are_whole_in_order_and_never_empty(count: int, cut: list[list[int]]):
    assert list(batches(range(count), 3)) == cut
    assert list(batches((number for number in range(count)), 3)) == cut


@pytest.mark.parametrize("source", sources("data", "components"), ids=str)
def test_nothing_else_cuts_into_portions(source: Path):
    if source in OTHER_PORTIONS:
        return
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Call):
            counted = ast.unparse(node.iter.func) == "range" and len(node.iter.args) == 3
            assert not (counted and ast.unparse(node.iter.args[1]).startswith("len(")), ast.unparse(node.iter)
        assert not (isinstance(node, ast.While) and "islice(" in ast.unparse(node.test)), ast.unparse(node.test)
