"""指标说明: what a figure is, its parts, and the list of those behind it."""
