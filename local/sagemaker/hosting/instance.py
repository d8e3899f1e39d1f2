"""One instance of a variant: a server for each container of the model, asked one after the other."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.runtime.interface import Launch
from local.sagemaker import containers, modeldata
from local.sagemaker.context import Context
from local.sagemaker.hosting.problems import ContainerAbsent, ContainerLost, ContainerProblem, FleetProblem, GivenUp
from local.sagemaker.jobs import new_instance_id
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
class Question:
    """An invocation as the containers get it; `target` is the host name of the one that a Direct pipeline asks."""

    body: bytes
    content_type: str
    accept: str = ""
    passed_on: tuple[tuple[str, str], ...] = ()
    target: str = ""
    most: int | None = None


@dataclass(frozen=True)
class _Container:
    name: str
    image: str
    folder: Path
    log: LogStream
    server: ModelServer


class Instance:
    """All containers of a model, each with its own server, file system and log stream."""

    def __init__(
        self, context: Context, endpoint: str, variant: Record, model: Record, changed: Callable[[], None]
    ) -> None:
        """`changed` is called when a server became healthy or ceased to be."""
        self.busy = 0  # requests on their way; whoever chooses instances counts them
        self._context = context
        self._endpoint = endpoint
        self._variant = variant
        self._model = model
        self._changed = changed
        self._containers: list[_Container] = []
        self._id = new_instance_id()

    @property
    def healthy(self) -> bool:
        """Whether every container answers its pings."""
        return bool(self._containers) and all(item.server.healthy for item in self._containers)

    def start(self) -> None:
        """Put every artifact in place and start every server.

        Raises:
            FleetProblem: an artifact cannot be had; `stop` cleans up then too.
        """
        several = containers.containers_of(self._model)
        try:
            for container in several:
                self._start(container, suffix=f"/{container['ContainerHostname']}" if len(several) > 1 else "")
        except OSError as error:  # a full disk, say
            variant = self._variant["VariantName"]
            raise FleetProblem(f"Production variant {variant}: cannot prepare its files: {error.strerror}") from error

    def _start(self, container: Record, suffix: str) -> None:
        variant = self._variant["VariantName"]
        folder = self._context.make_sandbox(f"{self._endpoint}-{variant}")
        try:
            modeldata.place(self._context, container, folder)
        except OSError:
            self._context.drop_sandbox(folder, container["Image"])
            raise
        except modeldata.ModelProblem as error:
            self._context.drop_sandbox(folder, container["Image"])
            raise FleetProblem(str(error)[:_LONGEST_REASON]) from error
        log = self._context.logs.open(f"/aws/sagemaker/Endpoints/{self._endpoint}", f"{variant}/{self._id}{suffix}")
        limits = self._context.limits
        server = ModelServer(
            self._context.runtime,
            self._launch(container, folder),
            log.write,
            check=HealthCheck(
                pause=limits.ping_seconds,
                timeout=limits.ping_timeout_seconds,
                patience=limits.invocation_seconds + limits.ping_seconds,
            ),
            changed=self._changed,
        )
        self._containers.append(
            _Container(container["ContainerHostname"], container["Image"], folder, log, server),
        )
        server.start()

    def _launch(self, container: Record, folder: Path) -> Launch:
        return Launch(
            name=f"{self._endpoint}-{self._variant['VariantName']}",
            image=container["Image"],
            base_dir=folder,
            arguments=("serve",),
            environment=container.get("Environment", {}),
            serves=True,
        )

    def await_healthy(self, deadline: float, give_up: threading.Event) -> None:
        """Wait until every container answered a ping.

        Raises:
            FleetProblem: one does not until `deadline` (of the monotonic clock), or cannot be started.
        """
        variant = self._variant["VariantName"]
        for item in self._containers:
            problem = item.server.wait_healthy(deadline, give_up)
            if give_up.is_set():
                raise GivenUp("stopped")
            if problem == "ping":
                raise FleetProblem(
                    f"The {item.name} container for production variant {variant} did not pass the ping"
                    " health check. Please check CloudWatch logs for this endpoint."
                )
            if problem:
                raise FleetProblem(f"Production variant {variant}: {problem}"[:_LONGEST_REASON])

    def ask(self, question: Question, seconds: float) -> Answer:
        """Pass a request through the containers; each answer is the next one's request.

        Raises:
            ContainerProblem: one did not answer with success.
        """
        end = time.monotonic() + seconds
        path = [item for item in self._containers if question.target in ("", item.name)]
        body, content_type = question.body, question.content_type
        for place, container in enumerate(path, 1):
            headers = {"Content-Type": content_type, **dict(question.passed_on)}
            if question.accept and place == len(path):
                headers["Accept"] = question.accept
            answer = _ask(container, body, headers, max(0.1, end - time.monotonic()), question.most)
            body = answer.body
            content_type = answer.header("Content-Type") or content_type
        return answer

    def stop(self) -> None:
        """Stop every server and remove what it had on disk."""
        stopped, self._containers = self._containers, []  # `start` may still add to the new list; it stops those
        parallel = [threading.Thread(target=self._stop, args=(item,)) for item in stopped]
        for thread in parallel:
            thread.start()
        for thread in parallel:
            thread.join()

    def _stop(self, container: _Container) -> None:
        container.server.stop(self._context.limits.stop_grace_seconds)
        self._context.drop_sandbox(container.folder, container.image)
        container.log.close()


def _ask(container: _Container, body: bytes, headers: dict[str, str], seconds: float, most: int | None) -> Answer:
    who = (container.name, container.log.name)
    try:
        answer = container.server.post(body, headers, seconds, most)
    except ServerUnavailable as error:
        raise ContainerAbsent(*who, 0, "no container is there to answer") from error
    except ServerBroken as error:
        raise ContainerLost(*who, 0, f"the connection to the container was lost: {error}") from error
    except ServerTimedOut as error:
        raise ContainerProblem(*who, 0, _timed_out(container.name)) from error
    except AnswerTooLarge as error:
        raise ContainerProblem(*who, error.status, None) from error
    if not 200 <= answer.status < 300:
        raise ContainerProblem(*who, answer.status, answer.body.decode("utf-8", "replace"))
    return answer


def _timed_out(container: str) -> str:
    return (
        f"Your invocation timed out while waiting for a response from container {container}. Review the latency"
        " metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
    )
