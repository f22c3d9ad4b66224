"""Every page says what it is for, three things to do, and who may."""

import re
from dataclasses import astuple

import pytest

from components.shell.help import HELP, help_panel, who_may
from components.shell.site import ADMIN, DIVIDENDS, OVERVIEW, PAGES, SitePage


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_every_page_says_in_half_a_page_what_it_is_for_and_what_to_do(page: SitePage):
    said = astuple(HELP[page.path])
    assert all(re.fullmatch(r"[^A-Za-z]*", re.sub("PDF", "", one)) and one.endswith("。") for one in said), page
    assert 80 <= sum(map(len, said)) <= 260 and len(set(said)) == 4
    assert help_panel(page).count("<li>") == 3


def test_who_may_is_told_by_the_table_of_rights():
    assert who_may(OVERVIEW) == "所有登录的人。"
    assert who_may(ADMIN) == "管理员、县级干部。"
    assert "大屏展示" not in who_may(DIVIDENDS)
