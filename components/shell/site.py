"""The pages of the application: where they stand in the address bar, what they are called, which file draws them."""

from dataclasses import dataclass
from pathlib import Path

from data.access.roles import ADMINISTER, LOG, PEOPLE, READ, SETTINGS
from data.access.viewer import Viewer

SHORT_NAME = "村级作战室"
NAME = f"{SHORT_NAME} · 挂图作战"
FOLDER = Path(__file__).resolve().parents[2] / "pages"


@dataclass(frozen=True)
class SitePage:
    """One page: ``path`` as in the address bar, its title, its file; ``listed`` in the navigation or only linked to.

    ``rights``: who has one of them may open it; none: everybody.
    """

    path: str
    title: str
    listed: bool = True
    rights: tuple[tuple[str, str], ...] = ()

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.path}.py"

    def open_to(self, viewer: Viewer) -> bool:
        """Whether this viewer may open it."""
        return not self.rights or any(viewer.may(right, thing) for right, thing in self.rights)


OVERVIEW = SitePage("overview", "总览")
BATTLE_MAP = SitePage("battle_map", "挂图作战")
INCOME = SitePage("income", "收入趋势")
PROJECTS = SitePage("projects", "项目收益")
PROJECT = SitePage("project", "项目", listed=False)
FUNDS = SitePage("funds", "资金")
DIVIDENDS = SitePage("dividends", "收益分配")
FIGURE = SitePage("figure", "指标说明")
HOUSEHOLD = SitePage("household", "户档案")
CARD = SitePage("card", "明白卡", listed=False)
SCAN = SitePage("scan", "扫码查询")
PRINTS = SitePage("prints", "打印发放")
ADMIN = SitePage("admin", "用户与设置", rights=((ADMINISTER, PEOPLE), (ADMINISTER, SETTINGS), (READ, LOG)))
PAGES = (
    OVERVIEW, BATTLE_MAP, INCOME, PROJECTS, FUNDS, DIVIDENDS, HOUSEHOLD, SCAN, PRINTS, FIGURE, ADMIN, PROJECT,
    CARD,
)  # fmt: skip
OF_A_HOUSEHOLD = (HOUSEHOLD, CARD)
"""Pages about the one household that their address names: their region is its village."""
