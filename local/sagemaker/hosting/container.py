"""One container of an instance: its artifact in place, its server, what its answers mean."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.runtime.interface import Launch
from local.sagemaker import modeldata
from local.sagemaker.context import Context
from local.sagemaker.hosting.problems import ContainerAbsent, ContainerLost, ContainerProblem, FleetProblem, GivenUp
from local.sagemaker.limits import Limits
from local.sagemaker.logs import LogStream
from local.sagemaker.pulse import HealthCheck
from local.sagemaker.servers import (
    Answer,
    AnswerTooLarge,
    ModelServer,
    ServerBroken,
    ServerTimedOut,
    ServerUnavailable,
)
from local.sagemaker.store import Record

_LONGEST_REASON = 1024


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a container belongs: endpoint, variant, and the last part of its log stream's name."""

    endpoint: str
    variant: str
    stream: str


class Container:
    """A container with a file system and a server of its own."""

    def __init__(self, context: Context, container: Record, place: Place, changed: Callable[[], None]) -> None:
        """Put the artifact in place; `changed` is called when the server became healthy or ceased to be.

        Raises:
            FleetProblem: the artifact cannot be had.
            OSError: its files cannot be written.
        """
        self.name: str = container["ContainerHostname"]
        self._context = context
        self._place = place
        self._image: str = container["Image"]
        self._folder = _folder(context, container, place)
        self._log: LogStream = context.open_log(
            f"/aws/sagemaker/Endpoints/{place.endpoint}", f"{place.variant}/{place.stream}"
        )
        launch = _launch(container, place, self._folder)
        check = _health_check(context.limits)
        self._server = ModelServer(context.runtime, launch, self._log.write, check=check, changed=changed)

    @property
    def healthy(self) -> bool:
        """Whether it answers its pings."""
        return self._server.healthy

    def start(self) -> None:
        """Start the server; `await_healthy` tells how it went."""
        self._server.start()

    def await_healthy(self, deadline: float, give_up: threading.Event) -> None:
        """Wait for its first ping.

        Raises:
            FleetProblem: there is none until `deadline` (of the monotonic clock), or the image cannot be started.
        """
        problem = self._server.wait_healthy(deadline, give_up)
        if give_up.is_set():
            raise GivenUp("stopped")
        if problem == "ping":
            raise FleetProblem(
                f"The {self.name} container for production variant {self._place.variant} did not pass the ping"
                " health check. Please check CloudWatch logs for this endpoint."
            )
        if problem:
            raise FleetProblem(f"Production variant {self._place.variant}: {problem}"[:_LONGEST_REASON])

    def ask(self, body: bytes, headers: dict[str, str], seconds: float, most: int | None) -> Answer:
        """Return its answer, if that is a success.

        Raises:
            ContainerProblem: it is not, or there is none.
        """
        who = (self.name, self._log.name)
        try:
            answer = self._server.post(body, headers, seconds, most)
        except ServerUnavailable as error:
            raise ContainerAbsent(*who, 0, "no container is there to answer") from error
        except ServerBroken as error:
            raise ContainerLost(*who, 0, f"the connection to the container was lost: {error}") from error
        except ServerTimedOut as error:
            raise ContainerProblem(*who, 0, _timed_out(self.name)) from error
        except AnswerTooLarge as error:
            raise ContainerProblem(*who, error.status, None) from error
        if not 200 <= answer.status < 300:
            raise ContainerProblem(*who, answer.status, answer.body.decode("utf-8", "replace"))
        return answer

    def stop(self) -> None:
        """Stop the server and remove what it had on disk."""
        self._server.stop(self._context.limits.stop_grace_seconds)
        self._context.drop_sandbox(self._folder, self._image)
        self._log.close()


def _folder(context: Context, container: Record, place: Place) -> Path:
    folder = context.make_sandbox(f"{place.endpoint}-{place.variant}")
    try:
        modeldata.place(context, container, folder)
    except OSError:
        context.drop_sandbox(folder, container["Image"])
        raise
    except modeldata.ModelProblem as error:
        context.drop_sandbox(folder, container["Image"])
        raise FleetProblem(str(error)[:_LONGEST_REASON]) from error
    return folder


def _launch(container: Record, place: Place, folder: Path) -> Launch:
    return Launch(
        name=f"{place.endpoint}-{place.variant}",
        image=container["Image"],
        base_dir=folder,
        arguments=("serve",),
        environment=container.get("Environment", {}),
        serves=True,
    )


def _health_check(limits: Limits) -> HealthCheck:
    return HealthCheck(
        pause=limits.ping_seconds,
        timeout=limits.ping_timeout_seconds,
        patience=limits.invocation_seconds + limits.ping_seconds,
    )


def _timed_out(container: str) -> str:
    return (
        f"Your invocation timed out while waiting for a response from container {container}. Review the latency"
        " metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
    )
