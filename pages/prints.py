"""打印发放: cards and labels as PDF for one household, a selection, a village or a township."""
