"""One model's server: started, pinged until it is healthy, asked, restarted when it dies or hangs.

Batch transform and endpoints share it.
"""

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from local.runtime.interface import Handle, Launch, LogLine, Runtime, RuntimeProblem
from local.sagemaker.calls import Answer, AnswerTooLarge, ServerBroken, ServerTimedOut, ServerUnavailable, call
from local.sagemaker.pulse import HealthCheck, Pulse

__all__ = ["Answer", "AnswerTooLarge", "ModelServer", "ServerBroken", "ServerTimedOut", "ServerUnavailable"]

_GET_SECONDS = 2.0
_PING_PAUSE = 0.1
_WEDGED_GRACE = 2.0
_RESTART_PAUSE = 0.2
_RESTART_PAUSE_MOST = 5.0
_EXITS_UNTIL_FAILED = 3
_PARALLEL = 64


class ModelServer:
    """A supervised server."""

    def __init__(
        self,
        runtime: Runtime,
        launch: Launch,
        log: LogLine,
        *,
        check: HealthCheck | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` is called when the server became healthy or ceased to be."""
        self._runtime = runtime
        self._launch = launch
        self._log = log
        self._check = check or HealthCheck()
        self._changed = changed
        self._asked = 0
        self._served = False  # an answer since the last ping
        self._counting = threading.Lock()
        self._handle: Handle | None = None
        self._fetching = 0.0
        self._fetched = 0.0
        self._exits = 0
        self._problem = ""
        self._healthy = threading.Event()
        self._stopping = threading.Event()
        self._turns = threading.BoundedSemaphore(_PARALLEL)
        self._thread = threading.Thread(target=self._supervise, name=f"server-{launch.name}", daemon=True)

    @property
    def healthy(self) -> bool:
        """Whether it answered its last ping and runs."""
        return self._healthy.is_set()

    def start(self) -> None:
        """Begin; `wait_healthy` tells how it went."""
        self._thread.start()

    def wait_healthy(self, deadline: float, give_up: threading.Event) -> str:
        """Wait for the first healthy ping; return nothing, or why there will be none.

        What getting the image takes (a pull, a build, an environment) does not count: AWS's limit is the container's.
        """
        before = self._fetch_seconds()
        while not self._healthy.wait(_PING_PAUSE):
            if give_up.is_set():
                return "stopped"
            if self._problem:
                return self._problem
            if self._exits >= _EXITS_UNTIL_FAILED:
                return "ping"
            if time.monotonic() > deadline + self._fetch_seconds() - before:
                return "ping"
        return ""

    def _fetch_seconds(self) -> float:
        since = self._fetching
        return self._fetched + (time.monotonic() - since if since else 0.0)

    def stop(self, grace: float) -> None:
        """Stop it for good."""
        self._stopping.set()
        self._set_healthy(False)
        while self._thread.is_alive():
            if handle := self._handle:
                handle.stop(grace)
            self._thread.join(0.05)

    def get(self, path: str, seconds: float = _GET_SECONDS) -> Answer:
        """GET a path."""
        return self._call("GET", path, seconds=seconds)

    def post(self, body: bytes, headers: Mapping[str, str], seconds: float, most: int | None = None) -> Answer:
        """POST /invocations.

        Args:
            body: what is sent.
            headers: with it.
            seconds: how long all of it may take.
            most: bytes that an answer may have; None for any.

        Raises:
            ServerUnavailable, ServerTimedOut, ServerBroken, AnswerTooLarge: no answer.
        """
        end = time.monotonic() + seconds
        self._count(1)
        try:
            if not self._turns.acquire(timeout=seconds):
                raise ServerTimedOut
            try:
                left = max(0.1, end - time.monotonic())
                answer = self._call("POST", "/invocations", body=body, headers=headers, seconds=left, most=most)
                self._served = True
                return answer
            finally:
                self._turns.release()
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._counting:
            self._asked += change

    def _call(self, method: str, path: str, **more: Any) -> Answer:
        handle = self._handle
        if handle is None:
            raise ServerUnavailable
        return call(method, handle.url + path, **more)

    def _supervise(self) -> None:
        pause = _RESTART_PAUSE
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                self._handle = self._start_image()
            except RuntimeProblem as error:
                self._log(str(error))
                self._problem = str(error)
            else:
                self._watch(self._handle)
                self._handle = None  # its port may be another server's soon
            self._set_healthy(False)
            self._exits += 1
            pause = _RESTART_PAUSE if time.monotonic() - started > 30 else min(2 * pause, _RESTART_PAUSE_MOST)
            self._stopping.wait(pause)

    def _start_image(self) -> Handle:
        self._fetching = time.monotonic()
        try:
            return self._runtime.start(self._launch, self._log)
        finally:
            self._fetched = self._fetch_seconds()
            self._fetching = 0.0

    def _watch(self, handle: Handle) -> None:
        pulse = Pulse(self._check)
        while (code := handle.wait(_PING_PAUSE)) is None:
            if self._stopping.is_set():
                continue
            if not self._healthy.is_set():
                self._set_healthy(self._pings())
                pulse = Pulse(self._check)
            elif pulse.due() and not self._beats(pulse):
                self._log("the server runs and does not answer GET /ping: it is stopped and started again")
                self._set_healthy(False)
                handle.stop(_WEDGED_GRACE)
        if not self._stopping.is_set():
            self._log(f"the server ended with exit code {code} and is started again")

    def _beats(self, pulse: Pulse) -> bool:
        busy = self._asked > 0
        answered = self._pings() or self._served  # one with a long queue of requests answers these
        self._served = False
        return pulse.beats(answered, busy=busy or self._asked > 0)  # a request may end or begin during the ping

    def _set_healthy(self, healthy: bool) -> None:
        if healthy == self._healthy.is_set():
            return
        if healthy:
            self._healthy.set()
        else:
            self._healthy.clear()
        self._changed()

    def _pings(self) -> bool:
        with suppress(ServerUnavailable, ServerTimedOut, ServerBroken):
            return self.get("/ping", self._check.timeout).status == 200
        return False
