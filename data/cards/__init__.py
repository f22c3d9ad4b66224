"""The card of one household and income year: figures, lights, marks, pages, and the typing of its lines."""
