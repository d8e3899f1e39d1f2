"""`trainyard-local`: start, stop and look at the embedded AWS."""

import logging
import os
import shlex
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from local import control
from local.control import ControlError
from local.environment import for_clients
from local.settings import Settings, SettingsError, from_environment

PROGRAMS = Path(sys.executable).parent
CDK = Path(__file__).parents[1] / "node_modules/.bin"
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_RUNNING = 3

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help=(
        "The embedded AWS: S3, CloudFormation, Step Functions, SageMaker, Lambda, API Gateway and more on "
        "one port of this machine. Clients reach it by `AWS_ENDPOINT_URL`; `eval $(trainyard-local env)` "
        "sets it.\n\n"
        "Settings: `TRAINYARD_PORT` (4566), `TRAINYARD_HOME` (.trainyard in the checkout), "
        "`TRAINYARD_RUNTIME` (auto, engine, process).\n\n"
        "Exit codes: 0 done, 1 failed, 2 a setting is wrong, 3 (status) not running."
    ),
)
_out = Console()


@app.command()
def serve(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every request.")] = False,
) -> None:
    """Serve in the foreground until Ctrl-C."""
    from local.http_server import PortTakenError
    from local.persistence.errors import StateRefused
    from local.server import serve as serve_forever

    settings = _settings()
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    for noisy in ("botocore", "boto3", "urllib3", "werkzeug", "s3transfer"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # A state that fails, caught or not, is in the execution's history; moto logs its whole parse tree as well.
    logging.getLogger("moto.stepfunctions.parser.asl.component.eval_component").setLevel(logging.CRITICAL)
    try:
        serve_forever(settings)
    except (PortTakenError, StateRefused) as error:
        _fail(str(error))
    # All is stopped and saved; Python would take moto's objects apart for seconds.
    logging.shutdown()
    os._exit(0)


@app.command()
def up() -> None:
    """Start in the background, with all that an earlier one held, and wait until it answers.

    Already running is fine.
    """
    settings = _settings()
    try:
        started = control.up(settings)
    except ControlError as error:
        _fail(str(error))
    state = "started" if started else "already running"
    _out.print(f"The embedded AWS is {state}: [bold]{settings.endpoint_url}[/]  (log: {control.log_file(settings)})")
    _out.print(f"State: {(control.health(settings) or {}).get('state')}", highlight=False)


@app.command()
def down() -> None:
    """Stop it. What it holds stays on disk: `up` finds it again, `clean` forgets it."""
    stopped = control.down(_settings())
    _out.print("The embedded AWS is stopped." if stopped else "The embedded AWS was not running.")


@app.command()
def clean() -> None:
    """Stop it and forget all it holds; the cache of environments stays."""
    settings = _settings()
    try:
        control.clean(settings)
    except ControlError as error:
        _fail(str(error))
    _out.print(f"The embedded AWS is stopped, and what {settings.home} held is forgotten.", highlight=False)


@app.command()
def status() -> None:
    """Say whether it runs, where, and with which runtime. Exit code 3 when it does not."""
    settings = _settings()
    answer = control.health(settings)
    if answer is None:
        _out.print(f"Nothing answers on {settings.endpoint_url}. Start it with: trainyard-local up")
        raise typer.Exit(EXIT_NOT_RUNNING)
    table = Table(show_header=False, box=None)
    table.add_row("endpoint", settings.endpoint_url)
    for name in ("home", "state", "runtime", "version"):
        table.add_row(name, str(answer.get(name)))
    for name, state in answer.get("services", {}).items():
        table.add_row(name, str(state))
    _out.print(table)


@app.command()
def env() -> None:
    """Print the lines that point this shell here, its PATH included: eval "$(trainyard-local env)"."""
    for line in export_lines(_settings()):
        typer.echo(line)


def export_lines(settings: Settings) -> list[str]:
    """Return the shell lines that make AWS clients talk to the embedded AWS."""
    variables = [f"export {name}={shlex.quote(value)}" for name, value in for_clients(settings).items()]
    return [*variables, f"export PATH={shlex.quote(str(PROGRAMS))}:{shlex.quote(str(CDK))}:$PATH"]


def main() -> None:
    """Run the command line."""
    app()


def _settings() -> Settings:
    try:
        return from_environment()
    except SettingsError as error:
        _fail(str(error), EXIT_USAGE)


def _fail(message: str, code: int = EXIT_FAILED) -> NoReturn:
    typer.echo(f"trainyard-local: {message}", err=True)
    raise SystemExit(code)
