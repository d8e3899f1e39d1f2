"""Servers that several tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.serving.servers import Server, running

LIMIT = 1024 * 1024


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One worker; bodies above 1,024 bytes go to its thread."""
    with running(tmp_path_factory.mktemp("serving"), max_body_bytes=LIMIT) as started:
        yield started


@pytest.fixture(scope="session")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One worker that waits a second for anything."""
    seconds = {"header_seconds": 1, "body_seconds": 1, "idle_seconds": 1}
    with running(tmp_path_factory.mktemp("hasty"), max_body_bytes=100 * LIMIT, **seconds) as started:
        yield started


@pytest.fixture(scope="session")
def threaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One worker that runs everything in its thread, as it is for a user's code."""
    with running(tmp_path_factory.mktemp("threaded"), inline_bytes=0, share=False) as started:
        yield started


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them start processes."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and not list(item.iter_markers("unit")):
            item.add_marker(pytest.mark.local)
