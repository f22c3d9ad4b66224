"""Households: of a village, searched, one with everything, and what is written to them."""
