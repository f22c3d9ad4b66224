"""打印发放: cards and labels of households, and wall charts of regions, as PDF."""

from components.prints.screen import show_prints
from components.shell.screen import current

show_prints(current())
