"""What waits for whom: one protocol for everything with a clock."""
