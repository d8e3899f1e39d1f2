"""Find the container engine: Docker or Podman, both through docker-py."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import docker
from docker.errors import DockerException
from requests.exceptions import RequestException

_PING_SECONDS = 15  # nobody there is known at once; a busy engine may take its time


def connect() -> docker.DockerClient | None:
    """Return a client of the first engine that answers: DOCKER_HOST, Docker's socket, Podman's sockets."""
    for url in _addresses():
        with suppress(DockerException, RequestException, OSError, ValueError):
            probe = docker.DockerClient(base_url=url, timeout=_PING_SECONDS)
            with_ping = probe.ping()
            probe.close()
            if with_ping:
                return docker.DockerClient(base_url=url, timeout=600, max_pool_size=100)
    return None


def _addresses() -> Iterator[str]:
    if host := os.environ.get("DOCKER_HOST"):
        yield host
        return
    user = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    home = Path.home()
    sockets = ["/var/run/docker.sock", str(home / ".docker/run/docker.sock"), f"{user}/docker.sock",
               f"{user}/podman/podman.sock", "/run/podman/podman.sock"]  # fmt: skip
    yield from (f"unix://{path}" for path in sockets if Path(path).exists())
