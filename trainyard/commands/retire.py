"""`trainyard retire`: takes a workload off the internet; its data and stack stay."""

import json as jsonlib
from typing import Annotated

import typer

from trainyard import executions, lease, quiet, stacks, sweep, teardown, watching
from trainyard.commands.run import default_name
from trainyard.context import Context
from trainyard.errors import BadInput, NotFound, TrainyardError
from trainyard.options import Json, Workload, Yes, begin


def retire(
    ctx: typer.Context,
    workload: Workload,
    yes: Yes = False,
    force: Annotated[bool, typer.Option("--force", help="Even while a run holds the lease.")] = False,
    json: Json = False,
) -> None:
    """Delete a workload's endpoints, configs, models, autoscaling and pointer, pause its schedules and triggers.

    Its own state machine does it, under the lease, and Ctrl-C leaves it going; where the stack is gone, or with
    --force, it is done from here. The next run makes all of it again.

    Example: trainyard retire iris-sklearn --yes
    """
    context = begin(ctx, json)
    confirm(context, f"Retire {workload} in stage {context.stage}? Its API answers 503 from then on.", yes)
    if not force and _has_machine(context, workload):
        removed = [*_by_machine(context, workload), *teardown.delete_versions(context, workload)]
    else:
        with lease.held(context, workload, force=force):
            lease.mark_retired(context, workload)
            removed = [*quiet.pause(context, _machines(context, workload)), *teardown.retire(context, workload)]
    if context.machine:
        context.emit({"workload": workload, "stage": context.stage, "removed": removed})
    else:
        context.say(f"{workload} is retired" if removed else f"{workload} had nothing to retire")


def _has_machine(context: Context, workload: str) -> bool:
    try:
        return stacks.RETIRE in stacks.outputs(context.client("cloudformation"), context.stage, f"workload-{workload}")
    except NotFound:
        return False


def _by_machine(context: Context, workload: str) -> list[str]:
    execution = executions.start(context, workload, default_name(context), "{}", output=stacks.RETIRE)
    watching.follow(context, execution)
    ended = executions.describe(context, execution)
    if ended["status"] != "SUCCEEDED":
        raise TrainyardError(
            f"{workload} is not retired: {ended.get('cause') or ended['status'].lower()}",
            fix=f"trainyard retire {workload} again, or with --force",
        )
    return [str(line) for line in jsonlib.loads(ended["output"])["removed"]]


def _machines(context: Context, workload: str) -> list[str]:
    return [machine for machine in sweep.machines(context) if executions.owner(context, machine) == workload]


def confirm(context: Context, question: str, yes: bool) -> None:
    """Asks, unless told not to; a machine cannot be asked."""
    if yes:
        return
    if context.machine:
        raise BadInput("not asked, not done", fix="add --yes")
    if not typer.confirm(question):
        raise typer.Exit(1)
