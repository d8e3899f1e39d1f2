"""`trainyard workloads`: what there is to run, and what of it is deployed and live."""

from typing import Any

import typer
from rich.text import Text

from spec.workload import Workload
from trainyard import catalogue, render, stacks
from trainyard.context import Context
from trainyard.options import Json, begin


def workloads(ctx: typer.Context, json: Json = False) -> None:
    """List the workloads: task, candidates, deployed or not, what is live.

    Example: trainyard workloads --json
    """
    context = begin(ctx, json)
    files = catalogue.all_of(context)
    deployed = stacks.deployed(context.client("cloudformation"), context.stage)
    rows = [describe(context, workload, deployed) for workload in files.values()]
    if context.machine:
        context.emit({"stage": context.stage, "workloads": rows})
        return
    headers = ["workload", "task", "candidates", "deployed", "endpoint", "description"]
    made = render.table(headers, [_cells(row) for row in rows])
    for column in made.columns[:2]:
        column.no_wrap = True  # where the terminal is narrow, words fold, names do not
    context.out.print(made)
    if any(not row["deployed"] for row in rows):
        context.say(f"deploy with  {stacks.deploy_command(context.stage)}")


def describe(context: Context, workload: Workload, deployed: dict[str, str]) -> dict[str, Any]:
    """One workload as `--json` gives it."""
    status = deployed.get(f"workload-{workload.name}")
    live = stacks.live(context.client("ssm"), context.stage, workload.name) if status else None
    return {
        "name": workload.name,
        "description": workload.description,
        "task": str(workload.task),
        "candidates": list(workload.candidates),
        "deployed": status is not None,
        "stack_status": status,
        "endpoint": live.endpoint if live else None,
        "endpoint_status": stacks.endpoint_status(context.client("sagemaker"), live.endpoint) if live else None,
    }


def _cells(row: dict[str, Any]) -> list[Any]:
    deployed = _deployed(row["stack_status"]) if row["deployed"] else Text("no", style="dim")
    status = render.coloured(row["endpoint_status"]) if row["endpoint_status"] else Text("-", style="dim")
    return [
        row["name"],
        row["task"],
        ", ".join(row["candidates"]),
        deployed,
        status,
        row["description"] or "",
    ]


def _deployed(status: str) -> Text:
    """Whether the stack is as it should be; else its status, which says what happens to it or went wrong."""
    return Text("yes", style="green") if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE") else render.coloured(status)
