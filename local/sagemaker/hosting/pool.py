"""The instances of a variant and who of them gets a request.

Whoever leaves the pool finishes first what it does: choosing and counting are one step under one lock.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from local.sagemaker.hosting.instance import Instance

_LOOK_AGAIN = 0.05


class Pool:
    """Instances, by turns or by how busy they are."""

    def __init__(self, *, least_busy: bool) -> None:
        self._least_busy = least_busy
        self._members: list[Instance] = []
        self._turn = 0
        self._room = threading.Condition()
        self._closed = False

    @property
    def members(self) -> list[Instance]:
        """The instances, oldest first."""
        return list(self._members)

    @contextmanager
    def lease(self, avoided: set[Instance], until: float) -> Iterator[Instance | None]:
        """Hold a healthy instance for a request.

        Args:
            avoided: instances not to choose; emptied when there is none but these and there is time left.
            until: how long to wait for one, by the monotonic clock.
        """
        instance = self._choose(avoided, until)
        try:
            yield instance
        finally:
            if instance:
                with self._room:
                    instance.busy -= 1
                    self._room.notify_all()

    def _choose(self, avoided: set[Instance], until: float) -> Instance | None:
        with self._room:
            while True:
                healthy = [item for item in self._members if item.healthy and item not in avoided]
                if healthy:
                    chosen = self._next(healthy)
                    chosen.busy += 1
                    return chosen
                if time.monotonic() >= until or self._closed:
                    return None
                self._room.wait(_LOOK_AGAIN)
                avoided.clear()  # one that was gone may be up again

    def _next(self, healthy: list[Instance]) -> Instance:
        if self._least_busy:
            return min(healthy, key=lambda item: item.busy)
        self._turn += 1
        return healthy[self._turn % len(healthy)]

    def add(self, instance: Instance) -> bool:
        """Take an instance; False after `close`."""
        with self._room:
            if not self._closed:
                self._members.append(instance)
            return not self._closed

    def remove(self, instances: list[Instance], seconds: float) -> None:
        """Let instances go and wait, so many seconds at most, until they did what they do."""
        end = time.monotonic() + seconds
        with self._room:
            self._members = [item for item in self._members if item not in instances]
            while any(item.busy for item in instances) and (left := end - time.monotonic()) > 0:
                self._room.wait(left)

    def close(self) -> list[Instance]:
        """Let all go at once; nobody is taken any more."""
        with self._room:
            self._closed = True
            members, self._members = self._members, []
            self._room.notify_all()
        return members

    def look_again(self) -> None:
        """Wake who waits for a healthy instance."""
        with self._room:
            self._room.notify_all()
