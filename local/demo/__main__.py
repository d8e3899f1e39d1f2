"""`python -m local.demo WORKLOAD`: whatever happens, what was started is stopped unless it shall stay."""

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType

from rich.console import Console

import local.demo as package
from local.demo.environment import ROOT
from local.demo.steps import Demo, StepFailed
from local.settings import SettingsError, from_environment


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; the exit code of the process."""
    parser = argparse.ArgumentParser(prog="make demo", description=package.__doc__)
    parser.add_argument("workload")
    parser.add_argument("--keep", action="store_true", help="leave the embedded AWS running")
    options = parser.parse_args(arguments)
    console = Console(stderr=False)
    if options.workload not in (known := known_workloads()):
        console.print(f"no workload {options.workload!r}: known are {', '.join(known)}", style="red", markup=False)
        return 2
    try:
        settings = from_environment()
    except SettingsError as error:
        console.print(str(error), style="red", markup=False)
        return 2
    if missing := [program for program in ("cdk", "trainyard", "trainyard-local") if shutil.which(program) is None]:
        console.print(f"{', '.join(missing)} not on PATH: run it as `make demo`", style="red")
        return 2
    return _guarded(Demo(settings, console), console, options.workload, keep=options.keep)


def known_workloads() -> list[str]:
    """Names of the folders in `workloads/` that hold a workload."""
    return sorted(file.parent.name for file in (ROOT / "workloads").glob("*/workload.yaml"))


def _guarded(demo: Demo, console: Console, workload: str, *, keep: bool) -> int:
    """Run the demo; whatever happens, what was started is stopped unless it shall stay."""
    signal.signal(signal.SIGTERM, _raise_interrupt)
    succeeded = False
    began = time.monotonic()
    try:
        demo.start_server()
        demo.run(workload)
        succeeded = True
        _show_next(console, workload, keep=keep or not demo.owns_server, seconds=time.monotonic() - began)
    except StepFailed as error:
        console.print(str(error), style="bold red", markup=False)
        demo.show_log()
        return error.code
    except KeyboardInterrupt:
        demo.interrupt()
        console.print("interrupted: stopping what was started", style="yellow")
        return 130
    finally:
        if demo.owns_server and not (succeeded and keep):
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not stop the clearing up
            demo.stop_server()
    return 0


def _raise_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _show_next(console: Console, workload: str, *, keep: bool, seconds: float) -> None:
    console.rule(f"[bold green]It works[/] ({seconds:.0f} s)", align="left")
    if not keep:
        console.print(
            "The embedded AWS is stopped now, and kept for the next start (make clean forgets it). "
            "Next: [bold]make up[/] does the same and stays up."
        )
        return
    console.print('Point your shell at it: [bold]eval "$(.venv/bin/trainyard-local env)"[/], then for example:')
    for line in (
        f"trainyard status {workload}",
        f"trainyard predict {workload} --example",
        f"trainyard run {workload}          # a second run updates the endpoint",
        "aws sagemaker list-endpoints",
        "make down                           # stop it; the next start finds all again, make clean forgets it",
    ):
        console.print(f"  {line}", highlight=False)


if __name__ == "__main__":
    sys.exit(main())
