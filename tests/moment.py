"""The moment at which tests stand where it does not matter which; the grounds' day."""

from datetime import datetime

NOW = datetime(2026, 11, 22, 9, 30)


def clock() -> datetime:
    """A clock that stands."""
    return NOW
