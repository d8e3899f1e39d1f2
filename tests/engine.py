"""Whether a container engine answers here; CI sets TRAINYARD_REQUIRE_ENGINE: there it may not be missing."""

import os
from functools import cache

import docker
import pytest
from docker.errors import DockerException

# Seconds: an engine that builds images for other tests answers late. Where there is none, that is told at once.
PATIENCE = 60


@cache
def engine_answers() -> bool:
    try:
        return bool(docker.from_env(timeout=PATIENCE).ping())
    except DockerException:
        return False


def require_engine() -> None:
    """Skip the test where no engine answers; fail it where one is promised."""
    if engine_answers():
        return
    reason = "no container engine answers (start Docker or Podman, or set DOCKER_HOST)"
    if os.environ.get("TRAINYARD_REQUIRE_ENGINE"):
        pytest.fail(reason)
    pytest.skip(reason)
