"""A variant that runs on instances: which of them gets a request, and how their number changes while it serves."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from local.sagemaker.context import Context
from local.sagemaker.hosting.instance import Instance, Question
from local.sagemaker.hosting.problems import ContainerAbsent, ContainerLost, FleetProblem, GivenUp, NoInstance
from local.sagemaker.servers import Answer
from local.sagemaker.store import Record

_LOOK_AGAIN = 0.05


class Variant:
    """A production variant or a shadow as it runs."""

    def __init__(self, context: Context, endpoint: str, config: Record, model: Record) -> None:
        self.config = config
        self.model = model
        self.weight = float(config.get("InitialVariantWeight", 1.0))
        self.desired_weight = self.weight
        self.desired_count = int(config.get("InitialInstanceCount", 0))
        self._context = context
        self._endpoint = endpoint
        self._instances: list[Instance] = []
        self._turn = 0
        self._room = threading.Condition()
        self._give_up = threading.Event()

    @property
    def name(self) -> str:
        """The variant's name."""
        return str(self.config["VariantName"])

    @property
    def count(self) -> int:
        """How many instances it has now."""
        return len(self._instances)

    def ask(self, question: Question) -> Answer:
        """Let an instance answer; another one takes over when it dies meanwhile.

        Raises:
            ContainerProblem: the model did not answer with success.
            NoInstance: there is no healthy instance, nor did one come up in a few seconds.
        """
        limits = self._context.limits
        end = time.monotonic() + limits.invocation_seconds
        patience = time.monotonic() + limits.restart_wait_seconds
        avoided: set[Instance] = set()
        lost: ContainerLost | None = None
        while (left := end - time.monotonic()) > 0:
            with self._lease(avoided, 0.0 if lost else patience) as instance:
                if instance is None:
                    break
                avoided.add(instance)
                try:
                    return instance.ask(question, left)
                except ContainerAbsent:
                    continue
                except ContainerLost as error:
                    if lost:  # a request that brings down every instance it meets
                        raise
                    lost = error
        raise lost or NoInstance

    @contextmanager
    def _lease(self, avoided: set[Instance], until: float) -> Iterator[Instance | None]:
        instance = self._choose(avoided, until)
        try:
            yield instance
        finally:
            if instance:
                with self._room:
                    instance.busy -= 1
                    self._room.notify_all()

    def _choose(self, avoided: set[Instance], until: float) -> Instance | None:
        with self._room:
            while True:
                healthy = [item for item in self._instances if item.healthy and item not in avoided]
                if healthy:
                    chosen = self._next(healthy)
                    chosen.busy += 1
                    return chosen
                if time.monotonic() >= until or self._give_up.is_set():
                    return None
                self._room.wait(_LOOK_AGAIN)
                avoided.clear()  # one that was gone may be up again

    def _next(self, healthy: list[Instance]) -> Instance:
        if self.config.get("RoutingConfig", {}).get("RoutingStrategy") == "LEAST_OUTSTANDING_REQUESTS":
            return min(healthy, key=lambda item: item.busy)
        self._turn += 1
        return healthy[self._turn % len(healthy)]

    def start(self) -> None:
        """Start the instances of the configuration; `await_healthy` tells how it went."""
        for _ in range(self.desired_count):
            self._add()

    def await_healthy(self) -> None:
        """Wait until all instances are healthy.

        Raises:
            FleetProblem: one is not.
        """
        self._await(list(self._instances))

    def resize(self, count: int) -> None:
        """Come to `count` instances; new ones are healthy first, surplus ones finish what they do.

        Raises:
            FleetProblem: a new one does not come up; the number is as before.
        """
        added: list[Instance] = []
        try:
            while len(self._instances) < count:
                added.append(self._add())
            self._await(added)
        except FleetProblem:
            self._remove(added)
            raise
        self._remove(self._instances[count:])

    def stop(self) -> None:
        """Stop every instance."""
        self._give_up.set()
        with self._room:
            instances, self._instances = self._instances, []
            self._room.notify_all()
        _together(instances)

    def _add(self) -> Instance:
        instance = Instance(self._context, self._endpoint, self.config, self.model, self._changed)
        with self._room:
            if self._give_up.is_set():
                raise GivenUp("stopped")
            self._instances.append(instance)
        instance.start()
        if self._give_up.is_set():  # `stop` may have come before the servers
            instance.stop()
        return instance

    def _await(self, instances: list[Instance]) -> None:
        asked = self.config.get("ContainerStartupHealthCheckTimeoutInSeconds")
        deadline = time.monotonic() + (asked or self._context.limits.startup_seconds)
        for instance in instances:
            instance.await_healthy(deadline, self._give_up)

    def _remove(self, instances: list[Instance]) -> None:
        end = time.monotonic() + self._context.limits.drain_seconds
        with self._room:
            self._instances = [item for item in self._instances if item not in instances]
            while any(item.busy for item in instances) and (left := end - time.monotonic()) > 0:
                self._room.wait(left)
        _together(instances)

    def _changed(self) -> None:
        with self._room:
            self._room.notify_all()


def _together(instances: list[Instance]) -> None:
    threads = [threading.Thread(target=instance.stop) for instance in instances]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
