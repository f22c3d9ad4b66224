"""打印发放: cards and labels as PDF for one household, a selection, a village or a township."""

from components.prints.screen import show_prints
from components.shell.screen import current

show_prints(current())
