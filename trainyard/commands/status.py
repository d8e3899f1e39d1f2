"""`trainyard status`: what is deployed, what is live, what ran."""

from typing import Annotated, Any

import typer
from rich.text import Text

from trainyard import executions, render, stacks
from trainyard.context import Context
from trainyard.errors import NotFound
from trainyard.options import Json, begin

RUNS = 5


def status(
    ctx: typer.Context,
    workload: Annotated[str | None, typer.Argument(metavar="[WORKLOAD]", help="Only this workload.")] = None,
    json: Json = False,
) -> None:
    """Show stacks, the API's URL and, per workload, the live endpoint with its variants and the last runs.

    Example: trainyard status iris-sklearn
    """
    context = begin(ctx, json)
    report = read(context, workload)
    if context.machine:
        context.emit(report)
    else:
        show(context, report)


def read(context: Context, workload: str | None) -> dict[str, Any]:
    """The whole status as `--json` gives it."""
    deployed = stacks.deployed(context.client("cloudformation"), context.stage)
    names = [part.removeprefix("workload-") for part in deployed if part.startswith("workload-")]
    if not deployed or (workload and workload not in names):
        what = f"workload {workload}" if workload and deployed else "nothing"
        how = "is not deployed" if workload and deployed else "is deployed"
        raise NotFound(f"{what} {how} in stage {context.stage}", fix=stacks.deploy_command(context.stage))
    api = stacks.outputs(context.client("cloudformation"), context.stage, "api") if "api" in deployed else {}
    chosen = [workload] if workload else sorted(names)
    return {
        "stage": context.stage,
        "api_url": api.get("ApiUrl"),
        "stacks": deployed,
        "workloads": [read_workload(context, name) for name in chosen],
    }


def read_workload(context: Context, name: str) -> dict[str, Any]:
    """Live pointer, endpoint, variants and last runs of one workload."""
    live = stacks.live(context.client("ssm"), context.stage, name)
    endpoint = stacks.describe_endpoint(context.client("sagemaker"), live.endpoint) if live else None
    return {
        "name": name,
        "endpoint": live.endpoint if live else None,
        "endpoint_status": endpoint["EndpointStatus"] if endpoint else "Missing" if live else None,
        "live_execution": live.execution if live else None,
        "variants": [_variant(item, live) for item in (endpoint or {}).get("ProductionVariants", [])],
        "executions": runs(context, name),
    }


def _variant(item: dict[str, Any], live: stacks.Live | None) -> dict[str, Any]:
    name = item["VariantName"]
    return {
        "name": name,
        "weight": item.get("CurrentWeight"),
        "instances": item.get("CurrentInstanceCount"),
        "metrics": live.metrics.get(name, {}) if live else {},
    }


def runs(context: Context, workload: str) -> list[dict[str, Any]]:
    """The last executions of a workload."""
    machine = stacks.state_machine(context.client("cloudformation"), context.stage, workload)
    return [
        {"name": run["name"], "arn": run["executionArn"], "status": run["status"],
         "started": run["startDate"], "stopped": run.get("stopDate")}
        for run in executions.recent(context, machine, RUNS)
    ]  # fmt: skip


def show(context: Context, report: dict[str, Any]) -> None:
    """The status for people."""
    words = [f"{name} {state}" for name, state in report["stacks"].items() if not state.endswith("_COMPLETE")]
    words = words or [f"{len(report['stacks'])} stacks deployed"]
    context.out.print(Text.assemble(("Stage ", "dim"), (report["stage"], "bold"), f"  {', '.join(words)}"))
    context.out.print(Text.assemble(("API   ", "dim"), report["api_url"] or "not deployed"), soft_wrap=True)
    for workload in report["workloads"]:
        _show_workload(context, workload)


def _show_workload(context: Context, workload: dict[str, Any]) -> None:
    state = (
        render.coloured(workload["endpoint_status"]) if workload["endpoint_status"] else Text("never ran", style="dim")
    )
    context.out.print(Text.assemble("\n", (workload["name"], "bold"), "  ", workload["endpoint"] or "", "  ", state))
    total = sum(item["weight"] or 0 for item in workload["variants"])
    if workload["variants"]:
        rows = [_variant_cells(item, total) for item in workload["variants"]]
        context.out.print(render.table(["variant", "traffic", "instances", "metrics"], rows))
    if workload["executions"]:
        now = context.tools.now()
        cells = [_run_cells(run, now, workload["live_execution"]) for run in workload["executions"]]
        context.out.print(render.table(["run", "status", "started", "took", ""], cells))


def _variant_cells(item: dict[str, Any], total: float) -> list[Any]:
    share = f"{100 * (item['weight'] or 0) / total:.0f} %" if total else "-"
    metrics = "  ".join(f"{name} {render.number(value)}" for name, value in item["metrics"].items())
    return [item["name"], share, item["instances"] if item["instances"] is not None else "-", metrics]


def _run_cells(run: dict[str, Any], now: Any, live: str | None) -> list[Any]:
    took = render.duration((run["stopped"] or now) - run["started"])
    is_live = Text("live", style="green") if run["name"] == live else ""
    return [run["name"], render.coloured(run["status"]), render.ago(run["started"], now), took, is_live]
