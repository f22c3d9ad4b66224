"""Screens that have nothing to show: why that is, and how to fill them."""

from components.drawing.markup import escape, link
from components.shell.page import show_markup
from data.text.official import official


def nothing(title: str, why: str, *steps: str, home: str | None = None) -> None:
    """A quiet box: what is missing, why, what to do, and a way home."""
    listed = "".join(f"<li>{_code(step)}</li>" for step in steps)
    way = f"<p>{link('返回首页', home, style='button')}</p>" if home else ""
    show_markup(
        f'<section class="nothing" role="status"><h2>{escape(title)}</h2><p>{escape(why)}</p>'
        f"{'<ul>' + listed + '</ul>' if listed else ''}{way}</section>"
    )


def _code(step: str) -> str:
    """A step in which what stands between backticks is to be typed."""
    parts = escape(step).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def empty_store(data_page: str | None = None) -> None:
    """No region at all; ``data_page``: where who looks may bring them in."""
    if data_page is not None:
        nothing("还没有数据", "数据库是空的：没有任何区划。请到数据管理下载模板，填好后导入。")
        show_markup(f"<p>{link('去数据管理', f'/{data_page}', style='button')}</p>")
        return
    nothing(
        "还没有数据",
        "数据库是空的：没有任何区划。请用服务器启动时显示的启用链接建立第一个管理员，登录后在“数据管理”里导入；"
        "已有账号的，请先登录。",
        "在服务器上看演示：`python -m data demo`",
        "也可在服务器上导入：`python -m data import 模板.xlsx`，有行政边界时 `python -m data boundaries 边界文件`",
    )
    show_markup(f"<p>{link('登录', '/login', style='button')}</p>")


def no_villages(name: str) -> None:
    """A region without anything below."""
    nothing(
        f"{name}下没有村",
        "行政区划表中没有登记该区划的下级。",
        "在数据模板的“行政区划”表中补上下级区划后再次导入：`python -m data import 文件`",
    )


def no_households(name: str) -> None:
    """A region whose villages have no households in this month."""
    nothing(
        f"{name}在所选月份没有户数据",
        official("该区划没有建档立卡户或监测对象，或数据从以后的月份开始。"),
        "换一个月份或区划",
        "在数据模板的“户”“家庭成员”“收支”表中填报后再次导入：`python -m data import 文件`",
    )


def no_ground(name: str) -> None:
    """A region that no map can be drawn of: the same on every page."""
    nothing(
        f"{name}还没有地图",
        "没有导入行政边界，区划和户也没有登记经纬度，所以画不出地图，数字见旁边和下面的列表。",
        "导入边界（GeoJSON、GeoPackage 或压缩的 Shapefile）：`python -m data boundaries 边界文件`",
        "或在数据模板的“行政区划”“户”表中填写经度、纬度后再次导入：`python -m data import 文件`",
    )


def no_values(indicator: str) -> None:
    """An indicator without values here."""
    why = "相应的表还没有填报，或数据从以后的月份开始。"
    nothing(f"“{indicator}”在所选区划和月份没有数据", why, "换一个指标、月份或区划")
