"""Servers of `program.py` as processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import psutil

CONTAINERS = Path(__file__).parents[3] / "containers"
SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A process that serves."""

    port: int
    process: "subprocess.Popen[bytes]"
    log_file: TextIO

    @property
    def log(self) -> str:
        return Path(self.log_file.name).read_text()

    @property
    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def signal(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def ended(self, seconds: float = SECONDS) -> int:
        return self.process.wait(seconds)

    def stop(self) -> int:
        self.signal()
        return self.ended()

    def logged(self, text: str) -> None:
        """Wait until the log says so."""
        until(lambda: text in self.log)


def until(holds: Any) -> None:
    """Wait for what must come true."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


@contextmanager
def starting(folder: Path, **given: Any) -> Iterator[Server]:
    """Start a server; it may not listen yet, or never."""
    given = {"port": free_port(), **given}
    path = os.pathsep.join([str(CONTAINERS / "serving"), os.environ.get("PYTHONPATH", "")])
    with (folder / f"{given['port']}.log").open("w") as log_file:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("program.py")), json.dumps(given)],
            env={**os.environ, "PYTHONPATH": path},
            stdout=log_file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield Server(given["port"], process, log_file)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def running(folder: Path, **given: Any) -> Iterator[Server]:
    """Start a server and wait until it listens."""
    with starting(folder, **given) as server:
        until(lambda: listens(server) or server.process.poll() is not None)
        assert server.process.poll() is None, server.log
        yield server


def listens(server: Server) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", server.port)) == 0
