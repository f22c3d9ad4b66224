"""What a typed word may mean, before any household is looked at."""

import pytest

from data.errors import Refused
from data.households.search_words import Word, words


def read(query: str, *, by_identity: bool = True) -> list[tuple[str, str]]:
    return [(word.text, word.kind) for word in words(query, by_identity=by_identity)]


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("王建国", [("王建国", "name")]), ("Wjg", [("wjg", "initials")]), ("080015", [("080015", "tail")]),
        ("01004x", [("01004X", "tail")]), ("０８００１５", [("080015", "tail")]), ("08001", [("08001", "code")]),
        ("0800155", [("0800155", "code")]), ("x01004", [("X01004", "code")]), ("k-901", [("K-901", "code")]),
        ("王 东村 王", [("王", "name"), ("东村", "name")]), ("　王　wjg ", [("王", "name"), ("wjg", "initials")]),
        ("王\u200b建", [("王建", "name")]), ("王a", [("王a", "name")]), ("", []), (" \t", []),
    ],
)  # fmt: skip
def test_the_form_of_a_word_says_what_it_may_mean(query: str, meant: list[tuple[str, str]]):
    assert read(query) == meant


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("王", [("王", "family")]), ("王建", [("王建", "known")]),
        ("王 青石村", [("王", "family"), ("青石村", "known")]),
    ],
)  # fmt: skip
def test_who_sees_no_identity_finds_by_family_place_and_helper(query: str, meant: list[tuple[str, str]]):
    assert read(query, by_identity=False) == meant


@pytest.mark.parametrize(
    ("query", "kind"), [("王", "family"), ("欧阳", "family"), ("万俟", "family"), ("王建", "known"), ("东村", "known")]
)
def test_of_a_name_who_sees_surnames_alone_may_ask_for_the_surname(query: str, kind: str):
    assert [word.kind for word in words(query, by_identity=False)] == [kind]


@pytest.mark.parametrize("query", ["wjg", "080015", "王 wjg", "青石村 01004x", "K901", "990181"])
def test_who_sees_no_identity_is_refused_numbers_codes_and_initials(query: str):
    with pytest.raises(Refused, match="不能按证件号码、户编号和拼音"):
        words(query, by_identity=False)


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("字" * 60, False), ("字" * 61, True), ("一 二 三 四", False), ("一 二 三 四 五", True),
        ("一 二 三 四 一", False),
    ],
)  # fmt: skip
def test_a_query_has_its_measure(query: str, refused: bool):
    if refused:
        with pytest.raises(Refused, match="一次最多写 4 个词、60 个字"):
            words(query, by_identity=True)
    else:
        assert words(query, by_identity=True)


@pytest.mark.parametrize(
    ("word", "kind", "name", "means"),
    [
        ("王建", "name", "王建国", True), ("建国", "name", "王建国", True), ("国", "name", "王建国", False),
        ("建", "name", "欧阳建国", True), ("建", "name", "万俟建国", True),
        ("阳", "name", "欧阳建国", True), ("建国", "name", "王建", False),
        ("wj", "initials", "王建国", True), ("jg", "initials", "王建国", False), ("oyjg", "initials", "欧阳建国", True),
        ("王", "family", "王建国", False), ("王建", "known", "王建国", False), ("080015", "tail", "王建国", False),
    ],
)  # fmt: skip
def test_a_word_means_a_person_from_the_beginning_of_his_whole_or_given_name(word, kind, name, means: bool):
    assert Word(word, kind, 0).means(name) is means


@pytest.mark.parametrize(
    ("word", "kind", "helped"),
    [("赵建", "name", True), ("赵建", "known", True), ("赵", "name", False), ("建国", "name", False),
     ("赵建", "family", False), ("zjg", "initials", False)],
)  # fmt: skip
def test_a_helper_is_meant_by_two_characters_of_his_name_from_its_beginning(word: str, kind: str, helped: bool):
    assert Word(word, kind, 0).helped_by("赵建国") is helped
