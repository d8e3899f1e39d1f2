"""`trainyard promote`: moves the traffic of a live A/B test to one variant, step by step."""

import json as jsonlib
from typing import Annotated

import typer

from trainyard import executions, promotion, spans, stacks, watching
from trainyard.commands.run import default_name
from trainyard.context import Context
from trainyard.errors import TrainyardError
from trainyard.options import Json, Workload, begin


def promote(
    ctx: typer.Context,
    workload: Workload,
    variant: Annotated[str, typer.Argument(metavar="VARIANT", help="The live variant that gets the traffic.")],
    steps: Annotated[str, typer.Option(metavar="10,50,100", help="Its percentages, rising.")] = "10,50,100",
    bake: Annotated[str, typer.Option(metavar="10m", help="How long each step is watched: 30s, 10m, 2h.")] = "10m",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch it until it ends.")] = True,
    json: Json = False,
) -> None:
    """Shift traffic to a variant in steps, and let it serve alone; its alarms bring the old weights back.

    Steps that do not end in 100 move the traffic and promote nobody. Ctrl-C leaves it going; exit code 1 if
    it fails.

    Examples:
      trainyard promote boston xgboost

      trainyard promote boston xgboost --steps 25,50 --bake 2h --no-wait
    """
    context = begin(ctx, json)
    given = promotion.checked(context, workload, variant, steps, spans.read(bake, "--bake"))
    text = jsonlib.dumps(given)
    execution = executions.start(context, workload, default_name(context), text, output=stacks.SHIFT)
    if wait:
        _watch(context, execution, workload)
    else:
        watching.announce(context, execution, workload)


def _watch(context: Context, execution: executions.Execution, workload: str) -> None:
    try:
        watching.watch(context, execution)
    except watching.Unsuccessful as error:
        raise TrainyardError(error.message, fix=f"trainyard ab {workload}") from error
    said = promotion.outcome(executions.describe(context, execution))
    context.say(said)
