"""Create, Describe, List and Stop of one kind of job: a table of records and a queue of runs."""

import threading
import uuid
from abc import ABC

from local.sagemaker import lists
from local.sagemaker.context import Context
from local.sagemaker.errors import in_use, validation
from local.sagemaker.jobqueue import Queue
from local.sagemaker.runs import JobRun
from local.sagemaker.store import Kind, Record

ENDED = ("Completed", "Failed", "Stopped")


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


INTERRUPTED = "InternalServerError: the embedded AWS ended while the job was in progress"


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

    def resume(self) -> None:
        """End the jobs that an earlier server took with it."""
        for record in self.table.all():
            status = record[f"{self.kind.prefix}Status"]
            if status not in ENDED:
                run = self.new_run(record[self.kind.name_member])
                run.close_logs()
                if status == "Stopping":
                    run.stopped()
                else:
                    run.failed(INTERRUPTED)

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


def new_instance_id() -> str:
    """Return an EC2-like id, as log stream names carry it."""
    return f"i-{uuid.uuid4().hex[:17]}"
