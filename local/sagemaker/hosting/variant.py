"""A variant that runs on instances: how it answers, and how their number changes while it serves."""

import threading
import time

from local.sagemaker.context import Context
from local.sagemaker.hosting.instance import Instance, Question
from local.sagemaker.hosting.pool import Pool
from local.sagemaker.hosting.problems import ContainerAbsent, ContainerLost, FleetProblem, GivenUp, NoInstance
from local.sagemaker.servers import Answer
from local.sagemaker.store import Record


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
        strategy = config.get("RoutingConfig", {}).get("RoutingStrategy")
        self._pool = Pool(least_busy=strategy == "LEAST_OUTSTANDING_REQUESTS")
        self._give_up = threading.Event()

    @property
    def name(self) -> str:
        """The variant's name."""
        return str(self.config["VariantName"])

    @property
    def count(self) -> int:
        """How many instances it has now."""
        return len(self._pool.members)

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
            with self._pool.lease(avoided, 0.0 if lost else patience) as instance:
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

    def start(self, count: int) -> None:
        """Start so many instances; `await_healthy` tells how it went.

        Raises:
            FleetProblem: an artifact cannot be had.
        """
        for _ in range(count):
            self._add()

    def await_healthy(self) -> None:
        """Wait until all instances are healthy.

        Raises:
            FleetProblem: one is not.
        """
        self._await(self._pool.members)

    def resize(self, count: int) -> None:
        """Come to `count` instances; new ones are healthy first, surplus ones finish what they do.

        Raises:
            FleetProblem: a new one does not come up; the number is as before.
        """
        before = self._pool.members
        try:
            for _ in range(count - len(before)):
                self._add()
            self._await([item for item in self._pool.members if item not in before])
        except FleetProblem:
            self._remove([item for item in self._pool.members if item not in before])
            raise
        self._remove(self._pool.members[count:])

    def stop(self) -> None:
        """Stop every instance."""
        self._give_up.set()
        _stop(self._pool.close())

    def _add(self) -> None:
        instance = Instance(self._context, self._endpoint, self.name, self.model, self._pool.look_again)
        if not self._pool.add(instance):
            raise GivenUp("stopped")
        instance.start()
        if self._give_up.is_set():  # `stop` may have come before the servers
            instance.stop()

    def _await(self, instances: list[Instance]) -> None:
        asked = self.config.get("ContainerStartupHealthCheckTimeoutInSeconds")
        deadline = time.monotonic() + (asked or self._context.limits.startup_seconds)
        for instance in instances:
            instance.await_healthy(deadline, self._give_up)

    def _remove(self, instances: list[Instance]) -> None:
        self._pool.remove(instances, self._context.limits.drain_seconds)
        _stop(instances)


def _stop(instances: list[Instance]) -> None:
    threads = [threading.Thread(target=instance.stop) for instance in instances]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
