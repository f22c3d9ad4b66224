"""批量填报: a village's books as one sheet, and the visits of a day."""

from components.desk.screen import show_desk
from components.shell.screen import current

show_desk(current())
