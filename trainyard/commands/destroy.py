"""`trainyard destroy`: removes all that runs have made in a stage; needs no stack and no state machine."""

import typer

from trainyard import api_keys, lease, logs_kept, quiet, stacks, sweep, teardown
from trainyard.commands.retire import confirm
from trainyard.context import Context
from trainyard.options import Json, Yes, begin

RETAINED = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::ECR::Repository",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
)


def destroy(ctx: typer.Context, yes: Yes = False, json: Json = False) -> None:
    """Stop every run and job of the stage, retire every workload, then say how to remove the stacks.

    Finds everything by the tag trainyard:stage, so it works also when the stacks are gone.

    Example: trainyard --stage pr12 destroy --yes
    """
    context = begin(ctx, json)
    confirm(context, f"Remove everything that serves or runs in stage {context.stage}?", yes)
    paused = quiet.pause(context, sweep.machines(context))
    stopped = [*paused, *sweep.stop_executions(context), *sweep.stop_jobs(context)]
    removed = [line for name in sweep.workloads(context) for line in _retire(context, name)]
    removed += api_keys.remove_all(context)
    deployed = stacks.deployed(context.client("cloudformation"), context.stage)
    kept = sweep.retained(context, RETAINED)
    report(context, stopped, removed, bool(deployed), kept)


def _retire(context: Context, workload: str) -> list[str]:
    with lease.held(context, workload, force=True):  # whoever held it was stopped above
        return [*teardown.retire(context, workload), *logs_kept.limit(context, workload)]


def report(context: Context, stopped: list[str], removed: list[str], stacks_left: bool, kept: list[str]) -> None:
    """What went, what is left, and the command for the rest."""
    command = destroy_command(context.stage) if stacks_left else None
    if context.machine:
        body = {
            "stage": context.stage,
            "stopped": stopped,
            "removed": removed,
            "next": command,
            "retained": kept,
        }
        context.emit(body)
        return
    context.say(f"stage {context.stage}: {len(stopped)} stopped, {len(removed)} removed")
    if command:
        context.say(f"next  {command}")
    for item in kept:
        context.out.print(f"stays after that, with what is in it: {item}", soft_wrap=True, markup=False)


def destroy_command(stage: str) -> str:
    """What removes the stacks."""
    command = "npx cdk destroy --all"
    return command if stage == "dev" else f"TRAINYARD_STAGE={stage} {command}"
