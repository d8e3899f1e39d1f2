"""`trainyard`: wires the commands, and turns every error into one line and an exit code, here alone."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from spec.deployment import Deployment
from spec.errors import SpecErrors
from trainyard import __version__, commands
from trainyard.context import Context, Tools
from trainyard.errors import BadInput, TrainyardError, from_aws
from trainyard.options import Output

EXIT_CODES = """
[bold]Exit codes[/bold]: 0 ok · 1 it failed (a run, a prediction) · 2 bad input or usage ·
3 not deployed or not found · 4 AWS, credentials or network · 130 Ctrl-C
"""
HELP = """
From a model script to a public, A/B-tested API: everything after [bold]cdk deploy[/bold].

Goes where every AWS client goes: AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL decide.

[bold]A first run[/bold]

  trainyard doctor                 what is missing, what mends it

  trainyard data push boston

  trainyard run boston             train, evaluate, deploy, live

  trainyard predict boston --example
"""


class Errors(TyperGroup):
    """The one place where an error becomes a line on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; a traceback only with --debug."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except Exception as error:
            if ctx.params.get("debug") or type(error).__module__.startswith("typer."):
                raise
            problem = as_problem(error)
            report(problem, machine=wants_json(ctx))
            raise typer.Exit(problem.exit_code) from None


def as_problem(error: Exception) -> TrainyardError:
    """Every error as one of ours."""
    if isinstance(error, TrainyardError):
        return error
    if isinstance(error, SpecErrors):
        return BadInput("the specification has errors", details=str(error).splitlines())
    return from_aws(error) or TrainyardError(
        f"unexpected {type(error).__name__}: {error}", fix="run it again with --debug before the command"
    )


def wants_json(ctx: Any) -> bool:
    """Whether this invocation answers machines."""
    return isinstance(ctx.obj, Context) and ctx.obj.machine


def report(problem: TrainyardError, *, machine: bool) -> None:
    """Says what is wrong and how to mend it, on stderr."""
    if machine:
        typer.echo(json.dumps(problem.as_json(), ensure_ascii=False), err=True)
        return
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[bold red]error[/bold red]  {escape(problem.message)}")
    for line in problem.details:
        console.print(f"       {escape(line)}")
    if problem.fix:
        console.print(f"[bold]mend[/bold]   {escape(problem.fix)}")


def show_version(wanted: bool) -> None:
    """`--version`."""
    if wanted:
        typer.echo(f"trainyard {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="trainyard", cls=Errors, help=HELP, epilog=EXIT_CODES, no_args_is_help=True,
    rich_markup_mode="rich", pretty_exceptions_enable=False, add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


@app.callback()
def root(
    ctx: typer.Context,
    stage: Annotated[str, typer.Option(envvar="TRAINYARD_STAGE", help="Which deployment: dev, prod, ...")] = "dev",
    folder: Annotated[Path, typer.Option("--workloads", help="Folder of the workload files.")] = Path("workloads"),
    output: Annotated[
        Output,
        typer.Option("--output", "-o", envvar="TRAINYARD_OUTPUT", help="For people, or JSON for machines."),
    ] = Output.text,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Makes the context that every command gets."""
    deployment = Deployment.from_environment({"TRAINYARD_STAGE": stage})
    tools = ctx.obj if isinstance(ctx.obj, Tools) else Tools()
    ctx.obj = Context(tools=tools, stage=deployment.stage, folder=folder, machine=output is Output.json)


commands.register(app)


def main() -> None:
    """The console script."""
    app()
