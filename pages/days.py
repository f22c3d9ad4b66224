"""每日记录: a village's day, week or month as one page; of a region which villages wrote, and which wrote nothing."""

from components.days.screen import show_days
from components.shell.screen import current

show_days(current())
