"""What a viewer may read of a name or a number."""

import pytest

from data.access.masks import mask_id, mask_ids, mask_name, mask_party
from data.access.viewer import Viewer


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("210881196001011234", "210881********1234"), ("21088119600101123443", "210881**********3443"),
        ("210881600101123", "210881*****1123"), ("E12345678", "E*******8"), ("123", "***"), ("", ""), (None, None),
    ],
)  # fmt: skip
def test_a_masked_number_never_shows_all_of_itself(number: str | None, masked: str | None):
    assert mask_id(number) == masked


@pytest.mark.parametrize(
    ("told", "masked"),
    [
        ("户主 210881196001011234 的", "户主 210881********1234 的"), ("21088119600101123x、", "210881********123x、"),
        ("２１０８８１１９６００１０１１２３Ｘ", "２１０８８１********１２３Ｘ"),
        ("残疾证21088119600101123443", "残疾证210881**********3443"),
        ("211004104201000123", "211004104201000123"), ("13800001234", "13800001234"),
    ],
)  # fmt: skip
def test_a_sentence_holds_no_whole_id_number(told: str, masked: str):
    assert mask_ids(told) == masked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三丰", "张**"), ("张三", "张**"), ("李", "李**"), ("", ""),
        ("欧阳建国", "欧阳**"), ("万俟雪", "万俟**"), ("东方", "东**"),
        ("买买提·艾力", "买**"), ("司马义·阿不都热合曼", "司**"), ("司马义阿不都", "司**"), ("John", "J**"),
    ],
)  # fmt: skip
def test_a_stranger_reads_the_surname_and_as_many_stars_behind_every_name(name: str, shown: str):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("name", "on_a_wall"),
    [
        ("禾丰种植合作社", "禾丰种植合作社"), ("海泉镇人民政府", "海泉镇人民政府"),
        ("张三丰", "张**"), ("欧阳娜娜", "欧阳**"), ("李村", "李**"), (None, None),
    ],
)  # fmt: skip
def test_a_wall_reads_the_names_of_organisations_and_none_that_may_be_a_persons(
    name: str | None, on_a_wall: str | None
):
    assert mask_party(Viewer("display", "99"), name) == on_a_wall
    assert mask_party(Viewer("county", "99"), name) == name
