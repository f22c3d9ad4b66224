"""月调度: the month's round over every household that is left."""

from components.matters.dispatch import show_dispatch
from components.shell.screen import current

show_dispatch(current())
