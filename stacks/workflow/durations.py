"""How long a run may take, by the limits of its jobs."""

from math import ceil

from spec.candidate import Candidate
from spec.workload import Workload
from stacks.workflow.asl import HOUR

AFTER_TRAINING = 8 * HOUR
"""Of one candidate: scoring and evaluation (two hours each), the model's copy, waits for a quota."""

REST = 24 * HOUR
"""Of the run: preparation, the lease, the deployment and its roll back, clean up."""

ROOM = 48 * HOUR
"""A run may be told to train this long, whatever the file says."""


def longest_training(workload: Workload) -> int:
    """Seconds that the candidates may train, so many at once: whatever the order, no more than this.

    R. L. Graham, Bounds on multiprocessing timing anomalies (1969).
    """
    each = [seconds(candidate) for candidate in workload.candidates.values()]
    return max(ROOM, _bound(each, workload.concurrency))


def longest_run(workload: Workload) -> int:
    """Seconds after which a run is stopped."""
    after = _bound([AFTER_TRAINING] * len(workload.candidates), workload.concurrency)
    approval = workload.registry.timeout_seconds if workload.registry.approval == "manual" else 0
    return longest_training(workload) + after + approval + REST


def seconds(candidate: Candidate) -> int:
    """The longest that training can take by its own limits, and an hour to start and to upload."""
    one = candidate.spot.max_wait_seconds if candidate.spot else candidate.instance.max_runtime_seconds
    tuning = candidate.tuning
    return (ceil(tuning.jobs / tuning.max_parallel_jobs) if tuning else 1) * one + HOUR


def _bound(each: list[int], at_once: int) -> int:
    return ceil(sum(each) / at_once + max(each) * (1 - 1 / at_once))
