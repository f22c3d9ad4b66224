"""监测帮扶: clues, cases, plans of help, and where they stand."""

from components.monitoring.screen import show_monitoring
from components.shell.screen import current

show_monitoring(current())
