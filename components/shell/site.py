"""The pages of the application: where they stand in the address bar, what they are called, which file draws them."""

from dataclasses import dataclass
from pathlib import Path

from data.access import roles
from data.access.roles import ADMINISTER, PRINT, READ
from data.access.viewer import Viewer
from data.errors import NoRight

SHORT_NAME = "村级作战室"
NAME = f"{SHORT_NAME} · 挂图作战"
FOLDER = Path(__file__).resolve().parents[2] / "pages"


@dataclass(frozen=True)
class SitePage:
    """One page: ``path`` as in the address bar, its title, its file; ``listed`` in the navigation or only linked to.

    ``rights``: who has one of them may open it; nobody else is offered it or finds it at its address.
    """

    path: str
    title: str
    rights: tuple[tuple[str, str], ...]
    listed: bool = True

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


_FIGURES, _PROJECTS = ((READ, roles.FIGURES),), ((READ, roles.PROJECTS),)
OVERVIEW = SitePage("overview", "总览", _FIGURES)
BATTLE_MAP = SitePage("battle_map", "挂图作战", _FIGURES)
INCOME = SitePage("income", "收入趋势", _FIGURES)
PROJECTS = SitePage("projects", "项目收益", _PROJECTS)
PROJECT = SitePage("project", "项目", _PROJECTS, listed=False)
FUNDS = SitePage("funds", "资金", _PROJECTS)
DIVIDENDS = SitePage("dividends", "收益分配", ((READ, roles.PLANS),))
FIGURE = SitePage("figure", "指标说明", _FIGURES)
HOUSEHOLD = SitePage("household", "户档案", ((READ, roles.HOUSEHOLDS),))
CARD = SitePage("card", "明白卡", ((READ, roles.IDENTITY),), listed=False)
SCAN = SitePage("scan", "扫码查询", ((READ, roles.CODES),))
PRINTS = SitePage("prints", "打印发放", ((PRINT, roles.HOUSEHOLDS), (PRINT, roles.CODES)))
ADMIN = SitePage("admin", "用户与设置", ((ADMINISTER, roles.PEOPLE), (ADMINISTER, roles.SETTINGS), (READ, roles.LOG)))
PAGES = (
    OVERVIEW, BATTLE_MAP, INCOME, PROJECTS, FUNDS, DIVIDENDS, HOUSEHOLD, SCAN, PRINTS, FIGURE, ADMIN, PROJECT,
    CARD,
)  # fmt: skip
OF_A_HOUSEHOLD = (HOUSEHOLD, CARD)
"""Pages about the one household that their address names: their region is its village."""
