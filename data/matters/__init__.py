"""Problems and tasks: their way from the finding to the closing, clocks, levels and papers, the month's dispatch."""
