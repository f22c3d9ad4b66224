"""数据管理: what comes in, what goes out, backups."""

from components.imports.screen import show_data
from components.shell.screen import current

show_data(current())
