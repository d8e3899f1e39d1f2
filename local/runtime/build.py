"""Build an image for the runtime that will run it: by the engine, or by keeping its context."""

import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, BuildError
from requests.exceptions import RequestException

from local.runtime import contexts, dockerfile, environments, rootfs
from local.runtime.connection import connect
from local.runtime.images import parse_reference
from local.runtime.interface import RuntimeProblem
from local.settings import Settings

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One `docker build`."""

    tag: str
    context: Path
    dockerfile: str = "Dockerfile"
    build_args: dict[str, str] = field(default_factory=dict)
    platform: str = "linux/amd64"
    target: str = ""
    no_cache: bool = False


@dataclass(frozen=True)
class Built:
    """What came out: a digest, and for the process runtime a copy of the context."""

    digest: str
    engine: bool
    context: Path | None


class Builder(ABC):
    """Something that builds."""

    @abstractmethod
    def build(self, plan: Plan) -> Built:
        """Build the image.

        Raises:
            RuntimeProblem: it cannot be built; the message says where.
        """


def builder(settings: Settings, say: Say) -> Builder:
    """Return the builder for the runtime that the settings ask for."""
    connection = None if settings.runtime == "process" else connect()
    if connection is not None:
        return EngineBuilder(connection, say)
    if settings.runtime == "engine":
        raise RuntimeProblem("TRAINYARD_RUNTIME=engine, but no container engine answers")
    return ContextBuilder(settings, say)


def engine_tag(source: str, target: str) -> None:
    """Tag an image in the engine."""
    connection = connect()
    if connection is None:
        raise RuntimeProblem("the container engine that built the image does not answer any more")
    reference = parse_reference(target)
    name = "/".join(filter(None, (reference.registry, reference.repository)))
    try:
        connection.images.get(source).tag(name, tag=reference.tag)  # Podman takes no tag within the name
    except (APIError, RequestException) as error:
        raise RuntimeProblem(f"cannot tag {source}: {error}") from error


class EngineBuilder(Builder):
    """Docker or Podman, through the API's classic build, which makes Docker v2 schema 2 images in both."""

    def __init__(self, connection: docker.DockerClient, say: Say) -> None:
        self._docker = connection
        self._say = say

    def build(self, plan: Plan) -> Built:
        """Build, printing the engine's log as it comes."""
        try:
            steps = self._docker.api.build(
                path=str(plan.context),
                dockerfile=plan.dockerfile,
                tag=plan.tag,
                buildargs=plan.build_args,
                platform=plan.platform,
                target=plan.target or None,
                nocache=plan.no_cache,
                rm=True,
                forcerm=True,
                decode=True,
            )
            for step in steps:
                self._tell(step)
            identifier = str(self._docker.images.get(plan.tag).id)
        except (APIError, BuildError, RequestException) as error:
            raise RuntimeProblem(f"cannot build {plan.tag}: {error}") from error
        return Built(identifier, engine=True, context=None)

    def _tell(self, step: dict[str, Any]) -> None:
        if error := step.get("error"):
            raise RuntimeProblem(f"the build failed: {str(error).strip()}")
        if text := str(step.get("stream") or "").rstrip():
            self._say(text)


class ContextBuilder(Builder):
    """No engine: keep the context, check the Dockerfile, install the requirements."""

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say

    def build(self, plan: Plan) -> Built:
        """Return a copy of the context without what .dockerignore names."""
        definition = dockerfile.read(plan.context / plan.dockerfile, plan.build_args)
        for command in definition.skipped:
            self._say(f"left to this machine without a container engine: {command}")
        self._settings.state.mkdir(parents=True, exist_ok=True)
        home = Path(tempfile.mkdtemp(prefix=".copied-", dir=self._settings.state))
        context = home / "context"
        try:
            contexts.copy_context(plan.context, context, plan.dockerfile)
            rootfs.lay_out(home / "root", context, definition)
            needs = rootfs.requirements(home / "root", definition)
            environments.ensure(self._settings.cache, needs, self._say)
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise
        return Built(
            contexts.digest_of(context, plan.dockerfile, plan.build_args, plan.target), engine=False, context=context
        )
