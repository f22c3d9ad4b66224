"""Texts of a dbf: each column by its own encoding, half characters dropped, strange ones kept and told."""

from pathlib import Path

import numpy as np
import pytest

from data.boundaries.encodings import decoded
from data.boundaries.layers import read_layers
from tests.data.boundaries.ground import geojson, shapefile, square


def raw(text: str, encoding: str, most: int = 254) -> str:
    """What a dbf read byte for byte gives for a text whose field is ``most`` bytes wide."""
    return text.encode(encoding)[:most].decode("latin-1")


def column(*texts: str) -> np.ndarray:
    return np.array(texts, object)


def test_headings_in_one_encoding_and_values_in_another_are_both_read() -> None:
    found = decoded([(raw("村名", "utf-8"), column(raw("西关村", "gb18030"), raw("䶮家沟村", "gb18030")))], raw=True)
    assert list(found) == ["村名"]
    assert list(found["村名"]) == ["西关村", "䶮家沟村"]


def test_each_column_is_read_in_its_own_encoding() -> None:
    columns = [("甲", raw("西关村", "utf-8")), ("乙", raw("城关镇", "gb18030")), ("丙", "990981")]
    found = decoded([(heading, column(text)) for heading, text in columns], raw=True)
    assert [cells[0] for cells in found.values()] == ["西关村", "城关镇", "990981"]


def test_cells_of_one_column_in_two_encodings_are_read_one_by_one() -> None:
    (cells,) = decoded([("a", column(raw("西关村", "utf-8"), raw("团结村", "gb18030")))], raw=True).values()
    assert list(cells) == ["西关村", "团结村"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("most", [7, 8, 10, 11])
def test_half_a_character_at_the_end_of_a_field_is_dropped(encoding: str, most: int) -> None:
    whole = "行政区划代码"
    found = next(iter(decoded([(raw(whole, encoding, most), column("x"))], raw=True)))
    assert whole.startswith(found) and len(found) == most // (3 if encoding == "utf-8" else 2)


def test_two_headings_that_become_one_keep_both_columns() -> None:
    found = decoded([(raw("村名", "utf-8"), column("a")), (raw("村名", "gb18030"), column("b"))], raw=True)
    assert {heading: cells[0] for heading, cells in found.items()} == {"村名": "a", "村名_2": "b"}


def test_a_heading_of_no_letters_gives_way_to_the_place_of_its_column() -> None:
    assert list(decoded([("", column("a")), ("-", column("b"))], raw=False)) == ["第1列", "第2列"]


def test_text_that_an_export_took_for_latin_is_mended_and_what_is_latin_stays() -> None:
    cells = [("名称", column(raw("西关村", "gb18030"))), ("Note", column("Café"))]
    assert [one[0] for one in decoded(cells, raw=False).values()] == ["西关村", "Café"]


def test_bytes_of_no_encoding_leave_a_mark_and_nothing_fails() -> None:
    (cells,) = decoded([("a", column("\xff\xfe\x80", raw("西关村", "gb18030")))], raw=True).values()
    assert cells[1] == "西关村"
    assert "�" in cells[0]


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8"])
def test_signs_of_a_font_of_ones_own_are_kept_and_told(tmp_path: Path, encoding: str) -> None:
    columns = {"XZQDM": ["990981001001"], "XZQMC": ["\ue863家沟村"]}
    path = shapefile(tmp_path / "a.shp", columns, [square(0, 0)], encoding=encoding)
    (layer,) = read_layers([path], regions={})
    assert layer.features[0].name == "\ue863家沟村"
    assert ["造字" in doubt and "U+E863" in doubt for doubt in layer.doubts] == [True]


def test_a_heading_that_begins_with_a_byte_order_mark_is_known(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [({"\ufeffcode": "990981001001", "name": "西关村"}, square(0, 0))])
    assert read_layers([path], regions={})[0].features[0].code == "990981001001"
