"""Signing in and out: the small plain pages of doors, for any phone."""
