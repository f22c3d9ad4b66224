"""How fast and how large: measured on demonstration data, written as a table, never asserted in a test."""
