"""`/q/…`: the plain pages behind the code on a door, for stranger, household and cadre."""
