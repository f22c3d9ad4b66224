"""明白卡: the card of a household and year, and the grid in which its lines are typed."""
