"""When a running training job is stopped early: the median rule that AWS documents.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html: the latest value of the
objective is compared with the median of the running averages that earlier jobs had at the same epoch. As AWS's
paper says (Perrone et al., 2021), nobody is judged before an epoch that depends on how long the completed jobs
ran; here it is a quarter of their median length.
"""

import math
from collections.abc import Sequence
from itertools import accumulate
from statistics import median

_FEWEST = 2


class MedianRule:
    """Knows the curves of ended jobs and judges those that run."""

    def __init__(self, *, maximize: bool) -> None:
        self._sign = -1.0 if maximize else 1.0
        self._averages: list[list[float]] = []  # of each curve, up to each epoch
        self._completed: list[int] = []

    def add(self, curve: Sequence[float], *, completed: bool) -> None:
        """Take the objective's values of an ended job, epoch by epoch."""
        if curve:
            sums = accumulate(self._sign * value for value in curve)
            self._averages.append([total / epoch for epoch, total in enumerate(sums, 1)])
            if completed:
                self._completed.append(len(curve))

    def hopeless(self, epoch: int, value: float) -> bool:
        """Tell whether a running job that measured `value` at an epoch (from 1) should stop."""
        if len(self._completed) < _FEWEST or epoch <= math.ceil(median(self._completed) / 4):
            return False
        averages = [averages[epoch - 1] for averages in self._averages if len(averages) >= epoch]
        return bool(averages) and self._sign * value > median(averages)
