"""The running variants of one endpoint configuration. A fleet comes up whole or not at all."""

import math
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from local.sagemaker.capture import Capture
from local.sagemaker.context import Context
from local.sagemaker.errors import AwsError
from local.sagemaker.hosting.instance import Question
from local.sagemaker.hosting.serverless import ServerlessVariant
from local.sagemaker.hosting.shadow import Shadow
from local.sagemaker.hosting.variant import Variant
from local.sagemaker.store import Record
from local.sagemaker.variant_metrics import VariantMetrics


class Fleet:
    """All variants of one configuration."""

    def __init__(
        self,
        context: Context,
        metrics: VariantMetrics,
        endpoint: str,
        config: Record,
        models: dict[str, Record],
        chance: random.Random | None = None,
    ) -> None:
        """`models` are the records of the models that `config` names; `chance` chooses variants."""
        self.config_name: str = config["EndpointConfigName"]
        self.began = time.time()
        self.stage = ("Creating", self.began)  # of a deployment, as VariantStatus tells
        self._context = context
        self._metrics = metrics
        self._endpoint = endpoint
        self._random = chance or random.Random()  # noqa: S311  chooses a variant, not a secret

        def made(item: Record) -> Variant:
            kind = ServerlessVariant if "ServerlessConfig" in item else Variant
            return kind(context, endpoint, item, models[item["ModelName"]])

        self.variants = {item["VariantName"]: made(item) for item in config["ProductionVariants"]}
        shadows = [made(item) for item in config.get("ShadowProductionVariants", [])]
        self.shadows = [Shadow(variant, self._record, self._random.random) for variant in shadows]
        # AWS writes what it captures by right of the models' role; all variants of an endpoint have one of theirs here.
        role = models[config["ProductionVariants"][0]["ModelName"]].get("ExecutionRoleArn", "")
        self.capture = Capture(context.acting_as(role), endpoint, config.get("DataCaptureConfig", {}))
        self._idle = threading.Condition()
        self._busy = 0

    @property
    def all_variants(self) -> list[Variant]:
        """Production variants and shadows."""
        return [*self.variants.values(), *(shadow.variant for shadow in self.shadows)]

    def start(self, share: float = 1.0) -> None:
        """Start every server, or a share of each variant's, and wait until all are healthy.

        Raises:
            FleetProblem: one is not; nothing runs any more then.
        """
        try:
            for variant in self.all_variants:
                variant.start(math.ceil(variant.desired_count * share))
            for variant in self.all_variants:
                variant.await_healthy()
        except BaseException:
            self.stop()
            raise

    @contextmanager
    def request(self) -> Iterator["Fleet"]:
        """Count a request, so that a drain waits for it."""
        with self._idle:
            self._busy += 1
        try:
            yield self
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def choose(self, target: str | None) -> Variant:
        """Return the variant for a request: the one asked for, else one by weight.

        Raises:
            AwsError: there is none.
        """
        if target is not None:
            if target not in self.variants:
                raise AwsError("ValidationError", f"Variant {target} not found for Endpoint {self._endpoint}.")
            return self.variants[target]
        variants = list(self.variants.values())
        weights = [variant.weight for variant in variants]
        if not any(weights):
            raise AwsError("ValidationError", f"Every variant of {self._endpoint} has weight 0.")
        return self._random.choices(variants, weights)[0]

    def mirror(self, question: Question, production: Variant) -> None:
        """Show a request to the shadows."""
        for shadow in self.shadows:
            shadow.mirror(question, production.weight)

    def _record(self, variant: str, status: int, model: float, overhead: float) -> None:
        self._metrics.record(self._endpoint, variant, status=status, model_latency=model, overhead_latency=overhead)

    def drain(self) -> None:
        """Wait until no request is on its way, but not for ever."""
        deadline = time.monotonic() + self._context.limits.drain_seconds
        with self._idle:
            while self._busy and (left := deadline - time.monotonic()) > 0:
                self._idle.wait(left)

    def stop(self) -> None:
        """Stop every server and remove its folder."""
        stops = [variant.stop for variant in self.variants.values()] + [shadow.stop for shadow in self.shadows]
        threads = [threading.Thread(target=stop) for stop in [*stops, self.capture.close]]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
