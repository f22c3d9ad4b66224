"""The income card of a household in short."""

from components.screen import Screen
from data.household_file import HouseholdFile


def show(screen: Screen, file: HouseholdFile) -> None:
    """Draw the section."""
