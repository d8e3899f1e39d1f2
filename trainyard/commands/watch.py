"""`trainyard watch`: a run, live, state by state."""

from typing import Annotated

import typer

from trainyard import executions, watching
from trainyard.commands.stop import Execution, Owner
from trainyard.options import Json, begin

Logs = Annotated[bool, typer.Option("--logs", help="Also show the jobs' logs as they come.")]


def watch(
    ctx: typer.Context,
    execution: Execution = None,
    workload: Owner = None,
    logs: Logs = False,
    json: Json = False,
) -> None:
    """Watch a run until it ends; exit code 1 if it failed. Ctrl-C leaves it running.

    Examples:
      trainyard watch -w iris-sklearn --logs

      trainyard watch arn:aws:states:...
    """
    context = begin(ctx, json)
    watching.watch(context, executions.find(context, execution, workload), logs=logs)
