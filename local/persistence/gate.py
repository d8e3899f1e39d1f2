"""Requests change moto's backends; a snapshot wants a moment in which none does.

Requests share the gate; a snapshot has it alone, for the milliseconds that it takes to copy the state. Requests
nest (CloudFormation calls the very server that runs it), so a snapshot that waits keeps nobody out: it takes its
turn when the last request leaves. Under a load without such a moment it presses: requests that come then hesitate,
but never longer than a moment, so that even a nested one, which the outer one waits for, goes on.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_HESITATION = 0.25


class Gate:
    """A lock that many share and one has alone. `changes` counts the requests that may have changed something."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._inside = 0
        self._alone = False
        self._waiting = False
        self._pressing = False
        self.changes = 0

    @contextmanager
    def shared(self, *, changes: bool) -> Iterator[None]:
        """Be one of many."""
        with self._turn:
            if self._pressing:
                self._turn.wait_for(lambda: not self._pressing, _HESITATION)
            self._turn.wait_for(lambda: not self._alone)
            self._inside += 1
        try:
            yield
        finally:
            with self._turn:
                self._inside -= 1
                self.changes += changes
                if not self._inside and self._waiting:
                    self._waiting, self._alone = False, True  # at once, or the next request would be quicker
                    self._turn.notify_all()

    def changed(self) -> None:
        """Count a change by somebody who could not share the gate, because it takes too long."""
        with self._turn:
            self.changes += 1

    @contextmanager
    def alone(self, patience: float) -> Iterator[bool]:
        """Have it alone; False when there was no such moment within `patience` seconds."""
        mine = self._take(patience)
        try:
            yield mine
        finally:
            if mine:
                with self._turn:
                    self._alone = False
                    self._turn.notify_all()

    def _take(self, patience: float) -> bool:
        end = time.monotonic() + patience
        with self._turn:
            if not self._inside:
                self._alone = True
                return True
            self._waiting = True
            if not self._turn.wait_for(lambda: self._alone, patience / 2):
                self._pressing = True
                self._turn.wait_for(lambda: self._alone, end - time.monotonic())
            self._waiting = self._pressing = False
            self._turn.notify_all()
            return self._alone
