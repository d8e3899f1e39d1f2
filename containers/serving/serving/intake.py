"""Where a worker's connections come from: a port of its own, or a parent that shares one port out.

A port that several processes listen on gives its connections to whoever wakes first: eight clients that keep their
connections were seen to end with one of two workers. So a parent accepts, and hands each one to the worker that has
the fewest.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress

from serving.limits import BACKLOG

log = logging.getLogger(__name__)

Protocol = Callable[[], asyncio.Protocol]
READY = b"r"
# Connections that are taken at one go.
_HANDFUL = 16


class Intake:
    """What both have in common: sockets that are open become connections."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()

    def _adopt(self, taken: socket.socket) -> None:
        task = self._loop.create_task(self._connect(taken))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, taken: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self.protocol, taken)
        except OSError as error:
            log.warning("a client left at once: %s", error)
            self.lost()

    async def open(self, protocol: Protocol) -> None:
        """Take connections from now on."""
        self.protocol = protocol

    def lost(self) -> None:
        """A connection ended."""

    def close(self) -> None:
        """Take what has come, and nothing more."""


class Port(Intake):
    """The port of a worker that is alone."""

    def __init__(self, listener: socket.socket) -> None:
        super().__init__()
        self._listener = listener

    async def open(self, protocol: Protocol) -> None:
        """Listen."""
        await super().open(protocol)
        self._server = await self._loop.create_server(protocol, sock=self._listener, backlog=BACKLOG)

    def close(self) -> None:
        """Clients whose connection the system has made already are served too."""
        with suppress(BlockingIOError):
            while True:
                self._adopt(self._listener.accept()[0])
        self._server.close()


class Handed(Intake):
    """Connections that a parent accepts.

    Args:
        channel: brings them, and tells the parent that this worker is ready.
        ended: how many of them have ended, one number in memory that the parent reads.
        orphaned: called when there is no parent any more.
    """

    def __init__(self, channel: socket.socket, ended: memoryview, orphaned: Callable[[], None]) -> None:
        super().__init__()
        self._channel = channel
        self._ended = ended
        self._orphaned = orphaned

    async def open(self, protocol: Protocol) -> None:
        """Say that this worker is ready."""
        await super().open(protocol)
        self._channel.setblocking(False)
        self._loop.add_reader(self._channel, self._take)
        self._channel.send(READY)

    def lost(self) -> None:
        """Let the parent know, when it looks."""
        self._ended[0] += 1

    def close(self) -> None:
        """The parent has handed on all that it will."""
        self._take()
        self._loop.remove_reader(self._channel)
        self._channel.close()

    def _take(self) -> None:
        with suppress(BlockingIOError):
            while True:
                data, descriptors, _, _ = socket.recv_fds(self._channel, _HANDFUL, _HANDFUL)
                for descriptor in descriptors:
                    self._adopt(socket.socket(fileno=descriptor))
                if not data:
                    self._loop.remove_reader(self._channel)
                    self._orphaned()
                    return
