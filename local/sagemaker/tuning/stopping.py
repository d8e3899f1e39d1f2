"""When a running training job is stopped early: the median rule that AWS documents.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-early-stopping.html: the latest value of the
objective is compared with the median of the running averages that earlier jobs had at the same epoch. As AWS's
paper says (Perrone et al., 2021), nobody is judged before an epoch that depends on how long the completed jobs
ran; here it is a quarter of their median length.
"""

import math
from collections.abc import Sequence
from statistics import fmean, median

_FEWEST = 2


class MedianRule:
    """Knows the curves of ended jobs and judges those that run."""

    def __init__(self, *, maximize: bool) -> None:
        self._sign = -1.0 if maximize else 1.0
        self._curves: list[list[float]] = []
        self._completed: list[int] = []

    def add(self, curve: Sequence[float], *, completed: bool) -> None:
        """Take the objective's values of an ended job, epoch by epoch."""
        if curve:
            self._curves.append([self._sign * value for value in curve])
            if completed:
                self._completed.append(len(curve))

    def hopeless(self, curve: Sequence[float]) -> bool:
        """Tell whether a running job with this curve so far should stop."""
        epoch = len(curve)
        if len(self._completed) < _FEWEST or epoch <= math.ceil(median(self._completed) / 4):
            return False
        averages = [fmean(other[:epoch]) for other in self._curves if len(other) >= epoch]
        return bool(averages) and self._sign * curve[-1] > median(averages)
