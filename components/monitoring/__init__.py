"""The page 监测帮扶: clues, cases, plans, the board."""
