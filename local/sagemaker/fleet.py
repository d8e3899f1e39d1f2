"""The running servers of one endpoint configuration, and which of them gets the next request."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local.runtime.interface import Launch
from local.sagemaker import models
from local.sagemaker.context import Context
from local.sagemaker.errors import AwsError
from local.sagemaker.jobs import new_instance_id
from local.sagemaker.logs import LogStream
from local.sagemaker.servers import ModelServer
from local.sagemaker.store import Record

_WAIT_FOR_RESTART = 5.0


class FleetProblem(Exception):
    """A fleet cannot come up; the message is the endpoint's FailureReason."""


@dataclass(eq=False)
class Instance:
    """One server of one variant."""

    server: ModelServer
    folder: Path
    image: str
    log: LogStream


@dataclass(eq=False)
class Variant:
    """A production variant as it runs."""

    config: Record
    model: Record
    weight: float
    instances: list[Instance] = field(default_factory=list)
    next: int = 0

    @property
    def name(self) -> str:
        """The variant's name."""
        return str(self.config["VariantName"])


class Fleet:
    """All variants of one configuration. It comes up whole or not at all."""

    def __init__(self, context: Context, endpoint: str, config: Record, model_records: dict[str, Record]) -> None:
        self._context = context
        self._endpoint = endpoint
        self.config_name: str = config["EndpointConfigName"]
        self._variants = {
            item["VariantName"]: Variant(
                item, model_records[item["ModelName"]], float(item.get("InitialVariantWeight", 1.0))
            )
            for item in config["ProductionVariants"]
        }
        self._lock = threading.Condition()
        self._busy = 0
        self._give_up = threading.Event()
        self._random = random.Random()  # noqa: S311  chooses a variant, not a secret

    def start(self) -> None:
        """Start every server and wait until all are healthy.

        Raises:
            FleetProblem: one is not; nothing runs any more then.
        """
        try:
            for variant in self._variants.values():
                for _ in range(_count(variant.config)):
                    self._add(variant)
            deadline = time.monotonic() + self._context.limits.startup_seconds
            for variant in self._variants.values():
                self._await(variant, variant.instances, deadline)
        except FleetProblem:
            self.stop()
            raise

    def _await(self, variant: Variant, instances: list[Instance], deadline: float) -> None:
        for instance in instances:
            asked = variant.config.get("ContainerStartupHealthCheckTimeoutInSeconds")
            until = min(deadline, time.monotonic() + asked) if asked else deadline
            problem = instance.server.wait_healthy(until, self._give_up)
            if problem == "ping":
                raise FleetProblem(
                    f"The primary container for production variant {variant.name} did not pass the ping"
                    " health check. Please check CloudWatch logs for this endpoint."
                )
            if problem:
                raise FleetProblem(f"Production variant {variant.name}: {problem}"[:1024])

    def _add(self, variant: Variant) -> Instance:
        if self._give_up.is_set():
            raise FleetProblem("stopped")
        container = models.container_of(variant.model)
        folder = self._context.make_sandbox(f"{self._endpoint}-{variant.name}")
        try:
            models.place(self._context, container, folder)
        except models.ModelProblem as error:
            self._context.drop_sandbox(folder, container["Image"])
            raise FleetProblem(str(error)[:1024]) from error
        log = self._context.logs.open(
            f"/aws/sagemaker/Endpoints/{self._endpoint}", f"{variant.name}/{new_instance_id()}"
        )
        launch = Launch(
            name=f"{self._endpoint}-{variant.name}",
            image=container["Image"],
            base_dir=folder,
            arguments=("serve",),
            environment=container.get("Environment", {}),
            serves=True,
        )
        instance = Instance(ModelServer(self._context.runtime, launch, log.write), folder, container["Image"], log)
        with self._lock:
            variant.instances.append(instance)
        instance.server.start()
        return instance

    @contextmanager
    def request(self) -> Iterator["Fleet"]:
        """Count a request, so that a drain waits for it."""
        with self._lock:
            self._busy += 1
        try:
            yield self
        finally:
            with self._lock:
                self._busy -= 1
                self._lock.notify_all()

    def choose(self, target: str | None) -> Variant:
        """Return the variant for a request: the one asked for, else one by weight."""
        with self._lock:
            if target is not None:
                if target not in self._variants:
                    raise AwsError("ValidationError", f"Variant {target} not found for Endpoint {self._endpoint}.")
                return self._variants[target]
            variants = list(self._variants.values())
            weights = [variant.weight for variant in variants]
            if not any(weights):
                raise AwsError("ValidationError", f"Every variant of {self._endpoint} has weight 0.")
            return self._random.choices(variants, weights)[0]

    def instance(self, variant: Variant, not_these: set[Instance]) -> Instance | None:
        """Return a healthy instance by turns; waits a short while for one that restarts."""
        deadline = time.monotonic() + _WAIT_FOR_RESTART
        while True:
            with self._lock:
                healthy = [item for item in variant.instances if item.server.healthy and item not in not_these]
                if healthy:
                    variant.next += 1
                    return healthy[variant.next % len(healthy)]
            if time.monotonic() > deadline or self._give_up.is_set():
                return None
            not_these.clear()
            time.sleep(0.05)

    def scale(self, name: str, weight: float | None, count: int | None) -> None:
        """Change a variant's weight and number of instances while it serves."""
        variant = self._variants[name]
        if count is not None:
            while len(variant.instances) < count:
                added = self._add(variant)
                self._await(variant, [added], time.monotonic() + self._context.limits.startup_seconds)
            with self._lock:
                surplus, variant.instances = variant.instances[count:], variant.instances[:count]
            if surplus:
                time.sleep(0.5)  # a request that just chose one of them reaches it
            for instance in surplus:
                instance.server.drain(self._context.limits.drain_seconds)
                self._stop_instance(instance)
        if weight is not None:
            with self._lock:
                variant.weight = weight

    def names(self) -> set[str]:
        """Return the variants' names."""
        return set(self._variants)

    def summaries(self) -> list[Record]:
        """Return ProductionVariants as DescribeEndpoint shows them."""
        with self._lock:
            return [_summary(variant) for variant in self._variants.values()]

    def drain(self) -> None:
        """Wait until no request is on its way, but not for ever."""
        deadline = time.monotonic() + self._context.limits.drain_seconds
        with self._lock:
            while self._busy and (left := deadline - time.monotonic()) > 0:
                self._lock.wait(left)

    def stop(self) -> None:
        """Stop every server and remove its folder."""
        self._give_up.set()
        with self._lock:
            instances = [item for variant in self._variants.values() for item in variant.instances]
            for variant in self._variants.values():
                variant.instances = []
        threads = [threading.Thread(target=self._stop_instance, args=(item,)) for item in instances]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _stop_instance(self, instance: Instance) -> None:
        instance.server.stop(self._context.limits.stop_grace_seconds)
        self._context.drop_sandbox(instance.folder, instance.image)
        instance.log.close()


def _count(config: Record) -> int:
    return int(config.get("InitialInstanceCount", 1))


def _summary(variant: Variant) -> Record:
    image = models.container_of(variant.model)["Image"]
    return {
        "VariantName": variant.name,
        "DeployedImages": [
            {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": variant.model["CreationTime"]}
        ],
        "CurrentWeight": variant.weight,
        "DesiredWeight": variant.weight,
        "CurrentInstanceCount": len(variant.instances),
        "DesiredInstanceCount": len(variant.instances),
    }
