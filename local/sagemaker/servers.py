"""One model's server: started, pinged until it is healthy, asked, restarted when it dies.

Batch transform and endpoints share it. Every request has its own connection: a kept one may be closed by the
server in the moment it is used, and that request would be lost.
"""

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

from local.runtime.interface import Handle, Launch, LogLine, Runtime, RuntimeProblem

_PING_SECONDS = 2.0
_PING_PAUSE = 0.1
_RESTART_PAUSE = 0.2
_RESTART_PAUSE_MOST = 5.0
_EXITS_UNTIL_FAILED = 3
_PARALLEL = 64


class ServerUnavailable(Exception):
    """Nobody listens; the request was not delivered and may go elsewhere."""


class ServerTimedOut(Exception):
    """The server took the request and did not answer in time."""


class ServerBroken(Exception):
    """The connection broke while the server worked on the request."""


@dataclass(frozen=True)
class Answer:
    """A server's response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class ModelServer:
    """A supervised server."""

    def __init__(self, runtime: Runtime, launch: Launch, log: LogLine) -> None:
        self._runtime = runtime
        self._launch = launch
        self._log = log
        self._handle: Handle | None = None
        self._exits = 0
        self._problem = ""
        self._healthy = threading.Event()
        self._stopping = threading.Event()
        self._turns = threading.BoundedSemaphore(_PARALLEL)
        self._http = urllib3.PoolManager(retries=False, maxsize=_PARALLEL)
        self._thread = threading.Thread(target=self._supervise, name=f"server-{launch.name}", daemon=True)

    @property
    def healthy(self) -> bool:
        """Whether it answered its last ping and runs."""
        return self._healthy.is_set()

    def start(self) -> None:
        """Begin; `wait_healthy` tells how it went."""
        self._thread.start()

    def wait_healthy(self, deadline: float, give_up: threading.Event) -> str:
        """Wait for the first healthy ping; return nothing, or why there will be none."""
        while not self._healthy.wait(_PING_PAUSE):
            if give_up.is_set():
                return "stopped"
            if self._problem:
                return self._problem
            if self._exits >= _EXITS_UNTIL_FAILED:
                return "ping"
            if time.monotonic() > deadline:
                return "ping"
        return ""

    def drain(self, seconds: float) -> None:
        """Take all turns: no request is on its way then."""
        end = time.monotonic() + seconds
        for _ in range(_PARALLEL):
            self._turns.acquire(timeout=max(0.0, end - time.monotonic()))

    def stop(self, grace: float) -> None:
        """Stop it for good."""
        self._stopping.set()
        self._healthy.clear()
        while self._thread.is_alive():
            if handle := self._handle:
                handle.stop(grace)
            self._thread.join(0.05)
        self._http.clear()

    def get(self, path: str, seconds: float = _PING_SECONDS) -> Answer:
        """GET a path."""
        return self._request("GET", path, b"", {}, seconds)

    def post(self, body: bytes, headers: Mapping[str, str], seconds: float) -> Answer:
        """POST /invocations.

        Raises:
            ServerUnavailable, ServerTimedOut, ServerBroken: no answer.
        """
        end = time.monotonic() + seconds
        if not self._turns.acquire(timeout=seconds):
            raise ServerTimedOut
        try:
            return self._request("POST", "/invocations", body, headers, max(0.1, end - time.monotonic()))
        finally:
            self._turns.release()

    def _request(self, method: str, path: str, body: bytes, headers: Mapping[str, str], seconds: float) -> Answer:
        handle = self._handle
        if handle is None:
            raise ServerUnavailable
        try:
            response = self._http.request(
                method,
                handle.url + path,
                body=body or None,
                headers={**headers, "Connection": "close"},
                timeout=urllib3.Timeout(connect=5, read=seconds),
                redirect=False,
            )
        except (NewConnectionError, ConnectTimeoutError) as error:
            raise ServerUnavailable from error
        except ReadTimeoutError as error:
            raise ServerTimedOut from error
        except HTTPError as error:
            raise ServerBroken(str(error)) from error
        return Answer(response.status, dict(response.headers), response.data)

    def _supervise(self) -> None:
        pause = _RESTART_PAUSE
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                self._handle = self._runtime.start(self._launch, self._log)
            except RuntimeProblem as error:
                self._log(str(error))
                self._problem = str(error)
            else:
                self._watch(self._handle)
            self._healthy.clear()
            self._exits += 1
            pause = _RESTART_PAUSE if time.monotonic() - started > 30 else min(2 * pause, _RESTART_PAUSE_MOST)
            self._stopping.wait(pause)

    def _watch(self, handle: Handle) -> None:
        while (code := handle.wait(_PING_PAUSE)) is None:
            if not self._stopping.is_set() and not self._healthy.is_set() and self._pings():
                self._healthy.set()
        if not self._stopping.is_set():
            self._log(f"the server ended with exit code {code} and is started again")

    def _pings(self) -> bool:
        with suppress(ServerUnavailable, ServerTimedOut, ServerBroken):
            return self.get("/ping").status == 200
        return False
