"""The queue of all jobs: at most so many run at once, the rest wait in the order in which they came."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from local.sagemaker.runs import JobRun
from local.sagemaker.store import Table


class Queue:
    """First come, first served; a job of several instances takes one place."""

    def __init__(self, parallel: int) -> None:
        self._pool = ThreadPoolExecutor(parallel, thread_name_prefix="job")
        self._runs: dict[JobRun, Future[None]] = {}
        self._lock = threading.Lock()

    def submit(self, run: JobRun) -> None:
        """Queue a run."""
        with self._lock:
            future = self._pool.submit(run.run)
            self._runs[run] = future
        future.add_done_callback(lambda _: self._forget(run))

    def stop(self, table: Table, name: str) -> None:
        """Stop the run of a job; one that still waits for its turn ends at once."""
        with self._lock:
            found = [item for item in self._runs.items() if item[0].table is table and item[0].name == name]
        for run, future in found:
            run.stop()
            if future.cancel():
                threading.Thread(target=run.run, daemon=True).start()

    def close(self) -> None:
        """Stop every run, those that wait too, and return when all have ended."""
        with self._lock:
            runs = dict(self._runs)
        for run in runs:
            run.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)
        for run, future in runs.items():
            if future.cancelled():
                run.run()

    def _forget(self, run: JobRun) -> None:
        with self._lock:
            self._runs.pop(run, None)
