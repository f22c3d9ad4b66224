"""打印发放: cards and labels as PDF for one household, a selection, a village or a township."""

from components.prints_screen import show_prints
from components.screen import current

show_prints(current())
