"""By which letters a name is found."""

import pytest

from data.model.search_columns import initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("张三丰", "zsf"), ("欧阳建国", "oyjg"), ("单青石", "sqs"), ("单于建国", "cyjg"), ("万建国", "wjg"),
        ("万俟建国", "mqjg"), ("尉迟建国", "ycjg"), ("尉建国", "yjg"), ("阚建国", "kjg"), ("郇建国", "xjg"),
        ("乜建国", "njg"), ("祭建国", "zjg"), ("句建国", "gjg"), ("仇建国", "qjg"), ("覃建国", "qjg"),
        ("买买提·艾力", "mmtal"), ("王O2", "wo2"), ("", ""),
    ],
)  # fmt: skip
def test_a_surname_is_read_as_a_surname(name: str, letters: str):
    assert initials(name) == letters
