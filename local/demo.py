"""`make demo` and `make up`: the whole path on the embedded AWS, with the commands that a user would type.

Nothing here is a short cut: `cdk` and `trainyard` run unmodified, as subprocesses, with an environment that
points every AWS client at the embedded AWS. The exit code is 0 only if the prediction came back through the
deployed API.
"""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

from rich.console import Console

from local import control
from local.environment import for_clients
from local.settings import ACCOUNT, REGION, Settings, SettingsError, from_environment

ROOT = Path(__file__).parents[1]


class StepFailed(Exception):
    """A step's command failed; `code` is its exit code."""

    def __init__(self, title: str, code: int) -> None:
        super().__init__(f"{title} failed (exit code {code})")
        self.code = code


class Demo:
    """Runs the steps one after the other; each is a command, its output shown live or kept in a log."""

    def __init__(self, settings: Settings, console: Console) -> None:
        self._settings = settings
        self._console = console
        self._environment = aws_environment(settings)
        self._child: subprocess.Popen[str] | None = None
        self.owns_server = False

    def run(self, workload: str) -> str:
        """Deploy, push data, run, predict. Returns the prediction's answer as text.

        Raises:
            StepFailed: a command failed; what it printed is on the console.
        """
        account = f"aws://{ACCOUNT}/{REGION}"
        self._quiet("Bootstrapping the account", "cdk bootstrap", ["cdk", "bootstrap", account])
        self._quiet("Deploying the stacks", "cdk deploy --all", DEPLOY)
        self._shown("Uploading the sample data", ["trainyard", "data", "push", workload])
        self._shown("Running the workflow", ["trainyard", "run", workload])
        return self._captured("Calling the API", ["trainyard", "predict", workload, "--example"])

    def start_server(self) -> None:
        """Start the embedded AWS, unless one is up already: that one is not ours to stop."""
        temporary(self._settings).mkdir(parents=True, exist_ok=True)
        if control.is_ours(self._settings, control.health(self._settings)):
            return
        self.owns_server = True  # before the start, so that one that is interrupted half-way is stopped too
        self._shown("Starting the embedded AWS", ["trainyard-local", "up"])

    def stop_server(self) -> None:
        """Stop the embedded AWS and all that runs in it."""
        self._call(["trainyard-local", "down"])

    def show_log(self) -> None:
        """What the embedded AWS complained of, before its log goes."""
        log = control.log_file(self._settings)
        lines = log.read_text(errors="replace").splitlines()[-25:] if log.exists() else []
        if len(lines) > 1:
            self._console.print("The end of the embedded AWS's log:", *lines, sep="\n", markup=False, highlight=False)

    def interrupt(self) -> None:
        """End the command that runs now, its children too."""
        child = self._child
        if child is not None and child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)

    def _shown(self, title: str, command: Sequence[str]) -> None:
        self._announce(title, command)
        code = self._call(command)
        if code:
            raise StepFailed(title, code)

    def _quiet(self, title: str, name: str, command: Sequence[str]) -> None:
        self._announce(title, command)
        started, tail = time.monotonic(), list[str]()
        with self._console.status(name) as status:
            process = self._spawn(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            assert process.stdout is not None  # noqa: S101  asked for just above
            for line in process.stdout:
                tail = [*tail[-200:], line.rstrip()]
                status.update(f"{name}: {tail[-1][: max(20, self._console.width - 30)]}")
            code = process.wait()
        if code:
            self._console.print("\n".join(tail[-60:]), markup=False, highlight=False)
            raise StepFailed(title, code)
        self._console.print(f"done in {time.monotonic() - started:.0f} s")

    def _captured(self, title: str, command: Sequence[str]) -> str:
        self._announce(title, command)
        process = self._spawn(command, stdout=subprocess.PIPE)
        answer, _ = process.communicate()
        if process.returncode:
            raise StepFailed(title, process.returncode)
        return answer

    def _announce(self, title: str, command: Sequence[str]) -> None:
        self._console.rule(f"[bold]{title}", align="left")
        self._console.print(f"[dim]$ {shlex.join(command)}", highlight=False)

    def _call(self, command: Sequence[str]) -> int:
        return self._spawn(command).wait()

    def _spawn(
        self, command: Sequence[str], *, stdout: int | None = None, stderr: int | None = None
    ) -> subprocess.Popen[str]:
        # A group of its own: Ctrl-C reaches us alone, and we end the command with all its children.
        self._child = subprocess.Popen(
            list(command), cwd=ROOT, env=self._environment, stdout=stdout, stderr=stderr,
            stdin=subprocess.DEVNULL, text=True, errors="replace", process_group=0,
        )  # fmt: skip
        return self._child


# Prebuilding would push images before the registry stack has made their repositories.
DEPLOY = (
    "cdk", "deploy", "--all", "--method=direct", "--require-approval=never", "--asset-prebuild=false",
    "--progress=events", "--concurrency=4",
)  # fmt: skip


def aws_environment(settings: Settings, host: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The host's environment without its AWS settings, pointed at the embedded AWS."""
    kept = {key: value for key, value in host.items() if not key.startswith(("AWS_", "CDK_"))}
    return (
        kept
        | for_clients(settings)
        | {
            "AWS_EC2_METADATA_DISABLED": "true",
            "CDK_DISABLE_VERSION_CHECK": "1",
            "TMPDIR": str(temporary(settings)),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
            "NO_PROXY": ",".join(filter(None, (host.get("NO_PROXY"), "localhost,127.0.0.1"))),
        }
    )


def temporary(settings: Settings) -> Path:
    """Where every command of the demo keeps its temporary files: the CDK leaves some behind when it is killed."""
    return settings.state / "tmp"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; the exit code of the process."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("workload")
    parser.add_argument("--keep", action="store_true", help="leave the embedded AWS running")
    options = parser.parse_args(arguments)
    console = Console(stderr=False)
    try:
        settings = from_environment()
    except SettingsError as error:
        console.print(str(error), style="red", markup=False)
        return 2
    if missing := [program for program in ("cdk", "trainyard", "trainyard-local") if shutil.which(program) is None]:
        console.print(f"{', '.join(missing)} not on PATH: run it as `make demo`", style="red")
        return 2
    return _guarded(Demo(settings, console), console, options.workload, keep=options.keep)


def _guarded(demo: Demo, console: Console, workload: str, *, keep: bool) -> int:
    """Run the demo; whatever happens, what was started is stopped unless it shall stay."""
    signal.signal(signal.SIGTERM, _raise_interrupt)
    succeeded = False
    began = time.monotonic()
    try:
        demo.start_server()
        answer = demo.run(workload)
        succeeded = _show_answer(console, answer)
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
    return 0 if succeeded else 1


def _raise_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _show_answer(console: Console, answer: str) -> bool:
    console.print(answer, end="", markup=False, highlight=False)
    return bool(answer.strip())


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
