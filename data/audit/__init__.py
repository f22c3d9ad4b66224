"""The log of looks and its chain."""
