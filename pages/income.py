"""收入趋势."""

from components.empty import nothing

nothing("收入趋势", "正在建设。")
