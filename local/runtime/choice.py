"""Which runtime: a container engine if one answers, else processes, unless the settings say."""

from collections.abc import Callable

from local.runtime import engine
from local.runtime.interface import Runtime, RuntimeProblem
from local.runtime.process import ProcessRuntime
from local.settings import Settings


def select(settings: Settings, progress: Callable[[str], None] = lambda _: None) -> Runtime:
    """Return the runtime that `settings` ask for.

    Raises:
        RuntimeProblem: a container engine is demanded and none answers.
    """
    if settings.runtime == "process":
        return ProcessRuntime(settings, progress)
    connection = engine.connect()
    if connection is not None:
        return engine.EngineRuntime(settings, connection, progress)
    if settings.runtime == "engine":
        raise RuntimeProblem(
            "TRAINYARD_RUNTIME=engine, but no container engine answers: start Docker or Podman"
            " (systemctl --user start podman.socket), or set DOCKER_HOST to its socket"
        )
    return ProcessRuntime(settings, progress)
