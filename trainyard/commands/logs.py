"""`trainyard logs`: what the jobs, the endpoint or the API wrote."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.text import Text

from trainyard import executions, log_tail, spans, stacks
from trainyard.context import Context
from trainyard.errors import BadInput, NotFound
from trainyard.history import History
from trainyard.log_tail import Source
from trainyard.options import Json, Workload, begin


def logs(
    ctx: typer.Context,
    workload: Workload,
    job: Annotated[str | None, typer.Option(help="Only this SageMaker job.")] = None,
    execution: Annotated[str | None, typer.Option(help="The jobs of this run; of the latest by default.")] = None,
    endpoint: Annotated[bool, typer.Option("--endpoint", help="The live endpoint instead of a run.")] = False,
    api: Annotated[bool, typer.Option("--api", help="The public API's function instead of a run.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    since: Annotated[str | None, typer.Option(metavar="10m", help="How far back: 30s, 10m, 2h, 7d.")] = None,
    json: Json = False,
) -> None:
    """Show logs: of the latest run's jobs, of one job, of the live endpoint, or of the API.

    With --json each event is one line of JSON.

    Examples:
      trainyard logs iris-sklearn

      trainyard logs iris-sklearn --endpoint --follow --since 10m
    """
    context = begin(ctx, json)
    if sum((job is not None, execution is not None, endpoint, api)) > 1:
        raise BadInput("give at most one of --job, --execution, --endpoint, --api")
    sources, start = choose(context, workload, job, execution, endpoint, api)
    start = context.tools.now() - spans.read(since, "--since") if since else start
    for source, event in log_tail.read(context, sources, start, follow):
        show(context, source, event)


def choose(
    context: Context, workload: str, job: str | None, execution: str | None, endpoint: bool, api: bool
) -> tuple[list[Source], datetime]:
    """Where to read, and since when unless told."""
    day = context.tools.now() - timedelta(days=1)
    if job:
        return of_name(job), context.tools.now() - timedelta(days=30)
    if endpoint:
        live = stacks.require_live(context.client("ssm"), context.stage, workload)
        return [Source(f"/aws/sagemaker/Endpoints/{live.endpoint}")], day
    return (of_api(context), day) if api else of_run(context, workload, execution)


def of_name(job: str) -> list[Source]:
    """A job by its name alone: any of the kinds, a tuning job's training jobs too."""
    groups = ("TrainingJobs", "ProcessingJobs", "TransformJobs")
    plain = [Source(f"/aws/sagemaker/{group}", f"{job}/", job) for group in groups]
    return [*plain, Source("/aws/sagemaker/TrainingJobs", f"{job}-", job)]


def of_run(context: Context, workload: str, name: str | None) -> tuple[list[Source], datetime]:
    """Every job that a run has started."""
    execution = executions.find(context, name, workload)
    started = executions.describe(context, execution)["startDate"]
    history = History()
    history.read(executions.fresh_events(context.client("stepfunctions"), execution.arn, 0))
    sources = [log_tail.of_job(step.job) for step in history.steps if step.job]
    if not sources:
        raise NotFound(f"run {execution.name} has not started a job", fix=f"trainyard watch -w {workload}")
    return sources, started - timedelta(minutes=1)


def of_api(context: Context) -> list[Source]:
    """The log groups of the API stack's functions, and the stack's own (the access log)."""
    stack = f"trainyard-{context.stage}-api"
    stacks.outputs(context.client("cloudformation"), context.stage, "api")
    found = context.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    names = {item["PhysicalResourceId"]: item["ResourceType"] for item in found}
    groups = [name for name, kind in names.items() if kind == "AWS::Logs::LogGroup"]
    functions = [f"/aws/lambda/{name}" for name, kind in names.items() if kind == "AWS::Lambda::Function"]
    return [Source(group) for group in dict.fromkeys([*groups, *functions])]


def show(context: Context, source: Source, event: dict[str, Any]) -> None:
    """One event."""
    label = source.label or event["logStreamName"]
    if context.machine:
        keys = {"group": source.group, "stream": event["logStreamName"], "timestamp": event["timestamp"]}
        context.emit_line({**keys, "message": event["message"]})
    else:
        line = Text.assemble((f"{label} ", "cyan"), event["message"].rstrip())
        context.out.print(line, soft_wrap=True)
