"""Which column is the code, which the name: judged by what they hold, in every layout that bureaus have."""

import numpy as np
import pytest

from data.boundaries.columns import NONE, SKIP, Choice, chosen
from tests.data.boundaries.layouts import REGIONS, TOWNSHIP_LAYOUTS, VILLAGE_LAYOUTS, VILLAGES, columns, taken

COUNTY = {code: name for code, name in REGIONS.items() if len(code) <= 6}
ALL = REGIONS | VILLAGES


def choice(regions: dict[str, str] | None = None, answer: str = "", **cells: list[object]) -> Choice:
    made = {heading: np.array(column, object) for heading, column in cells.items()}
    return chosen(made, ALL if regions is None else regions, answer)


@pytest.mark.parametrize("layout", VILLAGE_LAYOUTS)
def test_every_layout_of_villages_is_read_from_the_right_columns(layout: str) -> None:
    code, name, township = taken(layout)
    found = chosen(columns(layout), ALL).columns
    assert (found.code, found.name) == (code, name)
    assert found.township == township or not township


@pytest.mark.parametrize("layout", [one for one in VILLAGE_LAYOUTS if ":*v" in one])
def test_villages_that_are_not_known_yet_are_read_from_the_same_columns(layout: str) -> None:
    found = chosen(columns(layout), REGIONS).columns
    assert (found.code, found.name) == taken(layout)[:2]


@pytest.mark.parametrize("layout", TOWNSHIP_LAYOUTS)
@pytest.mark.parametrize("regions", [ALL, REGIONS, COUNTY], ids=["villages", "townships", "county"])
def test_every_layout_of_townships_is_read_from_the_right_columns(layout: str, regions: dict[str, str]) -> None:
    found = chosen(columns(layout, township=True), regions).columns
    assert (found.code, found.name) == taken(layout)[:2]


def test_as_many_layouts_are_tried_as_open_layers_have() -> None:
    assert len(set(VILLAGE_LAYOUTS) | set(TOWNSHIP_LAYOUTS)) >= 58


def test_codes_of_another_county_are_codes_all_the_same() -> None:
    strange = {"11": "甲", "1101": "乙"}
    assert chosen(columns("XZQDM:c CUNDM:v CUNMC:V"), strange).columns.code == "CUNDM"


def test_padded_codes_and_numbers_are_codes() -> None:
    padded = choice(ZLDWDM=[code + "0000000" for code in VILLAGES], XZQDM=["990181"] * 7)
    floats = choice(甲=[float(code) for code in VILLAGES], 乙=[990181.0] * 7)
    assert (padded.columns.code, floats.columns.code) == ("ZLDWDM", "甲")


def test_what_was_not_taken_is_told_with_what_was() -> None:
    found = chosen(columns("XZQDM:c XZQMC:C CUNDM:v CUNMC:V"), ALL)
    assert found.doubts == ("代码取自“CUNDM”列（7 个不同代码），没有取“XZQDM”（1 个不同代码）",)


def test_many_features_on_a_code_above_a_village_are_told() -> None:
    (doubt,) = choice(XZQDM=["990181"] * 3, 备注=["a", "b", "c"]).doubts
    assert doubt.startswith("1 个村以上的代码各有多个图形（990181 示范县 3 个图形）")


def test_villages_of_different_names_under_the_codes_of_townships_join_by_township_and_name() -> None:
    found = chosen(columns("XZDM:t CUNMC:V"), ALL)
    assert found.proposed == NONE
    assert found.columns.township == "XZDM"
    assert found.doubts == ("没有用代码列，按乡镇（“XZDM”列）和名称（“CUNMC”列）对",)


def test_villages_of_different_names_under_the_code_of_their_county_are_not_taken_unasked() -> None:
    found = chosen(columns("XZQDM:c CUNMC:V"), ALL)
    assert (found.proposed, found.columns.code) == ("", "")
    assert next(iter(found.options)) == "XZQDM"


def test_a_layer_without_any_codes_is_left_out_unless_somebody_says_otherwise() -> None:
    found = choice(OBJECTID=[1, 2, 3], 路名=["甲", "乙", "丙"])
    assert (found.proposed, found.columns.code, list(found.options)) == (SKIP, "", [SKIP, "OBJECTID"])


def test_an_answer_overrides_what_is_proposed() -> None:
    layout = columns("QSDWDM:v QSDWMC:V ZLDWDM:v ZLDWMC:V XZMC:T")
    assert chosen(layout, ALL).columns.code == "ZLDWDM"
    given = chosen(layout, ALL, "QSDWDM")
    assert (given.columns.code, given.columns.name) == ("QSDWDM", "QSDWMC")
    assert chosen(layout, ALL, NONE).columns.township == "XZMC"
    assert chosen(layout, ALL, "nonsense").columns.code == "ZLDWDM"


def test_options_come_likeliest_first_with_what_stands_in_them() -> None:
    found = chosen(columns("OBJECTID:o XZQDM:c CUNDM:v CUNMC:V"), ALL)
    assert list(found.options) == ["CUNDM", "XZQDM", "OBJECTID", SKIP]
    assert found.options["CUNDM"].startswith("CUNDM：村级代码 7 个，系统里有 7 个，如 990181001001、990181001002")
    assert found.examples == ("990181001001", "990181001002", "990181001200")


def test_a_name_that_the_store_knows_beats_a_heading() -> None:
    found = choice(code=list(VILLAGES), name=["甲", "乙", "丙", "丁", "戊", "己", "庚"], 标注=list(VILLAGES.values()))
    assert found.columns.name == "标注"


def test_lists_and_empty_cells_are_no_text() -> None:
    cells = np.empty(7, object)
    cells[:] = [[122.0, 40.0]] * 7
    made = {"cp": cells, "code": np.array(list(VILLAGES), object), "空": np.array([None] * 7, object)}
    assert chosen(made, ALL).columns.code == "code"
