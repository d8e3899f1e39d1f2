"""R workers behind the serving kernel: who is idle gets the next request, or several; others wait in their order."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from serving import Answer, Refusal

from r_front import media
from r_front.request import Joined, Request
from r_front.waiting import Full, Waiting
from r_front.worker import Worker

log = logging.getLogger(__name__)

# Batch transform may send what takes R long; longer than this is a worker that hangs.
LONGEST_SECONDS = 3600
LOOK_SECONDS = 5
# What may wait for a worker.
MOST_WAITING = 1000
MOST_WAITING_BYTES = 512 * 1024 * 1024
# So many requests are asked one by one after some that could not be joined: others like them may follow.
ALONE = 100
# Idle workers end in milliseconds; one that still computes does so for a client that has left.
END_SECONDS = 2
MAX_PAYLOAD_MB = 6


def _end(reason: str) -> None:
    """End the server: SageMaker restarts a container that ends and would never learn of one that limps."""
    log.error("cannot serve: %s", reason)
    logging.shutdown()
    os._exit(1)


class RService:
    """The service of every R image: see `serving.Service`.

    Args:
        command: starts an R worker; the numbers of its two pipes are added.
        workers: R processes, each of which answers one request, or several that are joined, at a time.
        startup_seconds: by then all have loaded the model.
        longest_seconds: a worker that takes longer for an answer ends the server.
        most_waiting: requests; more are answered 503.
        end: ends the server, with the reason.
    """

    inline_bytes = sys.maxsize  # it only passes on

    def __init__(
        self,
        command: Sequence[str],
        *,
        workers: int,
        startup_seconds: float,
        longest_seconds: float = LONGEST_SECONDS,
        most_waiting: int = MOST_WAITING,
        end: Callable[[str], None] = _end,
    ) -> None:
        self._command = command
        self._size = workers
        self._startup_seconds = startup_seconds
        self._longest_seconds = longest_seconds
        self._end = end
        self._workers: list[Worker] = []
        self._idle: list[Worker] = []
        self._waiting = Waiting(most_waiting, MOST_WAITING_BYTES)
        self._alone = 0
        self._giving = False
        self._stopping = False

    async def started(self) -> None:
        """Start R and wait until every worker has loaded the model.

        Raises:
            OSError: one did not.
        """
        self._loop = asyncio.get_running_loop()
        self._ready = self._loop.create_future()
        self._workers = [Worker(self, self._command) for _ in range(self._size)]
        try:
            for worker in self._workers:
                await worker.connect()
            await asyncio.wait_for(self._ready, self._startup_seconds)
        except TimeoutError:
            raise OSError(f"the R workers were not ready within {self._startup_seconds:g} seconds") from None
        finally:
            if len(self._idle) < self._size:
                self._kill()
        self._joins = self._workers[0].joins
        log.info("%d R worker(s) are ready", self._size)
        self._look()

    def _look(self) -> None:
        """Find who hangs."""
        for worker in self._workers:
            worker.check(self._longest_seconds)
        self._loop.call_later(min(LOOK_SECONDS, self._longest_seconds), self._look)

    async def stopped(self) -> None:
        """Let R end."""
        self._stopping = True
        for worker in self._workers:
            worker.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(worker.gone.wait() for worker in self._workers)), END_SECONDS)
        self._kill()

    def _kill(self) -> None:
        self._stopping = True
        for worker in self._workers:
            worker.kill()

    def invoke(self, body: bytes, content_type: str, accept: str) -> Awaitable[Answer]:
        """Let the request wait: for an idle worker until the loop has read what else came, for others longer."""
        request = self._request(body, media.content_type(content_type), media.accepted(accept))
        try:
            self._waiting.put(request)
        except Full as error:
            raise Refusal(503, f"{error} for {self._size} R worker(s); try again later") from None
        if self._idle and not self._giving:
            self._giving = True
            self._loop.call_soon(self._give_to_idle)
        return request.answer

    def _request(self, body: bytes, content_type: str, accept: str) -> Request:
        joins = content_type == self._joins and accept in ("", content_type) and not self._alone
        if self._alone:
            self._alone -= 1
        return Request(body, content_type, accept, joins=joins)

    def _ask_alone(self, requests: Sequence[Request]) -> None:
        """Ask them, and some of those that come after, one by one."""
        self._alone = ALONE
        self._waiting.put_back(requests)
        self._give_to_idle()

    def _give_to_idle(self) -> None:
        self._giving = False
        while self._idle and self._give(self._idle[-1]):
            self._idle.pop()

    def _give(self, worker: Worker) -> bool:
        """Ask the worker for those who have waited longest; False: nobody waits."""
        requests = self._waiting.next(self._size)
        if requests:
            worker.ask(requests[0] if len(requests) == 1 else Joined(requests, self._ask_alone))
        return bool(requests)

    def free(self, worker: Worker) -> None:
        """Give the worker something to do."""
        if self._give(worker):
            return
        self._idle.append(worker)
        if len(self._idle) == self._size and not self._ready.done():
            self._ready.set_result(None)

    def lost(self, worker: Worker, reason: str) -> None:
        """End with the worker."""
        if self._stopping:
            return
        if self._ready.done():
            self._end(reason)
        else:
            self._ready.set_exception(OSError(f"{reason}, while it started"))

    def refused(self, status: int, reason: str) -> Answer:
        """Return an error as R writes it too."""
        return Answer(json.dumps({"error": reason}).encode(), status=status)

    def execution_parameters(self) -> bytes:
        """Tell batch transform how to send."""
        told = {
            "MaxConcurrentTransforms": self._size,
            "BatchStrategy": "MULTI_RECORD",
            "MaxPayloadInMB": MAX_PAYLOAD_MB,
        }
        return json.dumps(told).encode()
