"""扫码查询: a code by camera, by photo or typed; for the county, what looks strange in the log, and its settings."""

from components.codes.oversight import show_oversight
from components.codes.screen import show_scan
from components.settings.panel import show_settings
from components.shell.screen import current

screen = current()
show_scan(screen)
show_oversight(screen)
show_settings(screen)
