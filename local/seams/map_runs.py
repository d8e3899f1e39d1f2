"""Seam: the runs of Distributed Map states and their child executions, as ListMapRuns and the like show them.

moto counts without running children as executions: none can be listed, described or stopped. Here each child is
an execution of its own, found by its ARN, and the counts are those of the children.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, assignment, attr-defined, no-untyped-call, no-untyped-def"

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.stepfunctions.exceptions import ExecutionDoesNotExist
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

_COUNTS = {
    "RUNNING": "running", "SUCCEEDED": "succeeded", "FAILED": "failed", "TIMED_OUT": "timedOut", "ABORTED": "aborted",
}  # fmt: skip


@dataclass
class MapRun:
    """One run; `children` and `sizes` (items of each) by the child's index, None where one has not begun."""

    map_run_arn: str
    machine_arn: str
    execution_arn: str
    max_concurrency: int
    tolerated_failure_count: int
    tolerated_failure_percentage: float
    start_date: datetime.datetime
    status: str = "RUNNING"
    stop_date: datetime.datetime | None = None
    redrive_count: int = 0
    redrive_date: datetime.datetime | None = None
    inputs: list[Any] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    children: dict[int, Any] = field(default_factory=dict)
    results_written: bool = False

    def executions(self) -> list[Any]:
        """Return the children that have begun, in the order of their items."""
        return [child for _, child in sorted(self.children.items())]

    def state_of(self, index: int) -> str:
        """Return a child's status, `PENDING` if it has not begun."""
        child = self.children.get(index)
        return str(child.status) if child is not None else "PENDING"

    def end(self, status: str) -> None:
        """Note how the run ended."""
        self.status, self.stop_date = status, datetime.datetime.now(tz=datetime.UTC)

    def fails(self) -> bool:
        """Tell whether more items failed than may: any, where nothing else is said."""
        failed = sum(size for index, size in enumerate(self.sizes) if self.state_of(index) in ("FAILED", "TIMED_OUT"))
        count, percentage = self.tolerated_failure_count, self.tolerated_failure_percentage
        if not count and not percentage:
            return failed > 0
        total = sum(self.sizes)
        return bool(count and failed > count) or bool(percentage and failed * 100 > percentage * total)

    def counts(self, sizes: list[int]) -> dict[str, int]:
        """Count children, each by its size."""
        found = dict.fromkeys(("pending", *_COUNTS.values(), "resultsWritten"), 0)
        for index, size in enumerate(sizes):
            status = self.state_of(index)
            found[_COUNTS.get(status, "pending")] += size
            if self.results_written and status != "PENDING":
                found["resultsWritten"] += size
        return {**found, "total": sum(sizes)}

    def list_item(self) -> dict[str, Any]:
        """Return what ListMapRuns shows."""
        item = {
            "executionArn": self.execution_arn,
            "mapRunArn": self.map_run_arn,
            "stateMachineArn": self.machine_arn,
            "startDate": self.start_date,
            "stopDate": self.stop_date,
        }
        return {key: value for key, value in item.items() if value is not None}

    def describe(self) -> dict[str, Any]:
        """Return what DescribeMapRun shows."""
        shown = {
            **self.list_item(),
            "status": self.status,
            "maxConcurrency": self.max_concurrency,
            "toleratedFailureCount": self.tolerated_failure_count,
            "toleratedFailurePercentage": self.tolerated_failure_percentage,
            "itemCounts": self.counts(self.sizes),
            "executionCounts": self.counts([1] * len(self.sizes)),
            "redriveCount": self.redrive_count,
            "redriveDate": self.redrive_date,
        }
        del shown["stateMachineArn"]
        return {key: value for key, value in shown.items() if value is not None}


def install() -> None:
    """Find children and runs by their ARNs."""
    original = StepFunctionsParserBackend.describe_execution

    def describe_execution(self: Any, execution_arn: str) -> Any:
        machine = (execution_arn.split(":") + [""] * 7)[6]
        return _child(self, execution_arn) if "/" in machine else original(self, execution_arn)

    def list_map_runs(self: Any, execution_arn: str) -> dict[str, Any]:
        return {"mapRuns": [run.list_item() for run in _runs(self.describe_execution(execution_arn))]}

    def describe_map_run(self: Any, map_run_arn: str) -> dict[str, Any]:
        return find_run(self, map_run_arn).describe()

    def update_map_run(self: Any, map_run_arn: str, max_concurrency: Any, **tolerated: Any) -> None:
        run = find_run(self, map_run_arn)
        for name, value in {"max_concurrency": max_concurrency, **tolerated}.items():
            if value is not None:
                setattr(run, name, value)

    StepFunctionsParserBackend.describe_execution = describe_execution
    StepFunctionsParserBackend.list_map_runs = list_map_runs
    StepFunctionsParserBackend.describe_map_run = describe_map_run
    StepFunctionsParserBackend.update_map_run = update_map_run


def find_run(backend: Any, arn: str) -> MapRun:
    """Return a map run by its ARN.

    Raises:
        JsonRESTError: `ResourceNotFound`.
    """
    for run in _all_runs(backend._get_executions()):
        if run.map_run_arn == arn:
            return run
    raise JsonRESTError("ResourceNotFound", f"Resource not found: '{arn}'")


def _child(backend: Any, arn: str) -> Any:
    for run in _all_runs(backend._get_executions()):
        for child in run.executions():
            if child.exec_arn == arn:
                return child
    raise ExecutionDoesNotExist(f"Execution Does Not Exist: '{arn}'")


def _runs(execution: Any) -> list[MapRun]:
    env = execution.exec_worker.env if execution.exec_worker is not None else None
    return env.map_run_record_pool_manager.get_all() if env is not None else []


def _all_runs(executions: list[Any]) -> Iterator[MapRun]:
    for execution in executions:
        for run in _runs(execution):
            yield run
            yield from _all_runs(run.executions())
