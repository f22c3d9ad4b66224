"""Text that people type or paste: what of it can be seen."""
