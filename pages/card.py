"""明白卡: the income card of one household and year, and the entry of its lines."""

from components.card_screen import show_card
from components.household_screen import asked_household
from components.screen import current

show_card(current(), asked_household())
