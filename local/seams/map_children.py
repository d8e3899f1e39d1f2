"""The children of a map run, run in a bounded number of threads until all ended or too many failed."""
# moto's classes are not typed
# mypy: disable-error-code="no-untyped-call, attr-defined"

import datetime
import threading
from collections import deque
from typing import Any

from local.seams import redrive
from local.seams.child_executions import new_child
from local.seams.map_runs import MapRun

MOST_CHILDREN = 64
_LOOK_SECONDS = 0.1


class Children:
    """Runs what has not succeeded of a map run, in a bounded number of threads."""

    def __init__(self, env: Any, run: MapRun, program: Any, *, express: bool) -> None:
        self._env, self._run, self._program, self._express = env, run, program, express
        self._left = deque(index for index in range(len(run.inputs)) if run.state_of(index) != "SUCCEEDED")
        self._lock = threading.Lock()
        self._over = False

    def run(self) -> None:
        """Return when all children have ended, or were stopped because too many failed or the parent ended."""
        count = min(self._run.max_concurrency or MOST_CHILDREN, MOST_CHILDREN, len(self._left))
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(_LOOK_SECONDS)
                if not self._over and not self._env.is_running():
                    self._stop()

    def _work(self) -> None:
        while True:
            child = self._next()
            if child is None:
                return
            child.exec_worker.start()
            if self._run.fails():
                self._stop()

    def _next(self) -> Any:
        with self._lock:
            if self._over or not self._left:
                return None
            index = self._left.popleft()
            child = self._run.children.get(index)
            if child is None:
                return self._begun(index)
            child.program = self._program
            if self._express:
                child.progress = None
            redrive.redrive(child)
            return child

    def _begun(self, index: int) -> Any:
        child = new_child(self._env, self._run, self._program, index)
        redrive.prepare(child)
        self._run.children[index] = child
        return child

    def _stop(self) -> None:
        with self._lock:
            self._over = True
            running = [child for child in self._run.executions() if str(child.status) == "RUNNING"]
        for child in running:
            child.stop(stop_date=datetime.datetime.now(tz=datetime.UTC), error=None, cause=None)
