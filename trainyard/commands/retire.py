"""`trainyard retire`: takes a workload off the internet; its data and stack stay."""

from typing import Annotated

import typer

from trainyard import lease, stacks, teardown
from trainyard.context import Context
from trainyard.errors import BadInput
from trainyard.options import Json, Workload, Yes, begin


def retire(
    ctx: typer.Context,
    workload: Workload,
    yes: Yes = False,
    force: Annotated[bool, typer.Option("--force", help="Even while a run holds the lease.")] = False,
    json: Json = False,
) -> None:
    """Delete a workload's endpoint, configs, models, autoscaling and pointer; the next run makes new ones.

    Example: trainyard retire iris-sklearn --yes
    """
    context = begin(ctx, json)
    stacks.state_machine(context.client("cloudformation"), context.stage, workload)
    confirm(context, f"Retire {workload} in stage {context.stage}? Its API answers 503 from then on.", yes)
    with lease.held(context, workload, force=force):
        removed = teardown.retire(context, workload)
    if context.machine:
        context.emit({"workload": workload, "stage": context.stage, "removed": removed})
    else:
        context.say(f"{workload} is retired" if removed else f"{workload} had nothing to retire")


def confirm(context: Context, question: str, yes: bool) -> None:
    """Asks, unless told not to; a machine cannot be asked."""
    if yes:
        return
    if context.machine:
        raise BadInput("not asked, not done", fix="add --yes")
    if not typer.confirm(question):
        raise typer.Exit(1)
