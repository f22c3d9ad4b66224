"""收益分配: 村提方案 → 镇级审核 → 县级备案."""

from components.dividends_screen import show_dividends
from components.screen import current

show_dividends(current())
