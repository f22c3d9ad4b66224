"""Papers and photos of a household: the section of its file, and how they are handed in."""
