"""What tests of several rooms share: a running embedded AWS of their own."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import control
from local.settings import Settings
from tests.distribution import ByDeployment, journeys_first

# The CDK checks templates against AWS's schemas, which is most of a synthesis: tests/stacks/test_app.py lets it, once
# for all workloads. The CDK's process takes the environment as it is when the CDK is imported.
os.environ.setdefault("CDK_VALIDATION", "false")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByDeployment | None:
    """Takes the place of `--dist loadfile`."""
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return ByDeployment(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every worker has all tests in the same order; who runs the tests without workers has them by name."""
    if hasattr(config, "workerinput"):
        journeys_first(items)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def embedded_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An embedded AWS in a process of its own, on a free port, with a home that goes away."""
    home: Path = tmp_path_factory.mktemp("embedded-aws")
    settings = Settings(home=home, port=free_port(), runtime="process")
    control.up(settings)
    yield settings
    control.clean(settings)
