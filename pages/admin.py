"""用户与设置: people, displays, sessions, the county's settings, villages that end, the log and what looks strange."""

from components.admin.screen import show_admin
from components.shell.screen import current

show_admin(current())
