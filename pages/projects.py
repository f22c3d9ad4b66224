"""项目收益."""

from components.empty import nothing

nothing("项目收益", "正在建设。")
