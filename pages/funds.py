"""资金."""

from components.empty import nothing

nothing("资金", "正在建设。")
