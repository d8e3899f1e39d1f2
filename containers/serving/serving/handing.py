"""A parent accepts, and hands each connection to the worker that has the fewest.

It reads nothing that a client sends.
"""

import logging
import socket
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from time import sleep

from serving.limits import BACKLOG

log = logging.getLogger(__name__)

# Connections that are accepted at one go; between two goes the parent hears its workers.
_HANDFUL = 64
# Before another try where the system has no more sockets to give.
_BREATH_SECONDS = 0.05


@dataclass(eq=False)
class Child:
    """A worker, as its parent sees it.

    Args:
        process: its number.
        place: which of the workers it is; another one may take its place.
        channel: takes connections, and says when the worker is ready for them.
        counts: what the worker counts: connections that have ended, requests that its thread has to answer.
    """

    process: int
    place: int
    channel: socket.socket
    counts: memoryview
    handed: int = 0

    @property
    def load(self) -> tuple[int, int]:
        """Order workers by what they have now, then by what they had."""
        ended, asked = self.counts
        return self.handed - ended + asked, self.handed


class Handing:
    """The port, and the workers that are ready."""

    def __init__(self, listener: socket.socket, workers: int) -> None:
        self.listener = listener
        self._workers = workers
        self._ready: list[Child] = []
        self._listening = False
        # Accepted, and not taken by a worker yet.
        self.waiting: deque[socket.socket] = deque()

    @property
    def wants(self) -> bool:
        """Tell whether a connection that comes could be handed on."""
        return self._listening and bool(self._ready) and len(self.waiting) < _HANDFUL

    def add(self, child: Child) -> None:
        """Give connections to one more; once all are there, clients can come: they are shared out evenly then.

        Raises:
            OSError: the port cannot be listened on.
        """
        self._ready.append(child)
        if len(self._ready) == self._workers and not self._listening:
            self.listener.listen(BACKLOG)
            self._listening = True

    def remove(self, child: Child) -> None:
        """Give it no more."""
        if child in self._ready:
            self._ready.remove(child)

    def accept(self) -> bool:
        """Hand on what has come; False: there was nothing more."""
        for _ in range(_HANDFUL):
            try:
                taken, _ = self.listener.accept()
            except BlockingIOError:
                return False
            except OSError as error:  # the client has left, or this machine has no more of something
                log.warning("a connection could not be accepted: %s", error)
                sleep(_BREATH_SECONDS)
                return False
            self.waiting.append(taken)
            self.hand_on()
        return True

    def hand_on(self) -> None:
        """Give away what waits, as far as there are takers."""
        while self.waiting and self._give(self.waiting[0]):
            self.waiting.popleft().close()

    def close(self) -> None:
        """Hand on what the system has made already, and take nothing more."""
        if self._listening:
            for _ in range(BACKLOG // _HANDFUL + 1):
                if not self.accept():
                    break
        self.listener.close()
        while self.waiting:
            self.waiting.popleft().close()

    def _give(self, taken: socket.socket) -> bool:
        for child in sorted(self._ready, key=lambda one: one.load):
            with suppress(OSError):  # it is ending, or takes nothing at the moment
                socket.send_fds(child.channel, [b"c"], [taken.fileno()])
                child.handed += 1
                return True
        return False
