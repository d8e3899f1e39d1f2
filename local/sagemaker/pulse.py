"""When a running server counts as hung: it is pinged, and answers too seldom."""

import math
import time
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """How a running server is watched: SageMaker pings it, and each ping has `timeout` seconds.

    A server that works on a request may be too busy to answer a ping, as a single-threaded one is: it has
    `patience` seconds, for ever by default. One without a request has `failures` pings.
    """

    pause: float = 5.0
    timeout: float = 2.0
    failures: int = 3
    patience: float = math.inf


class Pulse:
    """The pings of a server that was healthy."""

    def __init__(self, check: HealthCheck) -> None:
        self._check = check
        self._last = self._alive = time.monotonic()
        self._missed = 0

    def due(self) -> bool:
        """Tell whether it is time for a ping."""
        return time.monotonic() - self._last >= self._check.pause

    def beats(self, answered: bool, *, busy: bool) -> bool:
        """Take a ping's outcome; False when the server is beyond hope."""
        self._last = time.monotonic()
        if answered:
            self._alive, self._missed = self._last, 0
            return True
        if busy:  # says nothing of an idle server
            return self._last - self._alive < self._check.patience
        self._missed += 1
        return self._missed < self._check.failures
