"""扫码查询: a code by camera, by photo or typed; for the county, what looks strange in the log, and its settings."""

from components.oversight import show_oversight
from components.scan_screen import show_scan
from components.screen import current
from components.settings_panel import show_settings

screen = current()
show_scan(screen)
show_oversight(screen)
show_settings(screen)
