"""我的待办: what waits for who is signed in, overdue first; by region, and as the day's digest."""

from components.shell.screen import current
from components.todo.screen import show_todo

show_todo(current())
