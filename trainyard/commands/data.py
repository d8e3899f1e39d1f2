"""`trainyard data push`: the raw data of a workload to where its runs read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from trainyard import catalogue, stacks, uploads
from trainyard.context import Context
from trainyard.errors import BadInput
from trainyard.options import Json, Workload, begin

app = typer.Typer(help="The raw data of a workload.", no_args_is_help=True)


@app.callback()
def data() -> None:
    """The raw data of a workload."""


@app.command("push")
def push(
    ctx: typer.Context,
    workload: Workload,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="CSV or Parquet; the sample if none.")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Remove what was there under other names.")] = False,
    json: Json = False,
) -> None:
    """Upload the sample, or your own CSV and Parquet files, to where the workload's runs read them.

    Examples:
      trainyard data push iris-sklearn

      trainyard data push iris-sklearn 2026-*.csv --replace
    """
    context = begin(ctx, json)
    chosen, columns = choose(context, workload, files or [])
    uploads.check(chosen, columns)
    bucket, prefix = stacks.bucket(context.client("cloudformation"), context.stage), f"{workload}/data/"
    s3 = context.client("s3")
    with progress(context, chosen) as moved:
        keys = uploads.push(s3, bucket, prefix, chosen, moved)
    removed = uploads.remove_others(s3, bucket, prefix, keys) if replace else []
    report(context, workload, bucket, keys, removed)


def choose(context: Context, name: str, files: list[Path]) -> tuple[list[Path], list[str]]:
    """The files to upload, and the columns that they must have."""
    workload = catalogue.one_of(context, name)
    columns = list(workload.data.columns.values())
    if files:
        return files, columns
    if workload.data.sample is None:
        raise BadInput(
            f"{name} has no sample; it reads {workload.data.uri}", fix=f"trainyard data push {name} FILE.csv"
        )
    return [context.folder / name / workload.data.sample], columns


@contextmanager
def progress(context: Context, files: list[Path]) -> Iterator[Any]:
    """A bar over all bytes, on stderr."""
    columns = (TextColumn("uploading"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    bars = Progress(*columns, console=context.err, transient=True, disable=context.machine)
    with bars:
        task = bars.add_task("upload", total=sum(path.stat().st_size for path in files))
        yield lambda count: bars.advance(task, count)


def report(context: Context, workload: str, bucket: str, keys: list[str], removed: list[str]) -> None:
    """Says what is there now, and what to type next."""
    if context.machine:
        context.emit({"workload": workload, "bucket": bucket, "uploaded": keys, "removed": removed})
        return
    for key in keys:
        context.out.print(f"[green]✔[/] s3://{bucket}/{key}", soft_wrap=True)
    for key in removed:
        context.out.print(f"[red]-[/] s3://{bucket}/{key}", soft_wrap=True)
    context.say(f"next  trainyard run {workload}")
