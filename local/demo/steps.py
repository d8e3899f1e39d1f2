"""The steps of the demo, one after the other; each is a command, its output shown live or kept in a log."""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress

from rich.console import Console
from urllib3.exceptions import HTTPError

from local import control
from local.demo import traffic
from local.demo.api import Refused
from local.demo.deployed import Deployed
from local.demo.environment import DEPLOY, ROOT, aws_environment, temporary
from local.settings import ACCOUNT, REGION, Settings


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
        self._deployed = Deployed(settings)
        self._child: subprocess.Popen[str] | None = None
        self.owns_server = False

    def run(self, workload: str) -> None:
        """Deploy, push data, run, predict; then show how the deployed API splits its traffic.

        Raises:
            StepFailed: a command failed; what it printed is on the console.
        """
        account = f"aws://{ACCOUNT}/{REGION}"
        # Without the app, which it would synthesize only to look for further environments.
        self._quiet("Bootstrapping the account", "cdk bootstrap", ["cdk", "bootstrap", "--app", "", account])
        self._quiet("Deploying the stacks", "cdk deploy --all", DEPLOY, TRAINYARD_WORKLOADS=self._chosen(workload))
        self._shown("Uploading the sample data", ["trainyard", "data", "push", workload])
        self._shown("Running the workflow", ["trainyard", "run", workload])
        self._shown("Calling the API", ["trainyard", "predict", workload, "--example"])
        self._split(workload)

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

    def _chosen(self, workload: str) -> str:
        """What is deployed stays and `workload` joins it: each one more would take its time, and its images."""
        there = self._deployed.workloads(ROOT / "workloads")
        return os.environ.get("TRAINYARD_WORKLOADS") or ",".join(sorted({*there, workload}))

    def _split(self, workload: str) -> None:
        self._console.rule(f"[bold]Asking {traffic.REQUESTS} times, and each variant once", align="left")
        try:
            traffic.show(self._console, self._deployed, workload)
        except (Refused, HTTPError) as error:
            self._console.print(str(error), style="red", markup=False)
            raise StepFailed("Asking the API", 1) from error

    def _shown(self, title: str, command: Sequence[str]) -> None:
        self._announce(title, command)
        code = self._call(command)
        if code:
            raise StepFailed(title, code)

    def _quiet(self, title: str, name: str, command: Sequence[str], **variables: str) -> None:
        self._announce(title, [*(f"{name}={value}" for name, value in variables.items()), *command])
        started, tail = time.monotonic(), list[str]()
        with self._console.status(name) as status:
            process = self._spawn(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **variables)
            assert process.stdout is not None  # noqa: S101  asked for just above
            for line in process.stdout:
                tail = [*tail[-200:], line.rstrip()]
                status.update(f"{name}: {tail[-1][: max(20, self._console.width - 30)]}")
            code = process.wait()
        if code:
            self._console.print("\n".join(tail[-60:]), markup=False, highlight=False)
            raise StepFailed(title, code)
        self._console.print(f"done in {time.monotonic() - started:.0f} s")

    def _announce(self, title: str, command: Sequence[str]) -> None:
        self._console.rule(f"[bold]{title}", align="left")
        self._console.print(f"[dim]$ {shlex.join(command)}", highlight=False)

    def _call(self, command: Sequence[str]) -> int:
        return self._spawn(command).wait()

    def _spawn(
        self, command: Sequence[str], *, stdout: int | None = None, stderr: int | None = None, **variables: str
    ) -> subprocess.Popen[str]:
        # A group of its own: Ctrl-C reaches us alone, and we end the command with all its children.
        self._child = subprocess.Popen(
            list(command), cwd=ROOT, env=self._environment | variables, stdout=stdout, stderr=stderr,
            stdin=subprocess.DEVNULL, text=True, errors="replace", process_group=0,
        )  # fmt: skip
        return self._child
