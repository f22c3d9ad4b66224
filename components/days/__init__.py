"""``/day``, the plain page of the daily record, and the village's days read as a page."""
