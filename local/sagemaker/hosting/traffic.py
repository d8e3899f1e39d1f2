"""Which fleet of an endpoint gets a request: the live one, or by share the one that is to follow it."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from local.sagemaker.hosting.fleet import Fleet


class Traffic:
    """An endpoint's fleets and the switch between them."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._random = chance or random.Random()  # noqa: S311  chooses a fleet, not a secret
        self._lock = threading.Lock()
        self._live: Fleet | None = None
        self._follower: Fleet | None = None
        self._share = 0.0

    @property
    def live(self) -> Fleet | None:
        """The fleet whose configuration the endpoint has."""
        return self._live

    @property
    def follower(self) -> Fleet | None:
        """The fleet of a deployment under way."""
        return self._follower

    @contextmanager
    def serving(self) -> Iterator[Fleet | None]:
        """Hold the fleet that answers a request until the request is over; None without any."""
        with self._lock:
            fleet = self._live
            if self._follower and self._random.random() < self._share:
                fleet = self._follower
            held = fleet.request() if fleet else None
            if held:
                held.__enter__()
        try:
            yield fleet
        finally:
            if held:
                held.__exit__(None, None, None)

    def follow(self, fleet: Fleet) -> None:
        """Name the fleet that a deployment brings; it gets nothing yet."""
        with self._lock:
            self._follower, self._share = fleet, 0.0

    def shift(self, share: float) -> None:
        """Send a share of the requests to the follower."""
        with self._lock:
            self._share = share

    def complete(self) -> Fleet | None:
        """Make the follower the live fleet; return the one that was."""
        with self._lock:
            old, self._live = self._live, self._follower
            self._follower, self._share = None, 0.0
        return old

    def abandon(self) -> Fleet | None:
        """Send everything to the live fleet again; return the follower that failed."""
        with self._lock:
            failed, self._follower, self._share = self._follower, None, 0.0
        return failed

    def end(self) -> list[Fleet]:
        """Serve nothing any more; return what served."""
        with self._lock:
            fleets = [fleet for fleet in (self._live, self._follower) if fleet]
            self._live = self._follower = None
        return fleets
