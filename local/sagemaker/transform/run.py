"""One transform job: instances come up, share the objects, and go; the job's status tells how it went."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.sagemaker import containers
from local.sagemaker.context import Context
from local.sagemaker.logs import LogStream
from local.sagemaker.runs import JobFailed, JobRun, JobStopped
from local.sagemaker.s3files import S3Problem
from local.sagemaker.store import Record, Table
from local.sagemaker.transform.datacapture import put_manifests
from local.sagemaker.transform.instance import Instance
from local.sagemaker.transform.shares import Object, Shares

_SEE_LOGS = "See job logs for more information"
_POLL = 0.1


class TransformRun(JobRun):
    """One transform job."""

    log_group = "/aws/sagemaker/TransformJobs"

    def __init__(self, context: Context, table: Table, name: str) -> None:
        super().__init__(context, table, name)
        self._over = threading.Event()  # nobody wants the answers any more

    @property
    def role(self) -> str:
        """The model's: a transform has none of its own."""
        return str(self.request["Model"].get("ExecutionRoleArn", ""))

    def open_log(self) -> LogStream:
        """Return a stream that stays unused, and therefore unmade: every instance has its own."""
        return self.context.open_log(self.log_group, self.name)

    @property
    def image(self) -> str:
        """The first container's image."""
        return str(containers.containers_of(self.request["Model"])[0]["Image"])

    def execute(self, folder: Path) -> None:
        """Serve, ask, assemble."""
        started = datetime.now(UTC)
        self.table.update(self.name, TransformStartTime=started.timestamp())
        objects = self._objects()
        count = self.request["TransformResources"]["InstanceCount"]
        instances = [Instance(self.context, self.request, self._over) for _ in range(count)]
        shares = Shares(self.context, self.request, self._over, f"{started:%Y-%m-%dT%H:%M:%SZ}")
        with self._stopped_at_the_end(instances), ThreadPoolExecutor(count) as pool:
            runs = [
                pool.submit(shares.work, instance, objects[place::count], folder / f"{place}")
                for place, instance in enumerate(instances)
            ]
            self._watch(runs, instances)
        self.check_stop()
        for problem in filter(None, (run.exception() for run in runs)):
            if not isinstance(problem, JobStopped):  # that one only tells that another instance could not work
                raise problem
        failures = [failure for run in runs for failure in run.result()]
        if failures:
            raise JobFailed(f"{failures[0]}: {_SEE_LOGS}")
        put_manifests(self.context, self.request, started, [relative for _, relative in objects])

    def _objects(self) -> list[Object]:
        source = self.request["TransformInput"]["DataSource"]["S3DataSource"]
        try:
            return self.context.s3.sources(source["S3Uri"], source["S3DataType"])
        except S3Problem as error:
            raise JobFailed(f"ClientError: {error}") from error

    @contextmanager
    def _stopped_at_the_end(self, instances: list[Instance]) -> Iterator[None]:
        try:
            yield
        finally:
            _side_by_side([instance.stop for instance in instances])

    def _watch(self, runs: list[Future[list[str]]], instances: list[Instance]) -> None:
        """Wait for all; who stops the job, or an instance that cannot work, ends the requests of all others."""
        pending = set(runs)
        while pending:
            done, pending = wait(pending, timeout=_POLL)
            if self._stop.is_set() or any(run.exception() for run in done):
                self._over.set()
                _side_by_side([instance.stop for instance in instances])
                return

    def completed(self) -> None:
        """Record success."""
        self._end("Completed")

    def stopped(self) -> None:
        """Record the stop."""
        self._end("Stopped")

    def timed_out(self) -> None:
        """A transform has no time limit; kept for the base class."""
        self._end("Stopped")

    def failed(self, reason: str) -> None:
        """Record the failure."""
        self._end("Failed", reason)

    def _end(self, status: str, reason: str = "") -> None:
        members: Record = {"TransformJobStatus": status, "TransformEndTime": time.time()}
        if reason:
            members["FailureReason"] = reason
        self.table.update(self.name, **members)


def _side_by_side(calls: list[Callable[[], Any]]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
