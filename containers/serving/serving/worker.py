"""One process that answers: its event loop, its connections, and how it ends."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from time import monotonic

import uvloop

from serving.connection import Connection
from serving.heads import Heads
from serving.routes import Routes
from serving.service import Service
from serving.settings import Settings
from serving.thread import ServiceThread

log = logging.getLogger(__name__)

STOPS = (signal.SIGTERM, signal.SIGINT)
# After SIGTERM, what a client sent before it could know is still taken from the network.
LAST_REQUESTS_SECONDS = 0.1
TICK_SECONDS = 1.0


def work(load: Callable[[], Service], settings: Settings, listener: socket.socket) -> int:
    """Load, answer until a signal, drain; return the exit code."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(load, settings, listener))


async def _serve(load: Callable[[], Service], settings: Settings, listener: socket.socket) -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in STOPS:
        loop.add_signal_handler(number, stop.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    thread = ServiceThread(loop)
    loading, stopped = thread.start(load), asyncio.ensure_future(stop.wait())
    await asyncio.wait((loading, stopped), return_when=asyncio.FIRST_COMPLETED)
    if not loading.done():
        return 0
    try:
        worker = Worker(await loading, settings, thread)
        await worker.start(listener)
    except Exception as error:  # whatever a user's code raises
        log.error("cannot serve: %s", error, exc_info=not isinstance(error, (ValueError, OSError)))
        return 1
    await stopped
    await worker.drain()
    return 0


class Worker:
    """What the connections of one process share."""

    def __init__(self, service: Service, settings: Settings, thread: ServiceThread) -> None:
        self.service = service
        self.settings = settings
        self.thread = thread
        self.inline_bytes = service.inline_bytes if service.inline_bytes > 0 else -1
        self.routes = Routes(service)
        self.heads = Heads()
        self.connections: set[Connection] = set()
        self.draining = False
        self.now = monotonic()
        self._empty = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.get_running_loop()

    async def start(self, listener: socket.socket) -> None:
        """Take connections."""
        if started := getattr(self.service, "started", None):
            await started()
        self._server = await self._loop.create_server(lambda: Connection(self), sock=listener)
        self._loop.call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        """Move the clock that connections go by; nothing is timed more exactly than this."""
        self._loop.call_later(TICK_SECONDS, self._tick)
        self.now = monotonic()
        self.heads.tick()
        for connection in list(self.connections):
            connection.sweep()

    def lost(self, connection: Connection) -> None:
        """Forget a client."""
        self.connections.discard(connection)
        if self.draining and not self.connections:
            self._empty.set()

    async def drain(self) -> None:
        """Take nothing new, answer what was sent, and leave."""
        assert self._server is not None  # noqa: S101 - it was started
        self._server.close()
        self.draining = True
        await asyncio.sleep(LAST_REQUESTS_SECONDS)
        for connection in list(self.connections):
            connection.stop()
        if self.connections:
            await self._wait()
        if stopped := getattr(self.service, "stopped", None):
            await stopped()

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._empty.wait(), self.settings.drain_seconds - LAST_REQUESTS_SECONDS)
        except TimeoutError:
            log.warning("%d connection(s) were not done within the time to drain", len(self.connections))
            for connection in list(self.connections):
                connection.abort()
