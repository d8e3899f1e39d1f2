"""How long the jobs of the latest successful run took, by the execution's history."""

from trainyard import executions, stacks
from trainyard.context import Context
from trainyard.errors import NotFound
from trainyard.executions import Execution
from trainyard.history import History

Durations = dict[tuple[str, str | None], float]
"""Hours by kind of job and candidate (None: the job that prepares)."""
LOOKED_AT = 20


def measured(context: Context, workload: str) -> tuple[Durations, int | None]:
    """Hours of each job and the number of transitions of the latest run that succeeded; nothing where there is none."""
    try:
        machine = stacks.state_machine(context.client("cloudformation"), context.stage, workload)
    except NotFound:
        return {}, None
    succeeded = [run for run in executions.recent(context, machine, LOOKED_AT) if run["status"] == "SUCCEEDED"]
    if not succeeded:
        return {}, None
    history = _read(context, Execution(succeeded[0]["executionArn"], workload))
    found: Durations = {}
    for step in history.steps:
        if step.job and step.left:
            key = step.job.kind, step.candidate
            found[key] = found.get(key, 0.0) + (step.left - step.entered).total_seconds() / 3600
    return found, len(history.steps)


def _read(context: Context, execution: Execution) -> History:
    executions.describe(context, execution)
    history = History()
    history.read(executions.fresh_events(context.client("stepfunctions"), execution.arn, 0))
    return history
