"""The server as a process of its own: what its workers share, and that what they compute lives through the fork."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from tests.conftest import free_port
from tests.local.images.xgboost_jobs import csv, iris

pytestmark = pytest.mark.local

ROOT = Path(__file__).parents[3]
CODE = (
    "containers/compiled",
    "containers/serving",
    *(f"local/images/{name}" for name in ("framework", "recordio", "xgboost")),
)
FEATURES, LABELS = iris()


@contextmanager
def server(base: Path, workers: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(str(ROOT / folder) for folder in CODE),
        "SAGEMAKER_BASE_DIR": str(base),
        "SAGEMAKER_BIND_TO_PORT": str(port),
        "SAGEMAKER_MODEL_SERVER_WORKERS": str(workers),
    }
    command = [sys.executable, "-m", "xgboost_image", "serve"]
    with subprocess.Popen(command, env=environment, cwd=base, stdout=subprocess.PIPE) as process:
        try:
            yield process, port
        finally:
            process.kill()


def healthy(port: int) -> None:
    for _ in range(600):
        try:
            assert ask(port, "GET", "/ping") == (200, b"")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("no healthy /ping within 30 seconds")


def ask(port: int, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    return asked(HTTPConnection("127.0.0.1", port, timeout=20), method, path, body)


def asked(connection: HTTPConnection, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    connection.request(method, path, body, {"Content-Type": "text/csv"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def children(process: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def count(process: int, what: str) -> int:
    return len(list(Path(f"/proc/{process}/{what}").iterdir()))


def model(base: Path, **parameters: Any) -> xgboost.Booster:
    matrix = xgboost.DMatrix(FEATURES, LABELS)
    booster = xgboost.train({"num_class": 3, "objective": "multi:softprob", "nthread": 1, **parameters}, matrix, 10)
    (base / "model").mkdir()
    booster.save_model(base / "model" / "model.ubj")
    (base / "model" / "model.ubj").rename(base / "model" / "xgboost-model")
    return booster


@pytest.mark.parametrize(("parameters", "engine"), [({}, b"compiled"), ({"booster": "dart"}, b"xgboost")])
def test_forked_workers_share_a_model_and_compute_with_it(
    tmp_path: Path, parameters: dict[str, Any], engine: bytes
) -> None:
    booster = model(tmp_path, **parameters)
    expected = booster.predict(xgboost.DMatrix(FEATURES))
    with server(tmp_path, 2) as (process, port):
        healthy(port)
        assert b'"Engine": "%s"' % engine in ask(port, "GET", "/execution-parameters")[1]
        # A thread of the parent's would be missing in its children: a pool of OpenMP's hangs there.
        assert count(process.pid, "task") == 1
        workers = children(process.pid)
        before = [count(worker, "fd") for worker in workers]
        connections = [HTTPConnection("127.0.0.1", port, timeout=20) for _ in range(8)]
        for connection in connections:
            status, body = asked(connection, "POST", "/invocations", csv(None, FEATURES))
            assert status == 200
            got = [[float(cell) for cell in line.split(b",")] for line in body.splitlines()]
            np.testing.assert_allclose(got, expected, rtol=1e-6)
        busy = [count(worker, "fd") > files for worker, files in zip(workers, before, strict=True)]
        assert busy == [True, True]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_server_without_a_model_ends_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with server(tmp_path, 2) as (process, _):
        output, _ = process.communicate(timeout=30)
        assert process.returncode == 1
        assert b"cannot serve: there is no model file in" in output
