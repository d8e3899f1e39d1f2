"""Executions that are aborted, and executions that run at the same time, call by call in turns."""

import random
import threading
from typing import Any

import pytest

from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import machine


class Stopped(BaseException):
    """Somebody aborted the execution."""


def stop_at(cloud: Cloud, state: str, execution: str = "run-aborted", name: str = "boston") -> Execution:
    """A run that is aborted when it enters a state; the endpoints finish what they were asked for."""

    class Aborted(Execution):
        def _enter(self, entered: str, *rest: Any) -> Any:
            if entered == state:
                raise Stopped
            return super()._enter(entered, *rest)

    run = Aborted(machine(name), cloud, {}, execution)
    with pytest.raises(Stopped):
        run.run()
    cloud.executions[f"arn:execution:{execution}"] = "ABORTED"
    for endpoint in cloud.endpoints.values():
        endpoint["EndpointStatus"] = "InService"
    return run


class Turns:
    """The cloud as several executions see it: one call at a time, whose is drawn; the same seed, the same order."""

    def __init__(self, cloud: Cloud, seed: int) -> None:
        self._cloud, self._random = cloud, random.Random(seed)
        self._waiting: set[str] = set()
        self._running: set[str] = set()
        self._turn = ""
        self._changed = threading.Condition()

    def run(self, runs: dict[str, Any]) -> dict[str, Any]:
        """The outputs, or the errors, of definitions by the names of their executions."""
        ended: dict[str, Any] = {}
        self._running = set(runs)
        threads = [threading.Thread(target=self._one, args=(name, runs[name], ended)) for name in sorted(runs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=120)
        return ended

    def _one(self, name: str, definition: Any, ended: dict[str, Any]) -> None:
        arn = f"arn:execution:{name}"
        self._cloud.executions[arn] = "RUNNING"

        def service(state: str, resource: str, arguments: Any) -> Any:
            self._await(name)
            try:
                return self._cloud(state, resource, arguments)
            finally:
                self._pass()

        try:
            ended[name] = Execution(definition, service, {}, name).run()
        except TaskError as error:
            ended[name] = error
        finally:
            self._await(name)
            self._cloud.executions[arn] = "FAILED" if isinstance(ended.get(name), TaskError) else "SUCCEEDED"
            self._running.discard(name)
            self._pass()

    def _await(self, name: str) -> None:
        with self._changed:
            self._waiting.add(name)
            self._draw()
            self._changed.wait_for(lambda: self._turn == name, timeout=60)
            self._waiting.discard(name)

    def _pass(self) -> None:
        with self._changed:
            self._turn = ""
            self._draw()

    def _draw(self) -> None:
        """Only when all wait: then nothing depends on how fast a thread is."""
        if not self._turn and self._waiting and self._waiting == self._running:
            self._turn = self._random.choice(sorted(self._waiting))
            self._changed.notify_all()
