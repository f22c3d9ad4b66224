"""户档案: one household as it stood in the chosen month."""

from components.household_screen import asked_household, show_household
from components.screen import current

show_household(current(), asked_household())
