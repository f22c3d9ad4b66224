"""明白卡: one household's income year, filled in and looked through."""
