"""Problems and tasks: their way from finding to closing, their clocks, levels and papers; the month's dispatch."""
