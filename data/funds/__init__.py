"""Money arranged and disbursed: sums by source, year and region, lists, one fund."""
