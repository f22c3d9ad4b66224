"""收益分配: 村提方案 → 镇级审核 → 县级备案."""

from components.dividends.screen import show_dividends
from components.shell.screen import current

show_dividends(current())
