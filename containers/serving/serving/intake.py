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
# How many numbers a worker keeps for its parent: connections that ended, requests that its thread has to answer.
COUNTS = 2
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

    def busy(self, requests: int) -> None:
        """The thread has so many requests to answer."""

    def stop(self) -> None:
        """Let nobody new come; who has come already is served."""

    def close(self) -> None:
        """Take nothing more."""


class Port(Intake):
    """The port of a worker that is alone."""

    def __init__(self, listener: socket.socket) -> None:
        super().__init__()
        self._listener = listener

    async def open(self, protocol: Protocol) -> None:
        """Listen."""
        await super().open(protocol)
        self._server = await self._loop.create_server(protocol, sock=self._listener, backlog=BACKLOG)

    def stop(self) -> None:
        """Take also those whose connection the system has made already."""
        with suppress(OSError):  # there is none, or no more of something
            while True:
                self._adopt(self._listener.accept()[0])
        self._server.close()


class Handed(Intake):
    """Connections that a parent accepts.

    Args:
        channel: brings them, and tells the parent that this worker is ready.
        counts: numbers in memory that the parent reads when it hands on.
        orphaned: called when there is no parent any more.
    """

    def __init__(self, channel: socket.socket, counts: memoryview, orphaned: Callable[[], None]) -> None:
        super().__init__()
        self._channel = channel
        self._counts = counts
        self._orphaned = orphaned

    async def open(self, protocol: Protocol) -> None:
        """Say that this worker is ready."""
        await super().open(protocol)
        self._channel.setblocking(False)
        self._loop.add_reader(self._channel, self._take)
        self._channel.send(READY)

    def lost(self) -> None:
        """Count what has ended."""
        self._counts[0] += 1

    def busy(self, requests: int) -> None:
        """Count what has to be answered."""
        self._counts[1] = requests

    def close(self) -> None:
        """Take what was handed on up to now."""
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
