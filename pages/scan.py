"""扫码查询: a code by camera, by photo or typed."""

from components.codes.screen import show_scan
from components.shell.screen import current

show_scan(current())
