"""Problems and tasks: their way from the finding to the closing, their clocks, levels and papers, the month's dispatch."""
