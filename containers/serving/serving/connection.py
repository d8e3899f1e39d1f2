"""One client, from its first byte to its last: who comes, leaves, or takes too long.

A connection asks nothing of the clock: `worker.now` moves once a second, when `sweep` looks at all connections.
"""

from asyncio import BaseTransport, Transport
from typing import cast

from serving.answering import Answering
from serving.head import BODY, HEAD, IDLE, NOTHING
from serving.limits import LINGER_SECONDS, SLOWEST


class Connection(Answering):
    """A client of one worker."""

    __slots__ = ()

    def connection_made(self, transport: BaseTransport) -> None:
        """Begin."""
        self._transport = cast(Transport, transport)
        self._worker.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client; who has sent an end is gone too, and nobody waits for what is not answered yet."""
        self.gone = True
        self._reading = NOTHING
        self._waiting.clear()
        self._clear()
        del self._parser  # it holds this object
        if self._task:
            self._task.cancel()
        self._worker.lost(self)

    def pause_writing(self) -> None:
        """Read nothing from a client that does not take its answers."""
        self._stuck = self._worker.now
        self._left = self._transport.get_write_buffer_size()
        self._pause()

    def resume_writing(self) -> None:
        """Go on where pause_writing stopped."""
        self._stuck = 0.0
        self._since = self._worker.now
        self._next()

    def sweep(self) -> None:
        """Look at the clock."""
        now, settings = self._worker.now, self._worker.settings
        waited = now - self._since
        if self._stuck:
            self._sweep_answers(now, settings.body_seconds)
        elif self._busy:
            if self._task and 0 < settings.invocation_seconds < now - self._asked:
                self._task.cancel()
        elif self._reading == IDLE:
            if waited > settings.idle_seconds:
                self._transport.close()
        elif self._reading == HEAD:
            if waited > settings.header_seconds:
                self._refuse(408, f"the request's head took longer than {settings.header_seconds:g} seconds")
        elif self._reading == BODY:
            if waited > settings.body_seconds + self._size / SLOWEST:
                self._refuse(408, f"the request's body took longer than {settings.body_seconds:g} seconds")
        elif waited > LINGER_SECONDS:
            self._transport.abort()

    def _sweep_answers(self, now: float, seconds: float) -> None:
        left = self._transport.get_write_buffer_size()
        if left < self._left:
            self._stuck = now
        elif now - self._stuck > seconds:
            self._transport.abort()
        self._left = left

    def stop(self) -> None:
        """End if nothing of a request has come and nothing is being answered."""
        if self._reading == IDLE and not self._busy and not self._waiting:
            self._reading = NOTHING
            self._transport.close()

    def abort(self) -> None:
        """End at once."""
        self._transport.abort()
