"""明白卡: the income card of one household and year, and the entry of its lines."""

from components.cards.screen import show_card
from components.households.file import asked_household
from components.shell.screen import current

show_card(current(), asked_household())
