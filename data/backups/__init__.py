"""Backups of a store: made by hand and by timetable, thinned with age, and what a restore of them proved."""
