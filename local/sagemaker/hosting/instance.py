"""One instance of a variant: the containers of the model, asked one after the other."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from local.sagemaker import containers
from local.sagemaker.context import Context
from local.sagemaker.hosting.container import Container, Place
from local.sagemaker.hosting.problems import ContainerAbsent, FleetProblem
from local.sagemaker.jobs import new_instance_id
from local.sagemaker.servers import Answer
from local.sagemaker.store import Record


@dataclass(frozen=True, kw_only=True)
class Question:
    """An invocation as the containers get it; `target` is the host name of the one that a Direct pipeline asks."""

    body: bytes
    content_type: str
    accept: str = ""
    passed_on: tuple[tuple[str, str], ...] = ()
    target: str = ""
    most: int | None = None  # bytes of an answer


class Instance:
    """All containers of a model."""

    def __init__(
        self, context: Context, endpoint: str, variant: str, model: Record, changed: Callable[[], None]
    ) -> None:
        """`changed` is called when a server became healthy or ceased to be."""
        self.busy = 0  # requests on their way; whoever chooses instances counts them
        self._context = context.acting_as(model.get("ExecutionRoleArn", ""))
        self._endpoint = endpoint
        self._variant = variant
        self._model = model
        self._changed = changed
        self._containers: list[Container] = []
        self._id = new_instance_id()

    @property
    def healthy(self) -> bool:
        """Whether every container answers its pings."""
        return bool(self._containers) and all(item.healthy for item in self._containers)

    def start(self) -> None:
        """Put every artifact in place and start every server.

        Raises:
            FleetProblem: an artifact cannot be had; `stop` cleans up then too.
        """
        several = containers.containers_of(self._model)
        try:
            for container in several:
                stream = f"{self._id}/{container['ContainerHostname']}" if len(several) > 1 else self._id
                place = Place(endpoint=self._endpoint, variant=self._variant, stream=stream)
                self._containers.append(Container(self._context, container, place, self._changed))
                self._containers[-1].start()
        except OSError as error:  # a full disk, say
            why = f"cannot prepare its files: {error.strerror}"
            raise FleetProblem(f"Production variant {self._variant}: {why}") from error

    def await_healthy(self, deadline: float, give_up: threading.Event) -> None:
        """Wait until every container answered a ping.

        Raises:
            FleetProblem: one does not until `deadline` (of the monotonic clock), or cannot be started.
        """
        for container in list(self._containers):
            container.await_healthy(deadline, give_up)

    def ask(self, question: Question, seconds: float) -> Answer:
        """Pass a request through the containers; each answer is the next one's request.

        Raises:
            ContainerProblem: one did not answer with success.
        """
        end = time.monotonic() + seconds
        path = [item for item in self._containers if question.target in ("", item.name)]
        if not path:
            raise ContainerAbsent(question.target, self._id, 0, "the instance was stopped")
        body, content_type = question.body, question.content_type
        for place, container in enumerate(path, 1):
            headers = {"Content-Type": content_type, **dict(question.passed_on)}
            if question.accept and place == len(path):
                headers["Accept"] = question.accept
            answer = container.ask(body, headers, max(0.1, end - time.monotonic()), question.most)
            body = answer.body
            content_type = answer.header("Content-Type") or content_type
        return answer

    def stop(self) -> None:
        """Stop every server and remove what it had on disk."""
        stopped, self._containers = self._containers, []  # `start` may still add to the new list; it stops those
        parallel = [threading.Thread(target=item.stop) for item in stopped]
        for thread in parallel:
            thread.start()
        for thread in parallel:
            thread.join()
