"""收益分配."""

from components.empty import nothing

nothing("收益分配", "正在建设。")
