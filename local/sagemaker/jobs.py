"""What training, processing and transform jobs have in common: a table, a queue, and one run's life.

`Jobs` answers the operations; `JobRun` is one job: it waits for its turn, runs in a worker thread, watches
for stop and time-out, and writes the final state. A kind of job supplies `execute` and how its end is told.
"""

import logging
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.runtime.interface import Launch, RuntimeProblem
from local.sagemaker import lists
from local.sagemaker.context import Context
from local.sagemaker.errors import AwsError, in_use, validation
from local.sagemaker.logs import LogStream
from local.sagemaker.s3files import S3Problem
from local.sagemaker.store import Kind, Record, Table

ENDED = ("Completed", "Failed", "Stopped")
_POLL_SECONDS = 0.1
_LONGEST_REASON = 1024
_log = logging.getLogger(__name__)


class JobFailed(Exception):
    """The job failed; the message is its FailureReason."""


class JobStopped(Exception):
    """Somebody asked the job to stop."""


class JobTimedOut(Exception):
    """The job ran longer than its MaxRuntimeInSeconds."""


def job_kind(prefix: str, segment: str, *, missing: str) -> Kind:
    """Return the kind of a job; `missing` may hold {name}."""
    return Kind(
        prefix=prefix,
        segment=segment,
        missing=lambda name, _: validation(missing.format(name=name)),
        taken=lambda _, arn: in_use(
            f"Job name must be unique within an AWS account and region, and a job with this name already exists ({arn})"
        ),
    )


class JobRun(ABC):
    """One job from its turn to its end."""

    log_group: str

    def __init__(self, context: Context, table: Table, name: str) -> None:
        self.context = context
        self.table = table
        self.name = name
        self.request = table.get(name)
        self._stop = threading.Event()
        self.on_end: Callable[[], None] = lambda: None
        self.log = self.open_log()

    def open_log(self) -> LogStream:
        """Return the job's log stream, named as AWS names it."""
        epoch = int(time.time() * 1000)
        return self.context.logs.open(self.log_group, f"{self.name}/algo-1-{epoch}")

    def stop(self) -> None:
        """Ask the run to stop; returns at once."""
        self._stop.set()

    def run(self) -> None:
        """Live the job's life; never raises. `on_end` is called when the table has the end."""
        try:
            self._live()
        finally:
            self.on_end()

    def _live(self) -> None:
        try:
            self.check_stop()
            with self.context.sandbox(self.name, self.image) as folder:
                self.execute(folder)
            self.log.close()
            self.completed()
        except JobStopped:
            self._ended(self.stopped)
        except JobTimedOut:
            self._ended(self.timed_out)
        except (JobFailed, S3Problem, RuntimeProblem, AwsError) as error:
            self._failed(error)
        except Exception as error:
            _log.exception("job %s", self.name)
            self._failed(JobFailed(f"InternalServerError: {error!r}"))

    def _failed(self, error: Exception) -> None:
        self._ended(lambda: self.failed(_reason(error)))

    def _ended(self, tell: Any) -> None:
        self.log.close()
        with suppress(AwsError):
            tell()

    def check_stop(self) -> None:
        """Raise JobStopped once somebody asked for it."""
        if self._stop.is_set():
            raise JobStopped

    def run_image(self, launch: Launch, seconds: float) -> int:
        """Run an image to its end and return its exit code."""
        handle = self.context.runtime.start(launch, self.heard)
        deadline = time.monotonic() + seconds
        try:
            while (code := handle.wait(_POLL_SECONDS)) is None:
                self.check_stop()
                if time.monotonic() > deadline:
                    raise JobTimedOut
        finally:
            handle.stop(self.context.limits.stop_grace_seconds)
        return code

    def heard(self, line: str) -> None:
        """Take a line that the image wrote."""
        self.log.write(line)

    @property
    @abstractmethod
    def image(self) -> str:
        """The URI of the image that runs."""

    @abstractmethod
    def execute(self, folder: Path) -> None:
        """Do the work in `folder`, which is `/opt/ml`; raise JobFailed, JobStopped or JobTimedOut."""

    @abstractmethod
    def completed(self) -> None:
        """Record success."""

    @abstractmethod
    def stopped(self) -> None:
        """Record that it was stopped."""

    @abstractmethod
    def timed_out(self) -> None:
        """Record that its time was over."""

    @abstractmethod
    def failed(self, reason: str) -> None:
        """Record failure."""


def _reason(error: Exception) -> str:
    text = str(error)
    if isinstance(error, (S3Problem, RuntimeProblem)):
        text = f"ClientError: {text}"
    return text[:_LONGEST_REASON]


class Queue:
    """Runs at most so many jobs at once, first come first served."""

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
        """Stop every run and wait for all of them."""
        with self._lock:
            runs = list(self._runs)
        for run in runs:
            run.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _forget(self, run: JobRun) -> None:
        with self._lock:
            self._runs.pop(run, None)


class Jobs(ABC):
    """Create, Describe, List and Stop of one kind of job."""

    kind: Kind
    run_class: type[JobRun]

    def __init__(self, context: Context, queue: Queue) -> None:
        self.context = context
        self.table = context.table(self.kind)
        self._queue = queue
        self._ends = threading.Condition()

    def create(self, request: Record, extra: Record | None = None) -> Record:
        """Accept a job and queue it; its description also has the members of `extra`."""
        self.check(request)
        prefix = self.kind.prefix
        name = request[self.kind.name_member]
        record = {key: value for key, value in request.items() if key != "Tags"}
        arn = self.table.add(
            name, {**record, f"{prefix}Status": "InProgress", **self.initial(request), **(extra or {})}
        )
        self.context.tags.add(arn, request.get("Tags", []))
        self._queue.submit(self.new_run(name))
        if self.table.get(name)[f"{prefix}Status"] == "Stopping":  # stopped before it was in the queue
            self._queue.stop(self.table, name)
        return {f"{prefix}Arn": arn}

    def new_run(self, name: str) -> JobRun:
        """Return the run of a job that the table has."""
        run = self.run_class(self.context, self.table, name)
        run.on_end = self._tell_end
        return run

    def _tell_end(self) -> None:
        with self._ends:
            self._ends.notify_all()

    def wait(self, name: str, timeout: float) -> Record | None:
        """Return a job's description once it ended, None when `timeout` seconds are over first."""

        def ended() -> bool:
            return self.table.get(name)[f"{self.kind.prefix}Status"] in ENDED

        with self._ends:
            return self.table.get(name) if self._ends.wait_for(ended, timeout) else None

    def describe(self, request: Record) -> Record:
        """Return everything about a job."""
        return self.table.get(request[self.kind.name_member])

    def list(self, request: Record) -> Record:
        """Return a page of summaries."""
        return lists.page(self.table, request, f"{self.kind.prefix}Summaries")

    def stop(self, request: Record) -> Record:
        """Ask a job in progress to stop."""
        name = request[self.kind.name_member]
        self.table.change(name, self.mark_stopping)
        self._queue.stop(self.table, name)
        return {}

    def mark_stopping(self, record: Record) -> None:
        """Set the status that Stop sets, or refuse."""
        status = f"{self.kind.prefix}Status"
        if record[status] != "InProgress":
            noun = self.kind.segment.replace("-", " ")
            raise validation(f"The request was rejected because the {noun} is in status {record[status]}.")
        record[status] = "Stopping"

    def check(self, request: Record) -> None:  # noqa: B027  a kind of job may have nothing to add
        """Refuse what AWS refuses beyond its model, and what is not covered yet."""

    def initial(self, request: Record) -> Record:
        """Return members that the job has from its start."""
        return {}


def one_instance(count: int) -> None:
    """Refuse a cluster, which is not covered yet."""
    if count > 1:
        raise validation("InstanceCount above 1 is not covered yet by the embedded SageMaker")


def new_instance_id() -> str:
    """Return an EC2-like id, as log stream names carry it."""
    return f"i-{uuid.uuid4().hex[:17]}"
