"""When a tuning job is done before its last training job: target, no improvement, convergence.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-progress.html: an improvement is one of more
than 1% over the best so far. AWS does not say how it detects convergence; here it is a row of jobs without
improvement, ten at least and three for each tuned hyperparameter.
"""

import time
from collections.abc import Callable

from local.sagemaker.store import Record

_IMPROVEMENT = 0.01
_FEWEST_TO_CONVERGE = 10
_PER_HYPERPARAMETER = 3


class Progress:
    """Follows the objectives of a tuning job in the order in which its training jobs end."""

    def __init__(
        self, criteria: Record, *, maximize: bool, hyperparameters: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._sign = -1.0 if maximize else 1.0
        self._target = criteria.get("TargetObjectiveMetricValue")
        self._patience = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
        convergence = criteria.get("ConvergenceDetected", {}).get("CompleteOnConvergence", "Disabled")
        self._complete_on_convergence = convergence == "Enabled"
        self._row_to_converge = max(_FEWEST_TO_CONVERGE, _PER_HYPERPARAMETER * hyperparameters)
        self._clock = clock
        self._reference: float | None = None
        self._met = False
        self.not_improving = 0
        self.converged_at: float | None = None

    def add(self, objective: float) -> None:
        """Take the objective of a training job."""
        value = self._sign * objective
        self._met = self._met or (self._target is not None and value <= self._sign * self._target)
        if self._improves(value):
            self._reference, self.not_improving = value, 0
        else:
            self.not_improving += 1
        if self.not_improving >= self._row_to_converge and self.converged_at is None:
            self.converged_at = self._clock()

    @property
    def done(self) -> bool:
        """Whether a criterion is met."""
        return (
            self._met
            or (self._patience is not None and self.not_improving >= self._patience)
            or (self._complete_on_convergence and self.converged_at is not None)
        )

    @property
    def details(self) -> Record:
        """TuningJobCompletionDetails."""
        found: Record = {"NumberOfTrainingJobsObjectiveNotImproving": self.not_improving}
        return found if self.converged_at is None else {**found, "ConvergenceDetectedTime": self.converged_at}

    def _improves(self, value: float) -> bool:
        if self._reference is None:
            return True
        gained = self._reference - value
        return gained > 0 and gained >= _IMPROVEMENT * abs(self._reference)
