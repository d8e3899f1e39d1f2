"""What a run left that a person wants to see: plan, features, evaluations, sizes, tuning."""

import csv
import io
import re
from dataclasses import dataclass, field
from typing import Any

from trainyard import executions, outcome, stacks
from trainyard.context import Context
from trainyard.errors import NotFound
from trainyard.executions import RUNNING, Execution
from trainyard.history import History
from trainyard.outcome import Outcome
from trainyard.report.tuning import Tuning, of_run

PNG = b"\x89PNG\r\n\x1a\n"
EVALUATED = re.compile(r"candidates/(?P<candidate>[^/]+)/evaluation/(?P<file>[^/]+)")
# A picture above this is none of ours, and would make a page that no phone opens.
LARGEST_BYTES = 5_000_000


@dataclass(frozen=True)
class Evaluation:
    """One candidate's files."""

    metrics: dict[str, Any] = field(default_factory=dict)
    curves: dict[str, Any] = field(default_factory=dict)
    series: list[dict[str, str]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """All that the page shows."""

    outcome: Outcome
    plan: dict[str, Any]
    features: dict[str, Any]
    sizes: dict[str, int]
    evaluations: dict[str, Evaluation]
    tunings: dict[str, Tuning]


def read(context: Context, execution: Execution) -> Report:
    """Read everything of a run.

    Raises:
        NotFound: there is no such run, or it has evaluated no candidate.
    """
    said = executions.describe(context, execution)
    history = History()
    history.read(executions.fresh_events(context.client("stepfunctions"), execution.arn, 0))
    s3, bucket = context.client("s3"), stacks.bucket(context.client("cloudformation"), context.stage)
    run = f"{execution.workload}/runs/{execution.name}/"
    found = _objects(s3, bucket, run)
    evaluations = _evaluations(s3, bucket, run, found)
    if not any(evaluation.metrics for evaluation in evaluations.values()):
        raise _nothing(execution, said["status"])
    result = outcome.read(context, execution, history)
    names = [candidate.name for candidate in result.candidates]
    return Report(
        outcome=result,
        plan=stacks.read_json(s3, bucket, f"{run}plan.json") or {},
        features=stacks.read_json(s3, bucket, f"{run}prepared/features.json") or {},
        sizes={name.removeprefix("prepared/"): size for name, size in found.items() if name.startswith("prepared/")},
        evaluations={name: evaluations[name] for name in names if name in evaluations},
        tunings=of_run(context.client("sagemaker"), history),
    )


def _nothing(execution: Execution, status: str) -> NotFound:
    if status == RUNNING:
        return NotFound(
            f"run {execution.name} has not evaluated a candidate yet", fix=f"trainyard watch -w {execution.workload}"
        )
    why = f"trainyard watch {execution.name} -w {execution.workload} says why"
    return NotFound(f"run {execution.name} evaluated no candidate", fix=f"{why}; --execution NAME takes another run")


def _objects(s3: Any, bucket: str, prefix: str) -> dict[str, int]:
    """Sizes in bytes of all that lies under the prefix, by the rest of the key."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {item["Key"].removeprefix(prefix): item["Size"] for page in pages for item in page.get("Contents", [])}


def _evaluations(s3: Any, bucket: str, run: str, found: dict[str, int]) -> dict[str, Evaluation]:
    files: dict[str, dict[str, int]] = {}
    for key, size in found.items():
        if match := EVALUATED.fullmatch(key):
            files.setdefault(match["candidate"], {})[match["file"]] = size
    return {name: _evaluation(s3, bucket, f"{run}candidates/{name}/evaluation/", of) for name, of in files.items()}


def _evaluation(s3: Any, bucket: str, prefix: str, files: dict[str, int]) -> Evaluation:
    def content(name: str) -> bytes:
        body: bytes = s3.get_object(Bucket=bucket, Key=prefix + name)["Body"].read()
        return body

    pictures = {name: content(name) for name, size in files.items() if name.endswith(".png") and size <= LARGEST_BYTES}
    table = content("accuracy.csv").decode("utf-8", "replace") if "accuracy.csv" in files else ""
    return Evaluation(
        metrics=stacks.read_json(s3, bucket, prefix + "metrics.json") or {},
        curves=(stacks.read_json(s3, bucket, prefix + "curves.json") or {}) if "curves.json" in files else {},
        series=list(csv.DictReader(io.StringIO(table, newline=""))),
        pictures={name: data for name, data in pictures.items() if data.startswith(PNG)},
    )
