"""What Streamlit says in English is known word for word, and each has its Chinese."""

import re

import pytest

from components.server.chinese import PATTERNS, WORDS
from components.server.front import streamlit_files

SAID = {
    "Press Enter to submit form": "回车提交",
    "200.0MB per file": "每个文件不超过 200.0MB",
    "You can only select up to 3 options. Remove an option first.": "最多选 3 项，请先去掉一项。",
    "Number is below the allowed range. Please enter a value greater than or equal to 0.": "请填不小于 0 的数。",
    "You have requested page /x, but it is not there. Running the app's main page.": "地址中的页面不存在，已打开首页。",
}


def test_every_word_stands_in_the_files_of_this_streamlit():
    files = "\n".join(file.read_text(encoding="utf-8") for file in (streamlit_files() / "static" / "js").glob("*.js"))
    assert [word for word in WORDS if not any(written in files for written in (f"`{word}`", f"` {word}`"))] == []


@pytest.mark.parametrize(("said", "instead"), SAID.items())
def test_what_has_something_in_it_is_said_with_that(said: str, instead: str):
    found = [
        re.fullmatch(f"^{pattern}$", said) and re.sub(pattern, to.replace("$", "\\"), said)
        for pattern, to in PATTERNS.items()
    ]
    assert next(one for one in found if one) == instead


def test_nothing_english_is_said_instead():
    for instead in (*WORDS.values(), *PATTERNS.values()):
        assert re.search("[一-鿿]", instead) and not re.search("[A-Za-z]{2}", re.sub("Ctrl|Esc", "", instead)), instead
