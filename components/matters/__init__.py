"""督办整改: problems, tasks and the month's dispatch."""
