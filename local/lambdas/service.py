"""Lambda's front: finds or starts a worker for an invocation, and replaces workers when the code changes."""

import hashlib
import io
import shutil
import threading
import time
import uuid
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from local.lambdas.function import Function, Outcome
from local.lambdas.logs import LogWriter, report
from local.lambdas.worker import Worker
from local.settings import Settings

__all__ = ["Function", "Lambdas", "Outcome"]

MAX_WORKERS = 16
_EVENT_THREADS = 8


class Lambdas:
    """All functions that run: a pool of workers for each."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pools: dict[str, _Pool] = {}
        self._lock = threading.Lock()
        self._events = ThreadPoolExecutor(_EVENT_THREADS, thread_name_prefix="lambda-event")
        self.logs = LogWriter(settings)

    def invoke(self, function: Function, payload: bytes) -> Outcome:
        """Run one event to its end."""
        request_id = str(uuid.uuid4())
        started = time.monotonic()
        worker, outcome = self._pool(function).run(payload or b"{}", request_id)
        lines = report(request_id, outcome.lines, time.monotonic() - started, function.memory_mb)
        self.logs.write_function(function, worker.log_stream, lines)
        return replace(outcome, log_tail="\n".join(lines))

    def invoke_later(self, function: Function, payload: bytes) -> None:
        """Run one event in the background, as `InvocationType=Event` asks."""
        self._events.submit(self.invoke, function, payload)

    def forget(self, name: str) -> None:
        """End the workers of a function that was deleted."""
        with self._lock:
            pool = self._pools.pop(name, None)
        if pool:
            pool.close()

    def close(self) -> None:
        """End all workers."""
        self._events.shutdown(wait=False, cancel_futures=True)
        for name in list(self._pools):
            self.forget(name)
        self.logs.close()

    def _pool(self, function: Function) -> "_Pool":
        with self._lock:
            pool = self._pools.get(function.name)
            if pool is not None and pool.function.digest == function.digest:
                return pool
            self._pools[function.name] = new = _Pool(function, self._settings)
        if pool is not None:
            pool.close()
        return new


class _Pool:
    """The workers of one version of a function. Closing lets the busy ones finish."""

    def __init__(self, function: Function, settings: Settings) -> None:
        self.function = function
        self._settings = settings
        self._idle: list[Worker] = []
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(MAX_WORKERS)
        self._closed = False

    def run(self, payload: bytes, request_id: str) -> tuple[Worker, Outcome]:
        """Run one event on an idle worker, a new one, or the first to become idle."""
        with self._slots:
            worker = self._take()
            try:
                return worker, worker.invoke(payload, request_id)
            finally:
                self._give_back(worker)

    def close(self) -> None:
        """End the idle workers now, the busy ones when they are done."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    def _take(self) -> Worker:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.alive:
                    return worker
            code = _extract(self.function, self._settings.state / "lambda")
        return Worker(self.function, code, self._settings)

    def _give_back(self, worker: Worker) -> None:
        with self._lock:
            if worker.alive and not self._closed:
                self._idle.append(worker)
                return
        worker.close()


def _extract(function: Function, folder: Path) -> Path:
    """Unpack the function's archive once per version of its code."""
    code = function.code()
    target = folder / function.name / hashlib.sha256(code).hexdigest()[:16]
    if not target.exists():
        partial = target.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        with zipfile.ZipFile(io.BytesIO(code)) as archive:
            archive.extractall(partial)
        partial.rename(target)
    return target
