"""`trainyard models`, `approve` and `reject`: the versions of a workload's model, and what people say of them."""

from typing import Annotated, Any

import typer
from rich.text import Text

from trainyard import render, stacks, versions
from trainyard.context import Context
from trainyard.errors import BadInput
from trainyard.options import Json, Workload, begin
from trainyard.versions import Decision, Version

Number = Annotated[int, typer.Argument(metavar="VERSION", min=1, help="Number of the version: `trainyard models`.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; kept with the version, and told in the run.")]

LONGEST_REASON = 1024
_WORDS = {"Approved": "approved", "Rejected": "rejected", "PendingManualApproval": "waits for approval"}
_COLOURS = {"Approved": "green", "Rejected": "red", "PendingManualApproval": "yellow"}


def models(ctx: typer.Context, workload: Workload, json: Json = False) -> None:
    """List the versions in the model registry, the newest first: status, metrics, which run, which serve.

    Example: trainyard models boston
    """
    context = begin(ctx, json)
    stacks.state_machine(context.client("cloudformation"), context.stage, workload)
    found = versions.all_of(context, workload)
    if context.machine:
        group = versions.group(context, workload)
        context.emit({"workload": workload, "group": group, "versions": [one.as_json() for one in found]})
    elif not found:
        context.say(f"{workload} has no version yet: a candidate that meets the gate becomes one")
    else:
        head = ["version", "candidate", "metrics", "status", "registered", "run", ""]
        context.out.print(render.table(head, [_cells(context, one) for one in found]))


def approve(ctx: typer.Context, workload: Workload, version: Number, reason: Reason = "", json: Json = False) -> None:
    """Approve a version; the run that waits for it goes on and deploys it.

    Example: trainyard approve boston 7 --reason "checked against last quarter"
    """
    _decide(begin(ctx, json), workload, version, "Approved", reason)


def reject(ctx: typer.Context, workload: Workload, version: Number, reason: Reason = "", json: Json = False) -> None:
    """Reject a version; the run that waits for it goes on without it. What serves already keeps serving.

    Example: trainyard reject boston 7 --reason "too far off in the north"
    """
    _decide(begin(ctx, json), workload, version, "Rejected", reason)


def _decide(context: Context, workload: str, number: int, decision: Decision, reason: str) -> None:
    if len(reason) > LONGEST_REASON:
        raise BadInput(f"--reason has {len(reason)} characters", fix=f"at most {LONGEST_REASON}")
    stacks.state_machine(context.client("cloudformation"), context.stage, workload)
    found = versions.one_of(context, workload, number)
    versions.decide(context, found, decision, reason)
    if context.machine:
        context.emit({"workload": workload, "version": number, "arn": found.arn, "was": found.status,
                      "status": decision, "reason": reason or None})  # fmt: skip
    else:
        _tell(context, workload, found, decision)


def _tell(context: Context, workload: str, version: Version, decision: Decision) -> None:
    context.say(f"{workload} version {version.version} ({version.candidate or 'registered by hand'})"
                f" is {_WORDS[decision]}, it was {_WORDS[version.status].replace('waits', 'waiting')}")  # fmt: skip
    if decision == "Rejected" and version.variant:
        context.say(f"variant {version.variant} serves it all the same, until the next run or trainyard retire")
    elif version.status == "PendingManualApproval" and version.execution:
        watch = f"trainyard watch {version.execution} -w {workload}"
        context.say(f"run {version.execution} goes on, if it still waits: {watch}")


def _cells(context: Context, version: Version) -> list[Any]:
    said = ": ".join(part for part in (version.by if version.reason else "", version.reason) if part)
    status = Text.assemble((_WORDS[version.status], _COLOURS[version.status]), f"\n{said}" if said else "")
    metrics = "  ".join(f"{name} {render.number(value)}" for name, value in version.metrics.items())
    live = Text("live", style="green") if version.variant else ""
    return [str(version.version), version.candidate or "-", metrics, status,
            render.ago(version.created, context.tools.now()), version.execution or "-", live]  # fmt: skip
