"""Two ways to run the image: its program as a process, or the image itself in a container engine.

What the contract promises is the same in both, so each test of the contract runs in both.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import requests

CONTAINERS = Path(__file__).parents[2] / "containers"
START_SECONDS = 60


@dataclass(frozen=True)
class Finished:
    """A command that ended."""

    code: int
    output: str


class Server(Protocol):
    """A server that runs."""

    url: str

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""


class Runtime(Protocol):
    """A way to run the image."""

    def run(self, argument: str, base: Path) -> Finished:
        """Run a command to its end."""

    def serve(self, base: Path, environment: Mapping[str, str] | None = None) -> Any:
        """Start a server as a context manager of Server."""


@dataclass
class ProcessServer:
    """A server as a process."""

    url: str
    process: "subprocess.Popen[str]"

    def stop(self) -> int:
        """End it as SageMaker does."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@dataclass(frozen=True)
class Program:
    """An image's program as it is run from its source."""

    command: tuple[str | Path, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Processes:
    """Runs the program from its source."""

    program: Program

    def run(self, argument: str, base: Path, seconds: float = 120) -> Finished:
        """Run a command to its end."""
        with self._start(argument, base, {}) as process:
            output, _ = process.communicate(timeout=seconds)
        return Finished(process.returncode, output)

    @contextmanager
    def serve(self, base: Path, environment: Mapping[str, str] | None = None) -> Iterator[ProcessServer]:
        """Serve on a free port."""
        port = free_port()
        settings = {"SAGEMAKER_BIND_TO_PORT": str(port), **(environment or {})}
        process = self._start("serve", base, settings)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url, lambda: process.poll() is None)
            yield ProcessServer(url, process)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def _start(self, argument: str, base: Path, settings: Mapping[str, str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*self.program.command, *argument.split()],
            env={**os.environ, **self.program.environment, "SAGEMAKER_BASE_DIR": str(base), **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


@dataclass
class ContainerServer:
    """A server as a container."""

    url: str
    container: Any

    def stop(self) -> int:
        """End it as SageMaker does."""
        self.container.kill("SIGTERM")
        return int(self.container.wait(timeout=30)["StatusCode"])


class Images:
    """Builds the image and runs it in an engine."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        image, _ = client.images.build(
            path=str(CONTAINERS),
            dockerfile=f"{name}/Dockerfile",
            tag=f"trainyard-test-{name}-{uuid.uuid4().hex[:8]}",
            platform="linux/amd64",
            rm=True,
        )
        self.image = image

    def close(self) -> None:
        """Leave no image behind."""
        self._client.images.remove(self.image.id, force=True)
        self._client.close()

    def run(self, argument: str, base: Path) -> Finished:
        """Run a command to its end."""
        container = self._container(argument, base, {})
        try:
            code = int(container.wait(timeout=120)["StatusCode"])
            return Finished(code, container.logs().decode())
        finally:
            container.remove(force=True)

    @contextmanager
    def serve(self, base: Path, environment: Mapping[str, str] | None = None) -> Iterator[ContainerServer]:
        """Serve on a published port."""
        container = self._container("serve", base, environment or {}, ports={"8080/tcp": None})
        try:
            container.reload()
            port = container.attrs["NetworkSettings"]["Ports"]["8080/tcp"][0]["HostPort"]
            url = f"http://127.0.0.1:{port}"
            wait_for(url, lambda: True)
            yield ContainerServer(url, container)
        finally:
            container.remove(force=True)

    def _container(self, argument: str, base: Path, environment: Mapping[str, str], **options: Any) -> Any:
        base.mkdir(parents=True, exist_ok=True)
        volumes = {str(base): {"bind": "/opt/ml", "mode": "rw"}}
        return self._client.containers.run(
            self.image.id,
            argument.split(),
            detach=True,
            environment=dict(environment),
            volumes=volumes,
            **options,
        )


def python_program(package: str, folder: str) -> Program:
    """Return a Python image's program."""
    path = os.pathsep.join(map(str, [CONTAINERS, *(CONTAINERS / each for each in ("compiled", "serving", folder))]))
    return Program((sys.executable, "-m", package), {"PYTHONPATH": path})


def r_program(folder: str) -> Program:
    """Return an R image's program; it needs Rscript on this machine."""
    environment = {
        "IMAGE_FOLDER": str(CONTAINERS / folder / "R"),
        "PYTHONPATH": os.pathsep.join(str(CONTAINERS / name) for name in ("serving", "contract-r")),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    return Program(("bash", CONTAINERS / "contract-r" / "run"), environment)


def free_port() -> int:
    """Find a port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, alive: Any) -> None:
    """Wait until /ping is healthy."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and alive():
        try:
            if requests.get(f"{url}/ping", timeout=5).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.05)
    raise AssertionError(f"no healthy /ping at {url}")


def channel(base: Path, name: str, text: str) -> None:
    """Place a training channel."""
    folder = base / "input" / "data" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def hyperparameters(base: Path, **values: str) -> None:
    """Place the hyperparameters."""
    folder = base / "input" / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hyperparameters.json").write_text(json.dumps(values))
