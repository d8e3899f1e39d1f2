"""A server that was started: when it is healthy, what it answers, what memory it has.

Every server is run by the embedded AWS's keeper of processes, which leaves nothing of it behind.
"""

import http.client
import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from benchmarks.serving.wire import Request
from local.runtime.interface import LogLine
from local.runtime.process import ProcessHandle

START_SECONDS = 60
_LOOK = 0.005
_MB = 1024 * 1024


class ServerError(Exception):
    """A server did not start, ended, or answered with another status than 200."""


@dataclass(frozen=True)
class Memory:
    """MB: the largest process, and what all processes of the server have of the machine (shared pages once)."""

    worker: float
    whole: float


class Running:
    """One server."""

    def __init__(self, start: Callable[[LogLine], ProcessHandle]) -> None:
        self._log = deque[str](maxlen=12)
        self._began = time.perf_counter()
        self._handle = start(self._log.append)

    @property
    def url(self) -> str:
        """Where it listens."""
        return self._handle.url

    def healthy_after(self, path: str) -> float:
        """Return the seconds from its start to the first 200 on `path`.

        Raises:
            ServerError: it ended, or took too long.
        """
        while time.perf_counter() - self._began < START_SECONDS:
            with suppress(OSError, http.client.HTTPException):
                if self._ask("GET", path)[0] == 200:
                    return time.perf_counter() - self._began
            if self._handle.wait(_LOOK) is not None:
                raise ServerError(f"it ended while it started: {self.said()}")
        raise ServerError(f"not healthy after {START_SECONDS} s: {self.said()}")

    def answer(self, request: Request) -> bytes:
        """Ask once.

        Raises:
            ServerError: the status is not 200.
        """
        headers = {"Content-Type": request.media_type, "Accept": request.accept}
        status, body = self._ask("POST", request.path, request.body, headers)
        if status != 200:
            raise ServerError(f"status {status}: {body[:200].decode(errors='replace')}; {self.said()}")
        return body

    def engine(self) -> str:
        """Return what an image of ours says computes its predictions; "" for one that says nothing."""
        status, body = self._ask("GET", "/execution-parameters")
        return str(json.loads(body).get("Engine", "")) if status == 200 else ""

    def memory(self) -> Memory:
        """Look at all processes of the server."""
        found = [process.memory_full_info() for process in self._processes()]
        return Memory(max(one.rss for one in found) / _MB, sum(one.pss for one in found) / _MB)

    def cpu_seconds(self) -> float:
        """Return the time on a CPU that all threads of all its processes had so far."""
        threads = [file for one in self._processes() for file in Path(f"/proc/{one.pid}/task").glob("*/schedstat")]
        return sum(map(_nanoseconds, threads)) / 1e9

    def _processes(self) -> list[psutil.Process]:
        return psutil.Process(self._handle.pid).children(recursive=True)

    def said(self) -> str:
        """Return the last lines of its log."""
        return " | ".join(self._log) or "nothing in its log"

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        try:
            connection.request(method, path, body or None, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def stop(self) -> None:
        """Stop it, whatever it does."""
        self._handle.stop(grace=1)


def _nanoseconds(file: Path) -> int:
    try:
        return int(file.read_text().split()[0])
    except OSError:  # it ended meanwhile
        return 0


@contextmanager
def running(start: Callable[[LogLine], ProcessHandle]) -> Iterator[Running]:
    """Start a server, and stop it at the end."""
    server = Running(start)
    try:
        yield server
    finally:
        server.stop()
