"""The pages of the application: where they stand in the address bar, what they are called, which file draws them."""

from dataclasses import dataclass
from pathlib import Path

from data.access import roles
from data.access.roles import ADMINISTER, APPROVE, IMPORT, PRINT, READ, WRITE
from data.access.viewer import Viewer
from data.errors import NoRight

SHORT_NAME = "村级作战室"
NAME = f"{SHORT_NAME} · 挂图作战"
FOLDER = Path(__file__).resolve().parents[2] / "pages"
SEE, DO, HOMES, RUN = "看", "办", "户", "管"
GROUPS = {SEE: "看情况", DO: "办事情", HOMES: "找农户", RUN: "管系统"}
"""The groups of the navigation, as they stand on the line, and in words."""


@dataclass(frozen=True)
class SitePage:
    """One page: ``path`` as in the address bar, its title, its file; the group it stands in, '' where it is only
    linked to.

    ``rights``: who has one of them may open it; nobody else is offered it or finds it at its address.
    """

    path: str
    title: str
    rights: tuple[tuple[str, str], ...]
    group: str = ""

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.path}.py"

    def open_to(self, viewer: Viewer) -> bool:
        """Whether this viewer may open it."""
        return any(viewer.may(right, thing) for right, thing in self.rights)

    def require(self, viewer: Viewer) -> None:
        """Raises NoRight for who may not open it."""
        if not self.open_to(viewer):
            raise NoRight("打开", self.title)


_ACTS = ((WRITE, roles.HOUSEHOLDS), (WRITE, roles.MATTERS), (APPROVE, roles.DUTIES))
_FIGURES, _PROJECTS = ((READ, roles.FIGURES),), ((READ, roles.PROJECTS),)
OVERVIEW = SitePage("overview", "总览", _FIGURES, SEE)
BATTLE_MAP = SitePage("battle_map", "挂图作战", _FIGURES, SEE)
INCOME = SitePage("income", "收入趋势", _FIGURES, SEE)
PROJECTS = SitePage("projects", "项目收益", _PROJECTS, SEE)
PROJECT = SitePage("project", "项目", _PROJECTS)
FUNDS = SitePage("funds", "资金", _PROJECTS, SEE)
TODO = SitePage("todo", "我的待办", _ACTS, DO)
DUTY = SitePage("duty", "帮扶责任", ((READ, roles.DUTIES),), DO)
PROBLEMS = SitePage("problems", "督办整改", ((READ, roles.MATTERS),), DO)
MONITORING = SitePage("monitoring", "监测帮扶", ((READ, roles.MONITORING),), DO)
DIVIDENDS = SitePage("dividends", "收益分配", ((READ, roles.PLANS),), DO)
DESK = SitePage("desk", "批量填报", ((WRITE, roles.HOUSEHOLDS),), DO)
DISPATCH = SitePage("dispatch", "月调度", ((READ, roles.MATTERS),), DO)
DAYS = SitePage("days", "每日记录", ((READ, roles.DAYS),), DO)
HOUSEHOLD = SitePage("household", "户档案", ((READ, roles.HOUSEHOLDS),), HOMES)
CARD = SitePage("card", "明白卡", ((READ, roles.IDENTITY),))
SCAN = SitePage("scan", "扫码查询", ((READ, roles.CODES),), HOMES)
PRINTS = SitePage("prints", "打印发放", ((PRINT, roles.HOUSEHOLDS), (PRINT, roles.CODES)), HOMES)
QUALITY = SitePage("quality", "数据治理", ((READ, roles.QUALITY),), RUN)
DATA = SitePage("data", "数据管理", ((IMPORT, roles.RECORDS),), RUN)
ADMIN = SitePage(
    "admin", "用户与设置", ((ADMINISTER, roles.PEOPLE), (ADMINISTER, roles.SETTINGS), (READ, roles.LOG)), RUN
)
FIGURE = SitePage("figure", "指标说明", _FIGURES, RUN)
PAGES = (
    OVERVIEW, BATTLE_MAP, INCOME, PROJECTS, FUNDS,
    TODO, DUTY, MONITORING, PROBLEMS, DISPATCH, DAYS, DIVIDENDS, DESK,
    HOUSEHOLD, SCAN, PRINTS,
    QUALITY, DATA, ADMIN, FIGURE,
    PROJECT, CARD,
)  # fmt: skip
"""In the order of the navigation, a line for each group; last those that are only linked to."""
OF_A_HOUSEHOLD = (HOUSEHOLD, CARD)
"""Pages about the one household that their address names: their region is its village."""
