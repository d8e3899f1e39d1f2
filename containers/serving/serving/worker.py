"""What the connections of one process share: the service, the clock, and the end."""

import asyncio
import gc
import logging
import signal
from collections.abc import Callable
from time import monotonic

from serving.connection import Connection
from serving.heads import Heads
from serving.intake import Intake
from serving.known import Known
from serving.limits import LAST_REQUESTS_SECONDS, TICK_SECONDS
from serving.routes import Routes
from serving.service import Service, refused
from serving.settings import Settings
from serving.thread import ServiceThread

log = logging.getLogger(__name__)

# A worker that cannot even look at its clock is ended by the system, this long after it should have ended itself.
_GRACE_SECONDS = 2


class Worker:
    """The connections of one process."""

    def __init__(self, service: Service, settings: Settings, thread: ServiceThread, hung: Callable[[], None]) -> None:
        self.service = service
        self.invoke = service.invoke
        self.settings = settings
        self.thread = thread
        self.most_body = settings.max_body_bytes
        # Lengths with fewer digits need no second look.
        self.digits = len(str(self.most_body))
        self.inline_bytes = service.inline_bytes or -1
        self.routes = Routes(service)
        self.heads = Heads()
        self.known = Known()
        self.connections: set[Connection] = set()
        self.draining = False
        self.now = monotonic()
        self._hung = hung
        self._empty = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def start(self, intake: Intake) -> None:
        """Take connections."""
        self._intake = intake
        self.thread.counted = intake.busy
        if started := getattr(self.service, "started", None):
            await started()
        self._tick()
        # What lives as long as the worker is not looked at again and again while requests wait.
        gc.collect()
        gc.freeze()
        await intake.open(lambda: Connection(self))

    async def end(self) -> None:
        """Let go of what the service holds, also where it could not start."""
        if stopped := getattr(self.service, "stopped", None):
            await stopped()

    def lost(self, connection: Connection) -> None:
        """Forget a client."""
        self.connections.discard(connection)
        self._intake.lost()
        if self.draining and not self.connections:
            self._empty.set()

    async def drain(self) -> None:
        """Take nothing new, and answer what was sent."""
        self.draining = True
        self._intake.stop()
        await asyncio.sleep(LAST_REQUESTS_SECONDS)
        self._intake.close()
        for connection in list(self.connections):
            connection.stop()
        if not self.connections:
            return
        try:
            await asyncio.wait_for(self._empty.wait(), self.settings.drain_seconds - LAST_REQUESTS_SECONDS)
        except TimeoutError:
            log.warning("%d connection(s) were not done within the time to drain", len(self.connections))
            for connection in list(self.connections):
                connection.abort()

    def part(self) -> None:
        """Answer those who wait for a service that hangs."""
        seconds = self.settings.invocation_seconds
        log.error("an invocation took longer than %g seconds; another worker takes over", seconds)
        self.draining = True
        self._intake.close()
        running = self.thread.running
        if running is not None:
            running.answered(refused(self.service, 500, f"the model took longer than {seconds:g} seconds"))
        for connection in self.thread.forsaken():
            connection.answered(refused(self.service, 503, "the model before this request hung; send it again"))

    def _tick(self) -> None:
        """Move the clock that connections go by, and look at each of them."""
        self._loop.call_later(TICK_SECONDS, self._tick)
        self.now = monotonic()
        self.heads.tick()
        self._watch_service()
        for connection in list(self.connections):
            connection.sweep()

    def _watch_service(self) -> None:
        seconds = self.settings.invocation_seconds
        if not seconds:
            return
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE_SECONDS)
        since = self.thread.since
        if since and self.now - since > seconds:
            self._hung()
