"""Which worker of pytest-xdist runs what: a file at a time, and all journeys of one deployment together.

The deployments of the journeys are dear to make and know nothing of each other, and their tests wait a lot: each
deployment is made once, by one worker, beside the others and beside everybody else's tests. See `make test`.
"""

import re
from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
JOURNEYS = "tests/journey/"
DEPLOYMENTS = ("on_processes", "on_engine", "breaking")
"""Fixtures of tests/journey/conftest.py."""


class ByDeployment(LoadFileScheduling):  # type: ignore[misc]
    """Hands out groups of tests in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid)


def group(nodeid: str) -> str:
    """The deployment that a journey takes; where a file's journeys take several, their names say which. Else the file.

    Which fixtures a test takes is known to the workers alone, so the file is read.
    """
    file, _, test = nodeid.partition("::")
    taken = deployments(file) if file.startswith(JOURNEYS) else ()
    return next((name for name in taken if name in test), next(iter(taken), file))


@cache
def deployments(file: str) -> tuple[str, ...]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return tuple(name for name in DEPLOYMENTS if re.search(rf"\b{name}\b", text))


def journeys_first(items: list[pytest.Item]) -> None:
    """They take longest."""
    items.sort(key=lambda item: not item.nodeid.startswith(JOURNEYS))
