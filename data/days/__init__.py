"""每日记录: what was done on a day in a village, for a task, a household or the village itself."""
