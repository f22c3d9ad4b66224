"""督办整改: problems and tasks, from their raising to their closing by another person."""

from components.matters.screen import show_problems_page
from components.shell.screen import current

show_problems_page(current())
