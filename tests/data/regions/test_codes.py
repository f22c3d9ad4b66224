"""A region code means the same in a workbook and in a boundary file: zeros at its end are its level."""

from datetime import date

import pytest

from data.boundaries import import_boundaries
from data.intake import import_files
from data.regions.codes import LENGTHS, needed_parent, region_code
from data.workbook.sheets import SHEETS
from data.workbook.values import Fault, region
from tests.data.boundaries.ground import geojson, square
from tests.data.intake.books import sound_book, write_folder, write_xlsx
from tests.moment import NOW

TODAY = date(2026, 11, 22)
FULL = [
    ("990000000000", "示范省"), ("990100000000", "示范市"), ("990181000000", "示范县"), ("990181001000", "青石镇"),
    ("990181001001", "西关村村委会"),
]  # fmt: skip
SHORT = ["99", "9901", "990181", "990181001", "990181001001"]
REGION_COLUMNS = [
    (sheet.name, column.heading, column.lengths)
    for sheet in SHEETS
    for column in sheet.columns
    if column.kind == "region" and sheet.name != "行政区划"
]


def take(engine, *files, **options):
    return import_files(engine, files, now=NOW, rebuild=False, **options)


def regions(engine) -> list[tuple]:
    with engine.connect() as connection:
        return [tuple(r) for r in connection.exec_driver_sql("SELECT code, name, parent FROM region ORDER BY code")]


def listed(path, rows) -> object:
    return write_folder(path, {"行政区划": [{"区划代码": code, "名称": name} for code, name in rows]})


@pytest.mark.parametrize(
    ("text", "code", "full"),
    [
        ("990981001001", "990981001001", True),
        ("990981001", "990981001", True),
        ("990981", "990981", True),
        ("9909810010010000000", "990981001001", True),
        ("9909810010000000000", "990981001", True),
        ("990981001000", "990981001", True),
        ("990981000000", "990981", True),
        ("990981000", "990981", True),
        ("990900", "9909", True),
        ("210000", "21", True),
        ("990000000000", "99", True),
        ("990981001001.0", "990981001001", True),
        ("9.90981001001E+11", "990981001001", True),
        ("99098110", "990981100", False),
        ("9909811", "990981100", False),
        ("99098100101", "990981001010", False),
        ("99098100100101", "", False),
        ("099098100100", "", False),
        ("9", "", False),
        ("西关村", "", False),
        ("", "", False),
        ("1e99999999", "", False),
        ("-990981", "", False),
    ],
)
def test_a_code_is_understood_however_it_was_stored(text: str, code: str, full: bool) -> None:
    assert region_code(text) == (code, full)


@pytest.mark.parametrize(
    ("code", "parent"),
    [("990181001001", "990181001"), ("990181001", "990181"), ("441900003", "4419"), ("990181", ""), ("99", "")],
)
def test_a_township_needs_its_county_and_one_straight_under_a_city_the_city(code, parent):
    assert needed_parent(code) == parent


def test_the_official_list_of_twelve_digits_makes_every_level_and_twice_changes_nothing(engine, tmp_path):
    result = take(engine, listed(tmp_path / "list", FULL))
    assert result.refusals == [] and result.changed == 5
    names = [name for _, name in FULL]
    assert regions(engine) == list(zip(SHORT, names, ["", *SHORT[:-1]], strict=True))
    assert take(engine, tmp_path / "list").changed == 0
    assert take(engine, listed(tmp_path / "short", zip(SHORT, names, strict=True))).changed == 0


def test_numbers_of_a_workbook_and_six_digits_of_a_province_are_understood(engine, tmp_path):
    rows = [
        (210000, "辽宁省"),
        (210200, "大连市"),
        (210281000000, "瓦房店市"),
        (210281001000.0, "镇"),
        (210281001001, "村"),
    ]
    book = {"行政区划": [{"区划代码": code, "名称": name} for code, name in rows]}
    assert take(engine, write_xlsx(tmp_path / "a.xlsx", book)).refusals == []
    assert [row[0] for row in regions(engine)] == ["21", "2102", "210281", "210281001", "210281001001"]


def test_a_township_straight_under_a_city_without_counties_is_taken(engine, tmp_path):
    rows = [("441900000000", "东莞市"), ("441900003000", "东城街道"), ("441900003001", "村")]
    assert take(engine, listed(tmp_path / "list", rows)).refusals == []
    assert [(code, parent) for code, _, parent in regions(engine)] == [
        ("4419", ""),
        ("441900003", "4419"),
        ("441900003001", "441900003"),
    ]


def test_a_township_in_twelve_digits_becomes_no_village_of_itself(engine, tmp_path):
    take(engine, write_xlsx(tmp_path / "a.xlsx", sound_book()))
    held = regions(engine)
    result = take(engine, listed(tmp_path / "list", [("990181001000", "示范镇")]))
    assert (result.refusals, result.changed, regions(engine)) == ([], 0, held)


def test_one_code_in_two_forms_is_one_key(engine, tmp_path):
    rows = [("990181", "县"), ("990181001", "青石镇"), ("990181001000", "青石镇")]
    assert take(engine, listed(tmp_path / "same", rows)).changed == 2
    (issue,) = take(engine, listed(tmp_path / "other", [*rows, ("990181001000", "白河乡")])).refusals
    assert issue.row == 5 and "本行与第 3 行的区划代码相同，但名称不同" in issue.reason


@pytest.mark.parametrize(("sheet", "heading", "lengths"), REGION_COLUMNS)
def test_every_column_of_regions_reads_twelve_digits_and_a_village_column_says_what_it_needs(
    engine, tmp_path, sheet, heading, lengths
):
    book = sound_book()
    take(engine, write_xlsx(tmp_path / "a.xlsx", book))
    book[sheet][0][heading] = "990181001000"
    result = take(engine, write_folder(tmp_path / "csv", {sheet: book[sheet]}))
    if lengths == LENGTHS:
        assert result.refusals == [] and result.changed == 1
        with engine.connect() as connection:
            table = next(one for one in SHEETS if one.name == sheet).table
            assert connection.execute(table.select().where(table.c.region == "990181001")).first()
        return
    (issue,) = result.refusals
    assert (issue.sheet, issue.row, issue.column, issue.value) == (sheet, 2, heading, "990181001000")
    wanted = {(12,): "村的 12 位代码", (2,): "省的 2 位代码"}[lengths]
    assert issue.reason == f"这是乡镇的代码（990181001，末尾的 0 只是补位），本列要填{wanted}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("9901810010", "现为 10 位"),
        ("09901810", "不以 0 开头"),
        ("9.90181E+11", "末几位已丢失"),
        ("西关村", "只能是数字"),
        ("990181  001001", "不得超过64个字符，也不得含空白"),
    ],
)
def test_no_digits_are_guessed_in_a_workbook(text, reason):
    with pytest.raises(Fault, match=reason):
        region(text, LENGTHS)


@pytest.mark.parametrize(
    "text", ["990181001001 西关村", "990181001001\u3000西关村", " 990181001001  7里 庄", "990181001001"]
)
def test_a_line_of_a_templates_list_is_read_as_its_code(text):
    assert region(text, (12,)) == "990181001001"


def test_workbook_and_boundaries_make_the_same_regions_of_the_same_list(engine, tmp_path):
    features = [({"code": code, "name": name}, square(number, 0)) for number, (code, name) in enumerate(FULL)]
    import_boundaries(engine, [geojson(tmp_path / "a.geojson", features)], rebuild=False, now=NOW)
    held = regions(engine)
    assert [row[0] for row in held] == SHORT
    assert take(engine, listed(tmp_path / "list", FULL)).changed == 0
