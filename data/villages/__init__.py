"""Villages that end, go over to another or are called otherwise: what moves with them, written whole and taken back."""
