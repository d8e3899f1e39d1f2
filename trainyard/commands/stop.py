"""`trainyard stop`: stops a run, and with it the SageMaker job it waits for."""

from typing import Annotated

import typer

from trainyard import executions
from trainyard.options import Json, begin

Execution = Annotated[
    str | None, typer.Argument(metavar="[EXECUTION]", help="ARN or name; without it, the latest run.")
]
Owner = Annotated[str | None, typer.Option("--workload", "-w", help="The workload, where EXECUTION is a name.")]


def stop(ctx: typer.Context, execution: Execution = None, workload: Owner = None, json: Json = False) -> None:
    """Stop a run. What serves now keeps serving.

    Example: trainyard stop --workload iris-sklearn
    """
    context = begin(ctx, json)
    found = executions.find(context, execution, workload)
    before = executions.stop(context, found, "trainyard stop")
    if context.machine:
        context.emit(
            {
                "arn": found.arn,
                "execution": found.name,
                "was": before,
                "stopped": before == executions.RUNNING,
            }
        )
    elif before == executions.RUNNING:
        context.say(f"{found.name} is stopping")
    else:
        context.say(f"{found.name} had ended already: {before}")
