"""`trainyard run`: starts a run of the workload's state machine and watches it."""

import json as jsonlib
import re
from typing import Annotated

import typer

from trainyard import executions, run_input, watching
from trainyard.context import Context
from trainyard.errors import BadInput
from trainyard.options import Json, Workload, begin

NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")


def run(
    ctx: typer.Context,
    workload: Workload,
    overrides: Annotated[
        str | None,
        typer.Option(
            "--input",
            "-i",
            metavar="JSON|@FILE",
            help="Overrides: data, candidates, hyperparameters, tuning, instance, endpoint, weights, gate.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the run; made from the time by default.")] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch it until it ends.")] = True,
    logs: Annotated[bool, typer.Option("--logs", help="Also show the jobs' logs as they come.")] = False,
    json: Json = False,
) -> None:
    """Train, evaluate and deploy a workload; exit code 1 if the run fails. Ctrl-C leaves it running.

    Examples:
      trainyard run iris-sklearn --logs

      trainyard run iris-sklearn -i '{"candidates": ["forest"]}'

      trainyard run iris-sklearn -i @overrides.json --no-wait
    """
    context = begin(ctx, json)
    given = run_input.read(overrides)
    if given:
        run_input.refuse_wrong(given, executions.definition(context, workload))
    execution = executions.start(context, workload, checked(name) or default_name(context), jsonlib.dumps(given))
    if wait:
        watching.watch(context, execution, logs=logs)
    else:
        watching.announce(context, execution, workload)


def checked(name: str | None) -> str | None:
    """Step Functions allows more characters; these are the ones that S3 keys and job names carry too."""
    if name is not None and not NAME.fullmatch(name):
        raise BadInput(f"--name {name!r} cannot be used", fix="1 to 80 letters, digits, '-' or '_'")
    return name


def default_name(context: Context) -> str:
    """Sorts by time, and is short enough to read aloud."""
    return f"{context.tools.now():%Y%m%d-%H%M%S}-{context.tools.token()}"
