"""The load: wrk on a CPU of its own, keep-alive connections, each sending its next request when it has its answer."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.serving import machine
from benchmarks.serving.processes import Running
from benchmarks.serving.wire import Request

SCRIPT = Path(__file__).with_suffix(".lua")


class LoadError(Exception):
    """Not every request was answered well."""


@dataclass(frozen=True)
class Load:
    """Rows of a request, and connections at once."""

    rows: int
    connections: int

    @property
    def key(self) -> str:
        """Its name in the results."""
        return f"{self.rows} rows, {self.connections} connections"


LOADS = tuple(Load(rows, connections) for rows in (1, 100) for connections in (1, 8))


@dataclass(frozen=True)
class Sample:
    """What came of some seconds of load; `cpu_us` is the time of a CPU that the server took for a request.

    What else runs on the machine makes everything late, and leaves CPU time as it is.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


def put(server: Running, requests: Sequence[Request], connections: int, seconds: int, folder: Path) -> Sample:
    """Ask for `seconds`; the requests are written to `folder`, as they go over the wire.

    Raises:
        LoadError: an answer was no 2xx, or a connection broke.
    """
    url, before = server.url, server.cpu_seconds()
    files = [_written(request, url, folder / f"{number}.http") for number, request in enumerate(requests)]
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT), url, "--"]
    with machine.pinned(machine.load_cpus()):
        done = subprocess.run([*command, *files], capture_output=True, text=True, check=False, timeout=seconds + 60)
    if done.returncode:
        raise LoadError(f"wrk failed: {done.stderr.strip() or done.stdout.strip()}")
    said = json.loads(done.stdout.splitlines()[-1])
    if said["refused"] or said["broken"] or not said["requests"]:
        raise LoadError(f"of {said['requests']} requests {said['refused']} were refused, {said['broken']} broke")
    cpu = (server.cpu_seconds() - before) / said["requests"]
    return Sample(said["requests"] / said["seconds"], said["p50_ms"], said["p99_ms"], cpu * 1e6)


def _written(request: Request, url: str, file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(request.raw(urlsplit(url).netloc))
    return str(file)
