"""The demonstration county and prefecture: made up, seeded, and written as the files a user would bring."""
