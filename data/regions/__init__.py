"""Regions: their codes, tree and outlines, and the ground that maps are drawn on."""
