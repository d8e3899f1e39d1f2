"""What a run costs: its jobs, hour by hour of their machines, and its transitions.

Spot is priced as on-demand, the most it can cost. A tuning of which only the whole duration is known counts as its
most parallel jobs, all the time.
"""

from collections.abc import Iterator

from spec.candidate import Candidate
from spec.workload import Workload
from trainyard.cost.durations import Durations
from trainyard.cost.lines import Line, instance
from trainyard.cost.prices import Prices

TOOL_INSTANCE = "ml.m5.large"
"""What prepares, scores and evaluates; as the state machine has it."""
TRANSITIONS, TRANSITIONS_PER_CANDIDATE = 45, 15


def run_lines(workload: Workload, prices: Prices, took: Durations, transitions: int | None, hours: float) -> list[Line]:
    """Lines of one run; `hours` is how long a job is taken to be of which no run tells."""
    steps = transitions or TRANSITIONS + TRANSITIONS_PER_CANDIDATE * len(workload.candidates)
    return [
        instance("prepare", TOOL_INSTANCE, took.get(("processing", None), hours), prices),
        *(
            line
            for name, candidate in workload.candidates.items()
            for line in _candidate(name, candidate, prices, took, hours)
        ),
        Line("state machine", steps, "transitions", prices.state_transition),
    ]


def _candidate(name: str, candidate: Candidate, prices: Prices, took: Durations, hours: float) -> Iterator[Line]:
    machines = candidate.instance
    spent = _training_hours(name, candidate, took, hours) * machines.count
    yield instance(f"{name}: {'tune' if candidate.tuning else 'train'}", machines.type, spent, prices)
    yield instance(f"{name}: score", TOOL_INSTANCE, took.get(("transform", name), hours), prices)
    yield instance(f"{name}: evaluate", TOOL_INSTANCE, took.get(("processing", name), hours), prices)


def _training_hours(name: str, candidate: Candidate, took: Durations, hours: float) -> float:
    if not candidate.tuning:
        return took.get(("training", name), hours)
    jobs, at_once = candidate.tuning.jobs, candidate.tuning.max_parallel_jobs
    whole = took.get(("tuning", name))
    return jobs * hours if whole is None else whole * min(jobs, at_once)
