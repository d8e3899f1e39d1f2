"""A shadow variant: some requests are mirrored to it, its answers are thrown away, its metrics are kept.

The caller's request never waits for it: what a busy shadow cannot take is not mirrored.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import BoundedSemaphore

from local.sagemaker.hosting.instance import Question
from local.sagemaker.hosting.problems import ContainerProblem, NoInstance
from local.sagemaker.hosting.variant import Variant

_PARALLEL = 8
_MOST_WAITING = 100

Record = Callable[[str, int, float, float], None]  # variant, status, seconds of the model, seconds beyond it


class Shadow:
    """One shadow variant and the threads that ask it."""

    def __init__(self, variant: Variant, record: Record, sample: Callable[[], float]) -> None:
        self.variant = variant
        self._record = record
        self._sample = sample
        self._pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix=f"shadow-{variant.name}")
        self._places = BoundedSemaphore(_PARALLEL + _MOST_WAITING)

    def mirror(self, question: Question, production_weight: float) -> None:
        """Maybe send the request to the shadow too; its share is the ratio of the weights. Never raises or waits."""
        if not production_weight or self._sample() >= self.variant.weight / production_weight:
            return
        if self._places.acquire(blocking=False):
            try:
                self._pool.submit(self._ask, question)
            except RuntimeError:  # the fleet is being stopped
                self._places.release()

    def _ask(self, question: Question) -> None:
        began = time.monotonic()
        status = 0
        try:
            with suppress(NoInstance):
                status = self.variant.ask(question).status
        except ContainerProblem as problem:
            status = problem.status
        finally:
            self._places.release()
            self._record(self.variant.name, status, time.monotonic() - began, 0.0)

    def stop(self) -> None:
        """Forget what waits and stop the variant."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.variant.stop()
