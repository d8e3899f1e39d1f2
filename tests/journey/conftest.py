"""One deployment per runtime for the session, made by `make up` itself in a copy of this checkout."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from local.demo import ROOT
from local.settings import Runtime, Settings
from tests.engine import require_engine
from tests.journey.deployment import Deployment

WORKLOADS = ("boston", "iris-forest", "iris-mars", "iris-sklearn", "iris-xgboost")


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


def deployed(runtime: Runtime, folder: Path, *more: str, unpushed: Sequence[str] = ()) -> Iterator[Deployment]:
    settings = settings_for(runtime, folder / "home")
    deployment = Deployment.with_faulty_workload(settings, folder / "checkout")
    deployment.environment["TRAINYARD_WORKLOADS"] = ",".join([*WORKLOADS, *more, *unpushed])
    log = folder / "up.log"
    try:
        with log.open("w") as output:
            up = subprocess.run(
                [sys.executable, "-m", "local.demo", "--keep", "boston"], timeout=900, check=False,
                cwd=deployment.folder, env=os.environ | deployment.environment, stdout=output, stderr=output,
            )  # fmt: skip
        deployment.up_log = log.read_text()
        assert up.returncode == 0, deployment.up_log
        for workload in ("iris-sklearn", *more):
            deployment.push(workload)
        outcome = deployment.run("iris-sklearn")
        assert outcome["status"] == "SUCCEEDED", outcome.get("cause")
        yield deployment
    finally:
        deployment.command("trainyard-local", "clean", check=False)
        shutil.rmtree(folder / "checkout", ignore_errors=True)


@pytest.fixture(scope="session")
def on_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Images run as processes; more workloads: those of this folder, and one whose image needs CRAN to build."""
    unpushed = ["slopes", "watched"]
    pushed = ("faulty", "asked", "canary", "linear", "trips")
    yield from deployed("process", tmp_path_factory.mktemp("process"), *pushed, unpushed=unpushed)


@pytest.fixture(scope="session")
def on_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Images run in the container engine."""
    require_engine()
    yield from deployed("engine", tmp_path_factory.mktemp("engine"))
