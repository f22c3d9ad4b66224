"""Projects: of a region, one with everything, compared, in trouble, and the shock that trouble is to households."""
