"""A serverless variant: its server starts with a request and stops when none came for a while."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from local.sagemaker.context import Context
from local.sagemaker.hosting.instance import Question
from local.sagemaker.hosting.problems import FleetProblem, NoInstance, Throttled
from local.sagemaker.hosting.variant import Variant
from local.sagemaker.servers import Answer
from local.sagemaker.store import Record

_LOOKS_PER_IDLE_TIME = 10


class ServerlessVariant(Variant):
    """One server for up to MaxConcurrency requests at once."""

    def __init__(self, context: Context, endpoint: str, config: Record, model: Record) -> None:
        super().__init__(context, endpoint, config, model)
        self.serverless: Record = dict(config["ServerlessConfig"])
        self.desired_count = 1  # its health is proven once, then it may sleep
        self._asked = 0
        self._last = time.monotonic()
        self._counting = threading.Lock()
        self._waking = threading.Lock()
        self._janitor = threading.Thread(target=self._put_to_sleep, name=f"serverless-{endpoint}", daemon=True)

    def await_healthy(self) -> None:
        """Wait for the first server, then watch for idleness.

        Raises:
            FleetProblem: it does not come up.
        """
        super().await_healthy()
        self._janitor.start()

    def ask(self, question: Question) -> Answer:
        """Let the server answer; start it first if it sleeps.

        Raises:
            Throttled: MaxConcurrency requests are being answered.
            NoInstance: it does not start.
        """
        with self._slot():
            self._wake()
            return super().ask(question)

    def configure(self, change: Record) -> None:
        """Take a ServerlessUpdateConfig."""
        with self._counting:
            self.serverless |= change

    @contextmanager
    def _slot(self) -> Iterator[None]:
        with self._counting:
            if self._asked >= self.serverless["MaxConcurrency"]:
                raise Throttled
            self._asked += 1
        try:
            yield
        finally:
            with self._counting:
                self._asked -= 1
                self._last = time.monotonic()

    def _wake(self) -> None:
        with self._waking:
            if self.count:
                return
            try:
                self.resize(1)
            except FleetProblem as problem:
                raise NoInstance(str(problem)) from problem

    def _put_to_sleep(self) -> None:
        idle = self._context.limits.serverless_idle_seconds
        while not self._give_up.wait(idle / _LOOKS_PER_IDLE_TIME):
            with self._waking:
                if self.count and self._is_idle(idle):
                    self.resize(0)

    def _is_idle(self, seconds: float) -> bool:
        with self._counting:
            provisioned = self.serverless.get("ProvisionedConcurrency", 0)
            return not self._asked and not provisioned and time.monotonic() - self._last > seconds
