"""项目."""

from components.empty import nothing

nothing("项目", "正在建设。")
