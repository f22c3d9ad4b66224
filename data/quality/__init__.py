"""What contradicts itself in the store."""
