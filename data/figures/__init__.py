"""The registry of indicators, the cube made from it, and everything that reads a figure or the names behind it."""
