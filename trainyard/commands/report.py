"""`trainyard report`: a run's evaluation as one page, opened in the browser."""

import re
from pathlib import Path
from typing import Annotated

import typer

from trainyard import executions
from trainyard.context import Context
from trainyard.errors import BadInput
from trainyard.executions import Execution
from trainyard.options import Json, Workload, begin
from trainyard.report import page, reading


def report(
    ctx: typer.Context,
    workload: Workload,
    execution: Annotated[str | None, typer.Option(help="Name of the run; the latest by default.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to write it; by default beside you.")
    ] = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,
    json: Json = False,
) -> None:
    """Write a run's candidates, metrics, pictures, tuning and data as one HTML file, and open it.

    The file needs no network and nothing beside it.

    Examples:
      trainyard report boston

      trainyard report boston --execution 20261121-031000-ab12 --output boston.html --no-open
    """
    context = begin(ctx, json)
    found = executions.find(context, execution, workload)
    read = reading.read(context, found)
    file = write(output or default_file(found), page.page(read))
    opened = show and not context.machine and context.tools.open_page(file.as_uri())
    tell(context, found, file, asked=show, opened=opened)


def default_file(execution: Execution) -> Path:
    """In the folder where the command is typed; `.gitignore` knows the ending."""
    name = re.sub(r"[^A-Za-z0-9_-]", "-", f"{execution.workload}-{execution.name}")
    return Path(f"{name}.report.html")


def write(file: Path, text: str) -> Path:
    """Write the page and return where it is."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            f"cannot write {file}: {error.strerror}", fix="give --output FILE in a folder of yours"
        ) from error
    return file.resolve()


def tell(context: Context, execution: Execution, file: Path, *, asked: bool, opened: bool) -> None:
    """Say where the page is."""
    if context.machine:
        context.emit({"workload": execution.workload, "execution": execution.name, "file": str(file)})
        return
    context.out.print(f"[green]✔[/] {file}", soft_wrap=True)
    if asked and not opened:
        context.say("no browser answers here; open the file yourself")
