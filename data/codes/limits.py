"""How much in vain an address may ask for: slowed, then refused. What is right is never refused: a village sits behind
one address."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from data.access.tries import network_of


class ScanLimit:
    """A leaky bucket for each address: an entry in vain adds one, ``seconds`` take one out.

    Above ``free`` the next answer is slowed, above ``most`` refused. Of more than ``addresses`` the one that was quiet
    longest is forgotten.
    """

    def __init__(
        self,
        *,
        free: int,
        most: int,
        seconds: float,
        addresses: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._free, self._most, self._seconds, self._addresses = free, most, seconds, addresses
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # address → level, when
        self._lock = threading.Lock()

    def add(self, address: str) -> bool:
        """Count one in vain; whether the next would be too many."""
        name, now = network_of(address), self._clock()
        with self._lock:
            level = min(self._level(name, now) + 1, self._most)
            self._levels[name] = (level, now)
            self._levels.move_to_end(name)
            while len(self._levels) > self._addresses:
                self._levels.popitem(last=False)
        return level + 1 > self._most

    def wait(self, address: str) -> int:
        """Seconds until the address may ask in vain again; 0 where it may now."""
        with self._lock:
            over = self._level(network_of(address), self._clock()) + 1 - self._most
        return ceil(over * self._seconds) if over > 0 else 0

    def slowed(self, address: str) -> float:
        """Seconds by which an answer is held back, at most two."""
        with self._lock:
            level = self._level(network_of(address), self._clock())
        return min(max(level - self._free, 0) * 0.2, 2.0)

    def _level(self, name: str, now: float) -> float:
        level, since = self._levels.get(name, (0.0, now))
        return max(level - (now - since) / self._seconds, 0.0)
