"""Work on many households at once at a desk: a village's income as one grid, a day's visits."""
