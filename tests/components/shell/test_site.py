"""Which page is open to whom is told once, by the table of rights."""

import pytest

from components.shell.site import FOLDER, PAGES, SitePage
from data.access.roles import ALLOWED, RIGHTS, THINGS
from data.access.viewer import Viewer
from data.errors import NoRight

OPEN_TO = {
    "总览 挂图作战 收入趋势 指标说明 项目收益 项目 资金": "admin county township village helper display",
    "户档案": "admin county township village helper display borrower household stranger",
    "明白卡": "admin county township village helper borrower household",
    "我的待办 帮扶责任 监测帮扶 督办整改 月调度 每日记录 收益分配 批量填报 扫码查询 打印发放":
        "admin county township village helper",
    "数据管理 数据治理": "admin county township village",
    "用户与设置": "admin county",
}  # fmt: skip
"""Titles → roles, as an administrator is told them."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_is_open_to_whom_it_is_told_to_be_and_refused_to_everybody_else_in_words(page: SitePage):
    roles = next(roles.split() for titles, roles in OPEN_TO.items() if page.title in titles.split())
    for role in (*ALLOWED, ""):
        viewer = Viewer(role, "")
        assert page.open_to(viewer) == (role in roles), role
        if role in roles:
            page.require(viewer)
        else:
            with pytest.raises(NoRight, match=f"没有“{page.title}”的打开权限"):
                page.require(viewer)


def test_every_file_of_a_page_has_its_page_and_every_page_names_rights_of_the_table():
    assert sorted(page.file for page in PAGES) == sorted(FOLDER.glob("*.py"))
    for page in PAGES:
        assert page.rights and {right for right, _ in page.rights} <= set(RIGHTS), page
        assert {thing for _, thing in page.rights} <= set(THINGS), page
