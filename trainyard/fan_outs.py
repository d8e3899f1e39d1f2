"""A fan-out as the command line sees it: how far its map is, what came out, why data sets have no model."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainyard import executions, stacks
from trainyard.context import Context
from trainyard.errors import BadInput, NotFound
from trainyard.executions import RUNNING, Execution

EVERY = 2.0
MOST_REASONS = 5
NO_RESULT = "No candidate could be judged. "
"""Begins the reasons in what AWS tells of a data set without a model (stacks/fan_out)."""

_COUNTED = ("succeeded", "failed", "running", "pending", "timedOut", "aborted")


@dataclass(frozen=True)
class Progress:
    """One look: the execution's status, and its map's counts of data sets once it has begun."""

    status: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """In words."""
        if not self.counts:
            return "dividing the data" if self.status == RUNNING else ""
        shown = [f"{self.counts[name]} {name}" for name in _COUNTED if self.counts.get(name)]
        return f"{self.counts['total']} data sets: {', '.join(shown)}"


@dataclass(frozen=True)
class Result:
    """How it ended; `reasons` are those of data sets without a model."""

    workload: str
    execution: Execution
    status: str
    counts: dict[str, int]
    output: dict[str, Any]
    error: str | None = None
    cause: str | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    file: str | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a table."""
        return self.status == "SUCCEEDED"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "workload": self.workload,
            "execution": self.execution.name,
            "arn": self.execution.arn,
            "status": self.status,
            "counts": {name: self.counts.get(name, 0) for name in ("total", *_COUNTED)},
            "summary": self.output.get("summary"),
            "results": self.output.get("results"),
            "file": self.file,
            "error": self.error,
            "cause": self.cause,
            "reasons": self.reasons,
        }


def require(context: Context, workload: str) -> None:
    """NotFound where the workload is deployed without a fan-out."""
    found = stacks.outputs(context.client("cloudformation"), context.stage, f"workload-{workload}")
    if stacks.FAN_OUT not in found:
        fix = f"add `fan_out: {{by: [COLUMN]}}` to its workload.yaml, then {stacks.deploy_command(context.stage)}"
        raise NotFound(f"{workload} has no fan-out", fix=fix)


def follow(context: Context, execution: Execution) -> Iterator[Progress]:
    """Look again and again until it has ended."""
    while True:
        status = str(executions.describe(context, execution)["status"])
        yield Progress(status, counts(context, execution))
        if status != RUNNING:
            return
        context.tools.sleep(EVERY)


def counts(context: Context, execution: Execution) -> dict[str, int]:
    """Data sets by what became of them; nothing before the map has begun."""
    run = _map_run(context, execution)
    if run is None:
        return {}
    found: dict[str, int] = context.client("stepfunctions").describe_map_run(mapRunArn=run)["itemCounts"]
    return found


def _map_run(context: Context, execution: Execution) -> str | None:
    runs = context.client("stepfunctions").list_map_runs(executionArn=execution.arn)["mapRuns"]
    return str(runs[0]["mapRunArn"]) if runs else None


def read_result(context: Context, execution: Execution, workload: str) -> Result:
    """After it has ended."""
    said = executions.describe(context, execution)
    output = json.loads(said["output"]) if said.get("output") else {}
    told: dict[str, int] | None = output.get("summary", {}).get("reasons")
    return Result(
        workload=workload,
        execution=execution,
        status=str(said["status"]),
        counts=counts(context, execution),
        output=output,
        error=said.get("error"),
        cause=said.get("cause"),
        reasons=_reasons(context, execution) if told is None else told,
    )


def _reasons(context: Context, execution: Execution) -> dict[str, int]:
    """Of the first children that failed: the table that has all of them was not made."""
    run = _map_run(context, execution)
    if run is None:
        return {}
    client = context.client("stepfunctions")
    listed = client.list_executions(mapRunArn=run, statusFilter="FAILED", maxResults=MOST_REASONS)["executions"]
    found: dict[str, int] = {}
    for child in listed:
        cause = str(client.describe_execution(executionArn=child["executionArn"]).get("cause") or "it failed")
        reason = (cause.partition(NO_RESULT)[2] or cause).splitlines()[0]
        found[reason] = found.get(reason, 0) + 1
    return found


def download(context: Context, result: Result, file: Path) -> str:
    """Fetch the table."""
    bucket, _, key = str(result.output["results"]).removeprefix("s3://").partition("/")
    body = context.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    try:
        file.write_bytes(body)
    except OSError as error:
        raise BadInput(
            f"cannot write {file}: {error.strerror}", fix="give --output FILE in a folder of yours"
        ) from error
    return str(file.resolve())
