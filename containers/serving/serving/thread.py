"""The one thread of a worker that runs what must not hold up its event loop."""

import threading
from asyncio import AbstractEventLoop, Future
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any

from serving.service import Answer, Service, failed

if TYPE_CHECKING:
    from serving.answering import Answering

Job = tuple["Answering", bytes, str, str]


class ServiceThread:
    """Loads the service, then runs invocations one after another; a client that has left costs nothing.

    Loading happens here too, so that a user's code finds in `invoke` what it bound to its thread while loading.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._loop = loop
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        # The invocation that runs: since when, and for whom; 0 and None while there is none.
        self.since = 0.0
        self.running: Answering | None = None
        # Told how many requests there are to answer.
        self.counted: Callable[[int], None] = lambda _: None

    def start(self, load: Callable[[], Service]) -> "Future[Service]":
        """Begin; a daemon, since a service that hangs must not keep the process."""
        loaded: Future[Service] = self._loop.create_future()
        threading.Thread(target=self._run, args=(load, loaded), name="service", daemon=True).start()
        return loaded

    def put(self, connection: "Answering", body: bytes, content_type: str, accept: str) -> None:
        """Queue an invocation; `connection.answered` gets what it makes."""
        self._jobs.put((connection, body, content_type, accept))
        self.counted(self._jobs.qsize() + 1)

    def forsaken(self) -> "Iterator[Answering]":
        """Yield who waits, and take them off the queue."""
        with suppress(Empty):
            while True:
                yield self._jobs.get_nowait()[0]

    def _run(self, load: Callable[[], Service], loaded: "Future[Service]") -> None:
        try:
            service = load()
        except (Exception, SystemExit) as error:  # whatever a user's code raises
            self._tell(_set, loaded, None, error)
            return
        self._tell(_set, loaded, service, None)
        while True:
            connection, body, content_type, accept = self._jobs.get()
            if connection.gone:
                self.counted(self._jobs.qsize())
                continue
            self.running, self.since = connection, monotonic()
            answer: Answer | Awaitable[Answer]
            try:
                answer = service.invoke(body, content_type, accept)
            except (Exception, SystemExit) as error:
                answer = failed(service, error)
            self.running, self.since = None, 0.0
            self.counted(self._jobs.qsize())
            self._tell(connection.answered, answer)
            del connection, body, answer  # nothing is held while there is nothing to do

    def _tell(self, what: Callable[..., None], *arguments: Any) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            self._loop.call_soon_threadsafe(what, *arguments)


def _set(loaded: "Future[Service]", service: Service | None, error: Exception | SystemExit | None) -> None:
    if loaded.cancelled():
        return
    if isinstance(error, SystemExit):  # a future would let it out into the loop
        loaded.set_exception(RuntimeError(f"the code that loads the model ended the program: {error}"))
    elif error is not None:
        loaded.set_exception(error)
    elif service is not None:
        loaded.set_result(service)
