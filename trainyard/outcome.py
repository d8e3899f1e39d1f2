"""What came out of a run, from what it left: plan.json, the candidates' metrics.json, the live pointer."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from math import inf
from typing import Any

from trainyard import executions, render, stacks
from trainyard.context import Context
from trainyard.errors import NotFound
from trainyard.executions import Execution
from trainyard.history import History

Gate = dict[str, Any]


@dataclass(frozen=True)
class Candidate:
    """One candidate's result; `passed` is None where there is no gate or no metric."""

    name: str
    metrics: dict[str, float]
    passed: bool | None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The end of a run."""

    execution: str
    arn: str
    workload: str | None
    status: str
    started: datetime
    stopped: datetime | None
    gate: Gate | None = None
    candidates: list[Candidate] = field(default_factory=list)
    endpoint: str | None = None
    error: str | None = None
    cause: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the run succeeded."""
        return self.status == "SUCCEEDED"

    def as_json(self) -> dict[str, Any]:
        """The shape in docs/cli.md."""
        return asdict(self)


def read(context: Context, execution: Execution, history: History) -> Outcome:
    """Reads the outcome of a run, ended or not."""
    said = executions.describe(context, execution)
    error, cause = said.get("error") or history.error, said.get("cause") or history.cause
    gate, candidates = _candidates(context, execution, history)
    candidates = [_judged(candidate, error, _rows(said)) for candidate in candidates]
    return Outcome(
        execution=execution.name, arn=execution.arn, workload=execution.workload, status=said["status"],
        started=said["startDate"], stopped=said.get("stopDate"), gate=gate, candidates=candidates,
        endpoint=_endpoint(context, execution), error=error, cause=render.explain(None, cause),
    )  # fmt: skip


_NOBODY_PASSED = ("GateNotMet", "ApprovalRefused")


def _rows(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the run itself says of each candidate; only a run that succeeded has an output."""
    output = json.loads(said.get("output") or "{}")
    return {row["name"]: row for row in output.get("candidates", []) if isinstance(row, dict) and "refused" in row}


def _judged(candidate: Candidate, error: str | None, rows: dict[str, dict[str, Any]]) -> Candidate:
    """The bound is not all: what serves may be better, and people may reject."""
    if error in _NOBODY_PASSED:
        return replace(candidate, passed=None if candidate.passed is None else False)
    refused = rows[candidate.name]["refused"] if candidate.name in rows and candidate.metrics else ""
    return replace(candidate, passed=False, reason=refused) if refused else candidate


def _endpoint(context: Context, execution: Execution) -> str | None:
    if execution.workload is None:
        return None
    live = stacks.live(context.client("ssm"), context.stage, execution.workload)
    return live.endpoint if live and live.execution == execution.name else None


def _candidates(context: Context, execution: Execution, history: History) -> tuple[Gate | None, list[Candidate]]:
    try:
        bucket = stacks.bucket(context.client("cloudformation"), context.stage)
    except NotFound:
        return None, []
    run = f"{execution.workload}/runs/{execution.name}"
    s3 = context.client("s3")
    plan = stacks.read_json(s3, bucket, f"{run}/plan.json") or {}
    gate, names = plan.get("gate"), list(plan.get("candidates", {}))
    found = {name: stacks.read_json(s3, bucket, f"{run}/candidates/{name}/evaluation/metrics.json") for name in names}
    return gate, [_result(name, scalars(found[name] or {}), gate, history) for name in names]


def scalars(document: dict[str, Any]) -> dict[str, float]:
    """SageMaker's model-quality form as names and numbers."""
    groups = [group for name, group in document.items() if name.endswith("_metrics") and isinstance(group, dict)]
    pairs = {name: item.get("value") for group in groups for name, item in group.items() if isinstance(item, dict)}
    return {name: value for name, value in pairs.items() if isinstance(value, int | float)}


def _result(name: str, metrics: dict[str, float], gate: Gate | None, history: History) -> Candidate:
    failed = [step for step in history.steps if step.candidate == name and step.error]
    reason = None
    if failed and not metrics:
        reason = f"{failed[-1].state}: {' '.join(render.explain(None, failed[-1].cause)) or failed[-1].error}"
    return Candidate(name, metrics, passes(metrics, gate), reason)


def passes(metrics: dict[str, float], gate: Gate | None) -> bool | None:
    """Whether the metrics meet the gate."""
    value = metrics.get(gate.get("metric", "")) if gate else None
    if gate is None or value is None:
        return None
    return bool(gate.get("min", -inf) <= value <= gate.get("max", inf))
