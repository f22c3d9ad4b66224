"""Who answers for what, and what is overdue: the village board."""
