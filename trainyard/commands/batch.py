"""`trainyard batch`: predictions for whole files with the live models."""

import json as jsonlib
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from trainyard import batches, executions, stacks, uploads, watching
from trainyard.commands.data import progress
from trainyard.commands.run import default_name
from trainyard.context import Context
from trainyard.errors import TrainyardError
from trainyard.options import Json, Workload, begin


class BadRows(StrEnum):
    """What becomes of a row that does not fit."""

    fail = "fail"
    skip = "skip"


def batch(
    ctx: typer.Context,
    workload: Workload,
    inputs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[INPUT]...", help="CSV or Parquet files, or s3://...; the scheduled input if none."),
    ] = None,
    variants: Annotated[
        str | None, typer.Option(metavar="live|heaviest|A,B", help="Who answers; the workload's own by default.")
    ] = None,
    on_bad_rows: Annotated[
        BadRows | None, typer.Option("--on-bad-rows", help="Fail, or set them aside with the reason.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="DIR", file_okay=False, help="Download the result.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Watch it until it ends.")] = True,
    json: Json = False,
) -> None:
    """Predict every row of whole files; exit code 1 if the batch fails. Ctrl-C leaves it running.

    Examples:
      trainyard batch boston houses.csv --output predictions

      trainyard batch boston s3://my-bucket/houses/ --variants xgboost,linear --on-bad-rows skip
    """
    context = begin(ctx, json)
    place, files = batches.read_input(inputs or [])
    chosen = batches.read_variants(variants)
    name = default_name(context)
    if files:
        place = _upload(context, workload, files, name)
    wanted = {"input": place, "variants": chosen, "on_bad_rows": on_bad_rows}
    text = jsonlib.dumps({key: value for key, value in wanted.items() if value is not None})
    execution = executions.start(context, workload, name, text, output=stacks.BATCH)
    if wait:
        _finish(context, execution, workload, output)
    else:
        watching.announce(context, execution, workload, input=place)


def _upload(context: Context, workload: str, files: list[Path], name: str) -> str:
    uploads.check(files, [])
    bucket, prefix = stacks.bucket(context.client("cloudformation"), context.stage), f"{workload}/batch/input/{name}/"
    with progress(context, files) as moved:
        uploads.push(context.client("s3"), bucket, prefix, files, moved)
    return f"s3://{bucket}/{prefix}"


def _finish(context: Context, execution: executions.Execution, workload: str, output: Path | None) -> None:
    watching.follow(context, execution)
    result = batches.read_result(context, execution, workload)
    if result.ok and output:
        result = replace(result, downloaded=batches.download(context, result, output))
    if context.machine:
        context.emit(result.as_json())
    else:
        _say(context, result)
    if not result.ok:
        raise TrainyardError(
            f"batch {execution.name} {result.status.lower().replace('_', ' ')}",
            fix=f"trainyard logs {workload} --job NAME",
        )


def _say(context: Context, result: batches.Result) -> None:
    if not result.ok:
        for line in result.cause or [result.error or ""]:
            context.out.print(line, markup=False, soft_wrap=True)
        return
    said: dict[str, Any] = result.summary
    skipped = f", {said['skipped_rows']} skipped" if said["skipped_rows"] else ""
    context.out.print(
        f"[green]✔[/] {said['rows']} row(s) of {said['files']} file(s){skipped}, by {', '.join(said['variants'])}",
        soft_wrap=True,
    )
    for place in (result.predictions, *result.downloaded):
        context.out.print(f"  {place}", markup=False, soft_wrap=True)
