"""The deployments that the journeys share, each made by `make up` itself in a copy of this checkout.

Two differ in the runtime, one in that its models break: `make test` has each in a process of its own, beside the others
(tests/distribution.py).
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.demo import ROOT
from local.settings import Runtime, Settings
from tests.engine import require_engine
from tests.journey.deployment import Deployment

IRIS = ("iris-forest", "iris-mars", "iris-xgboost")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def settings_for(runtime: Runtime, home: Path) -> Settings:
    """A home of its own whose cache of environments is the checkout's, so that nothing is installed twice."""
    cache = ROOT / ".trainyard/cache"
    cache.mkdir(parents=True, exist_ok=True)
    home.mkdir()
    (home / "cache").symlink_to(cache)
    return Settings(home=home, port=free_port(), runtime=runtime)


@contextmanager
def deployed(
    runtime: Runtime, folder: Path, *, demo: str, also: Sequence[str], unpushed: Sequence[str] = (), **environment: str
) -> Iterator[Deployment]:
    """What `make up` leaves for the workload `demo`, with the data of `also` pushed, and `unpushed` beside them."""
    settings = settings_for(runtime, folder / "home")
    deployment = Deployment.with_faulty_workload(settings, folder / "checkout")
    deployment.environment |= {"TRAINYARD_WORKLOADS": ",".join([demo, *also, *unpushed]), **environment}
    log = folder / "up.log"
    try:
        with log.open("w") as output:
            up = subprocess.run(
                [sys.executable, "-m", "local.demo", "--keep", demo], timeout=900, check=False,
                cwd=deployment.folder, env=os.environ | deployment.environment, stdout=output, stderr=output,
            )  # fmt: skip
        deployment.up_log = log.read_text()
        assert up.returncode == 0, deployment.up_log
        for workload in also:
            deployment.push(workload)
        yield deployment
    finally:
        deployment.command("trainyard-local", "clean", check=False)
        shutil.rmtree(folder / "checkout", ignore_errors=True)


@contextmanager
def serving(runtime: Runtime, folder: Path, *, unpushed: Sequence[str]) -> Iterator[Deployment]:
    """`boston` and `iris-sklearn` are live."""
    with deployed(runtime, folder, demo="boston", also=["iris-sklearn"], unpushed=unpushed) as deployment:
        outcome = deployment.run("iris-sklearn")
        assert outcome["status"] == "SUCCEEDED", outcome.get("cause")
        yield deployment


@pytest.fixture(scope="session")
def on_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Images run as processes; all workloads but those of `breaking`. The image of `trips` needs CRAN to build."""
    more = [*IRIS, "faulty", "slopes", "trips", "watched"]
    with serving("process", tmp_path_factory.mktemp("process"), unpushed=more) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def on_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Images run in the container engine."""
    require_engine()
    with serving("engine", tmp_path_factory.mktemp("engine"), unpushed=IRIS) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def breaking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Images run as processes; `faulty` is live, whose model breaks on request, and may be the next moment."""
    unhealthy = {"TRAINYARD_STARTUP_SECONDS": "20"}  # servers that never become healthy are waited for in several tests
    with deployed(
        "process", tmp_path_factory.mktemp("breaking"),
        demo="faulty", also=["asked", "canary", "linear"], unpushed=["watched"], **unhealthy,
    ) as deployment:  # fmt: skip
        yield deployment
