"""数据治理: what the rules find, by region, and how it is mended."""

from components.quality.screen import show_quality
from components.shell.screen import current

show_quality(current())
