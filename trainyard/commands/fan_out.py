"""`trainyard fan-out`: many data sets, each with models of its own, and one table of what came out."""

import json as jsonlib
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from trainyard import executions, fan_outs, render, run_input, stacks, watching
from trainyard.commands.run import checked, default_name
from trainyard.context import Context
from trainyard.errors import TrainyardError
from trainyard.executions import Execution
from trainyard.fan_outs import Result
from trainyard.options import Json, Workload, begin

SHOWN = 4


def fan_out(
    ctx: typer.Context,
    workload: Workload,
    overrides: Annotated[
        str | None,
        typer.Option(
            "--input",
            "-i",
            metavar="JSON|@FILE",
            help="Overrides: as of run, without weights and endpoint; concurrency, tolerated_failure_percent.",
        ),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, max=1_000, help="Data sets at once, as in the input.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", dir_okay=False, help="Download the table (CSV).")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the execution; made from the time by default.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch it until it ends.")] = True,
    json: Json = False,
) -> None:
    """Train and judge every candidate on every data set; nothing is deployed. Exit code 1 if too many fail.

    The workload's `fan_out` says how its data is divided. Ctrl-C leaves it running.

    Examples:
      trainyard fan-out trips --output trips.csv

      trainyard fan-out trips --concurrency 20 --input '{"candidates": ["ets"], "tolerated_failure_percent": 10}'
    """
    context = begin(ctx, json)
    given = run_input.read(overrides) | ({} if concurrency is None else {"concurrency": concurrency})
    fan_outs.require(context, workload)
    if given:
        run_input.refuse_wrong(given, executions.definition(context, workload, output=stacks.FAN_OUT))
    text, chosen = jsonlib.dumps(given), checked(name) or default_name(context)
    execution = executions.start(context, workload, chosen, text, output=stacks.FAN_OUT)
    if wait:
        _finish(context, execution, workload, output)
    else:
        watching.announce(context, execution, workload)


def _finish(context: Context, execution: Execution, workload: str, output: Path | None) -> None:
    try:
        _show_progress(context, execution)
    except KeyboardInterrupt:
        context.err.print(f"\n{execution.name} goes on.\n  stop it  trainyard stop {execution.arn}", soft_wrap=True)
        raise
    result = fan_outs.read_result(context, execution, workload)
    if result.ok and output:
        result = replace(result, file=fan_outs.download(context, result, output))
    if context.machine:
        context.emit(result.as_json())
    else:
        _say(context, result)
    if not result.ok:
        again = f"aws stepfunctions redrive-execution --execution-arn {execution.arn}"
        told = result.status.lower().replace("_", " ")
        raise TrainyardError(f"fan-out {execution.name} {told}", fix=f"{again}  (trains only what has no result)")


def _show_progress(context: Context, execution: Execution) -> None:
    console = context.err if context.machine else context.out
    shown = ""
    with console.status(execution.name) as status:
        for look in fan_outs.follow(context, execution):
            if look.line and look.line != shown:
                shown = look.line
                status.update(f"{execution.name}  {shown}")
                if not console.is_terminal:
                    console.print(shown, markup=False, soft_wrap=True)


def _say(context: Context, result: Result) -> None:
    summary = result.output.get("summary") or {}
    if summary:
        sign = "[green]✔[/]" if not summary["failed"] else "[yellow]![/]"
        context.out.print(f"{sign} {summary['succeeded']} of {summary['data_sets']} data sets have a model")
        context.out.print(_table(summary["candidates"]))
    elif result.error:
        context.out.print(f"{result.error}: {result.cause or ''}", markup=False, soft_wrap=True)
    for reason, count in result.reasons.items():
        context.out.print(f"  {count} x {reason}", markup=False, soft_wrap=True)
    for place in filter(None, (result.output.get("results"), result.file)):
        context.out.print(f"  {place}", markup=False, soft_wrap=True)


def _table(candidates: dict[str, dict[str, object]]) -> object:
    """The median of each metric over the data sets, the first few: the file has them all, data set by data set."""
    metrics = list(dict.fromkeys(name for one in candidates.values() for name in _medians(one)))[:SHOWN]
    headers = ["candidate", "judged", "best", "gate met", *metrics]
    rows = [
        [
            name,
            *(str(one[count]) for count in ("evaluated", "won", "passed")),
            *(f"{_medians(one)[metric]:.4g}" if metric in _medians(one) else "-" for metric in metrics),
        ]
        for name, one in candidates.items()
    ]
    return render.table(headers, rows, title="medians over the data sets")


def _medians(one: dict[str, object]) -> dict[str, float]:
    found = one["median"]
    return found if isinstance(found, dict) else {}
