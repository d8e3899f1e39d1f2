"""The engine runtime: an image as a container of Docker or Podman, both through docker-py.

Containers carry the label `trainyard.home`, by which the next start finds what a killed server left.
"""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import ReadTimeout, RequestException

from local.runtime import catalog
from local.runtime.build import EngineBuilder, Plan
from local.runtime.connection import connect as connect
from local.runtime.engine_images import EngineImages, short_reason
from local.runtime.images import PublishedImage
from local.runtime.interface import (
    STOP_GRACE_SECONDS,
    Handle,
    Launch,
    LogLine,
    Runtime,
    RuntimeProblem,
    stop_all,
)
from local.runtime.library import ImageLibrary
from local.runtime.networks import Networks
from local.settings import Settings

LABEL = "trainyard.home"
_PORT = "8080/tcp"


class EngineRuntime(Runtime):
    """Runs any image that the engine holds under the URI that a job names."""

    name = "engine"

    def __init__(
        self,
        settings: Settings,
        connection: docker.DockerClient,
        progress: Callable[[str], None] = lambda _: None,
        stand_ins: Path = catalog.ROOT,
    ) -> None:
        self.docker = connection
        self._home = str(settings.home)
        self._images = EngineImages(settings, connection, self._build, ImageLibrary(settings, stand_ins))
        self._networks = Networks(connection, {LABEL: self._home})
        self._progress = progress
        self._handles: set[ContainerHandle] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._reap()

    def start(self, launch: Launch, log: LogLine) -> Handle:
        """Run a container with what is in `launch.base_dir` below its `/opt/ml`."""
        image = self._images.resolve(launch.image)
        try:
            container = self.docker.containers.create(
                image,
                list(launch.arguments) or None,
                entrypoint=list(launch.entrypoint) or None,
                environment={**catalog.variables(launch.image), **launch.environment},
                hostname=launch.host_name,
                labels={LABEL: self._home},
                volumes=_mounts(launch.base_dir),
                ports={_PORT: ("127.0.0.1", 0)} if launch.serves else None,
                **self._networks.membership(launch),
            )
        except (APIError, RequestException) as error:
            raise RuntimeProblem(f"cannot create a container of {launch.image}: {short_reason(error)}") from error
        return self._run(container, launch, log)

    def _run(self, container: Any, launch: Launch, log: LogLine) -> "ContainerHandle":
        try:
            with self._lock:
                if self._closed:
                    raise RuntimeProblem("the embedded AWS is shutting down")
                container.start()
                handle = ContainerHandle(container, log, launch.serves, self._forget)
                self._handles.add(handle)
        except (APIError, RequestException) as error:
            _remove(container)
            raise RuntimeProblem(f"cannot start {launch.image}: {short_reason(error)}") from error
        except RuntimeProblem:
            _remove(container)
            raise
        return handle

    def _build(self, image: PublishedImage, tag: str) -> None:
        self._progress(f"building {tag} (once)")
        plan = Plan(
            tag=tag,
            context=image.context,
            dockerfile=image.dockerfile,
            build_args=image.build_args,
            target=image.target,
        )
        EngineBuilder(self.docker, self._progress).build(plan)

    def open_network(self, name: str, *, isolated: bool = False) -> str:
        """Make a bridge network; with `isolated` it leads nowhere else."""
        return self._networks.open(name, isolated=isolated)

    def close_network(self, network: str) -> None:
        """Remove it."""
        if network:
            self._networks.close(network)

    def release(self, base_dir: Path, image: str) -> None:
        """Open what a container wrote as root, where this user could not remove it."""
        if os.getuid() == 0 or all(os.access(path, os.W_OK) for path in base_dir.rglob("*") if path.is_dir()):
            return
        with suppress(APIError, RequestException, RuntimeProblem):
            self.docker.containers.run(
                self._images.resolve(image),
                ["-R", "a+rwX", "/opt/ml"],
                entrypoint=["chmod"],
                user="0",
                remove=True,
                labels={LABEL: self._home},
                volumes={str(base_dir.resolve()): {"bind": "/opt/ml", "mode": "rw"}},
            )

    def close(self) -> None:
        """Stop every container that still runs."""
        with self._lock:
            self._closed = True
            handles = list(self._handles)
        stop_all(handles, grace=1.0)
        self._reap()
        self.docker.close()

    def _forget(self, handle: "ContainerHandle") -> None:
        with self._lock:
            self._handles.discard(handle)

    def _reap(self) -> None:
        with suppress(APIError, RequestException):
            for container in self.docker.containers.list(
                all=True, filters={"label": f"{LABEL}={self._home}"}, ignore_removed=True
            ):
                _remove(container)
        self._networks.reap()


class ContainerHandle(Handle):
    """A container, removed once it ended."""

    def __init__(self, container: Any, log: LogLine, serves: bool, ended: Any) -> None:
        self._container = container
        self._log = log
        self._ended = ended
        self._code = 0
        self._done = threading.Event()
        self._url = self._published() if serves else ""
        threading.Thread(target=self._follow, name=f"container-{container.short_id}", daemon=True).start()

    @property
    def url(self) -> str:
        """Where its port 8080 is published."""
        return self._url

    def _published(self) -> str:
        self._container.reload()
        bindings = (self._container.ports or {}).get(_PORT)
        return f"http://127.0.0.1:{bindings[0]['HostPort']}" if bindings else "http://127.0.0.1:9"

    def wait(self, timeout: float | None = None) -> int | None:
        """Return the container's exit code."""
        return self._code if self._done.wait(timeout) else None

    def stop(self, grace: float = STOP_GRACE_SECONDS) -> None:
        """Stop the container as `docker stop` does."""
        if self._done.is_set():
            return
        with suppress(APIError, RequestException):
            self._container.stop(timeout=max(1, round(grace)))
        if not self._done.wait(10):
            _remove(self._container)
            self._done.wait(5)

    def _follow(self) -> None:
        self._read()
        try:
            self._code = int(self._container.wait()["StatusCode"])
        except (DockerException, RequestException):
            self._code = 137
        _remove(self._container)
        self._ended(self)
        self._done.set()

    def _read(self) -> None:
        since = 0
        while True:
            try:
                self._stream(since)
                return
            except ReadTimeout:  # silent for long: follow on
                since = int(time.time())
            except (DockerException, RequestException):
                return

    def _stream(self, since: int) -> None:
        pending = b""
        more = {"since": since} if since else {}
        for chunk in self._container.logs(stream=True, follow=True, **more):
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                self._log(line.decode("utf-8", "replace").rstrip("\r"))
        if pending:
            self._log(pending.decode("utf-8", "replace"))


def _mounts(base_dir: Path) -> dict[str, dict[str, str]]:
    """Mount each folder by itself: what an image brings below /opt/ml, its `code` for one, stays visible, as on AWS."""
    return {str(path.resolve()): {"bind": f"/opt/ml/{path.name}", "mode": "rw"} for path in sorted(base_dir.iterdir())}


def _remove(container: Any) -> None:
    with suppress(NotFound, APIError, RequestException):
        container.remove(force=True, v=True)
