"""走访顺序 comes in: no number twice in a village, whether both stand in files or one in the store."""

import pytest
from sqlalchemy import select

from data import model
from data.intake import import_files
from tests.data.intake.books import HOUSE, OTHER_HOUSE, VILLAGE, sound_book, write_xlsx
from tests.moment import NOW


def take(engine, path, numbers, **options):
    """Import the sound book with both households in VILLAGE and these numbers."""
    book = sound_book()
    book["户"][1]["村代码"] = VILLAGE
    for row, number in zip(book["户"], numbers, strict=True):
        row["走访顺序"] = number
    return import_files(engine, [write_xlsx(path, book)], now=NOW, rebuild=False, **options)


def stored(engine):
    with engine.connect() as connection:
        rows = connection.execute(select(model.household.c.code, model.household.c.walking_order))
        return {code: number for code, number in rows if code in (HOUSE, OTHER_HOUSE)}


def told(result):
    return [(issue.row, issue.column, issue.value, issue.reason) for issue in result.refusals if "顺序" in issue.reason]


def test_a_number_twice_in_a_file_is_told_at_both_rows(engine, tmp_path):
    result = take(engine, tmp_path / "a.xlsx", ("3", "3"))
    assert told(result) == [
        (2, "走访顺序", "3", f"本村的走访顺序 3 已有另一户（{OTHER_HOUSE}），同一村内不能重复"),
        (3, "走访顺序", "3", f"本村的走访顺序 3 已有另一户（{HOUSE}），同一村内不能重复"),
    ]
    assert not result.wrote and not stored(engine)


def test_two_villages_have_a_number_one_each(engine, tmp_path):
    book = sound_book()
    for row in book["户"]:
        row["走访顺序"] = "1"
    assert import_files(engine, [write_xlsx(tmp_path / "a.xlsx", book)], now=NOW, rebuild=False).wrote
    assert stored(engine) == {HOUSE: 1, OTHER_HOUSE: 1}


@pytest.mark.parametrize(
    ("numbers", "then"),
    [
        (("2", "1"), {HOUSE: 2, OTHER_HOUSE: 1}),  # they change places
        (("清空", "1"), {HOUSE: None, OTHER_HOUSE: 1}),
        (("", ""), {HOUSE: 1, OTHER_HOUSE: 2}),  # an empty cell leaves what stands
        (("", "1"), None),
        (("", "9"), {HOUSE: 1, OTHER_HOUSE: 9}),
    ],
)
def test_a_number_that_stands_is_another_households(engine, tmp_path, numbers, then):
    assert take(engine, tmp_path / "a.xlsx", ("1", "2")).wrote
    result = take(engine, tmp_path / "b.xlsx", numbers)
    assert [row for row, *_ in told(result)] == ([] if then else [3])
    assert stored(engine) == (then or {HOUSE: 1, OTHER_HOUSE: 2})


def test_valid_rows_leaves_out_the_row_whose_number_is_taken(engine, tmp_path):
    take(engine, tmp_path / "a.xlsx", ("1", "2"))
    result = take(engine, tmp_path / "b.xlsx", ("2", ""), valid_rows=True)
    assert [row for row, *_ in told(result)] == [2]
    assert stored(engine) == {HOUSE: 1, OTHER_HOUSE: 2}
