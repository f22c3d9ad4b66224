"""户档案: one household as it stood in the chosen month."""

from components.household_screen import asked_household, show_household
from components.map_screen import dress
from components.screen import current

dress()
show_household(current(), asked_household())
