"""How long a run may take: no candidate is cut off by the run's own time-out, whatever order they train in."""

import itertools

import pytest

from stacks.workflow.durations import AFTER_TRAINING, REST, ROOM, longest_run, longest_training, seconds
from tests.stacks.workflow.interpreter import Execution
from tests.stacks.workflow.machines import machine, workload
from tests.stacks.workflow.test_runs import NAMES, good_cloud

pytestmark = pytest.mark.unit

HOUR = 3_600
DAY = 24 * HOUR


def makespan(order: tuple[int, ...], at_once: int) -> int:
    """Seconds from the first start to the last end, each starting as soon as another is done."""
    ends = [0] * at_once
    for one in order:
        ends.sort()
        ends[0] += one
    return max(ends)


def test_the_map_runs_as_many_at_once_as_the_workload_says() -> None:
    assert machine("two-at-once")["States"]["Try candidates"]["MaxConcurrency"] == 2
    assert machine("boston")["States"]["Try candidates"]["MaxConcurrency"] == 4


@pytest.mark.parametrize("at_once", range(1, 11))
def test_candidates_have_time_in_every_order(at_once: int) -> None:
    loaded = workload("two-at-once").model_copy(update={"concurrency": at_once})
    each = [seconds(candidate) for candidate in loaded.candidates.values()]
    assert each == [HOUR // 2 + HOUR, 3 * DAY + HOUR, DAY + HOUR]
    slowest = max(makespan(order, at_once) for order in itertools.permutations(each))
    assert slowest <= longest_training(loaded)
    assert longest_run(loaded) >= longest_training(loaded) + AFTER_TRAINING + REST


def test_fewer_at_once_have_more_time() -> None:
    loaded = workload("two-at-once")
    times = [longest_run(loaded.model_copy(update={"concurrency": number})) for number in (1, 2, 10)]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == 3


def test_a_short_run_has_room_for_what_it_may_be_told() -> None:
    assert longest_training(workload("iris")) == ROOM


@pytest.mark.parametrize("name", NAMES)
def test_what_a_candidate_may_take_is_the_same_in_the_machine(name: str) -> None:
    made = machine(name)
    items = made["States"]["Try candidates"]["Items"]
    made["States"]["Try candidates"] = {"Type": "Succeed", "Output": items}
    told = {item["name"]: item["timeout"] for item in Execution(made, good_cloud(name)).run()}
    assert told == {candidate: seconds(value) for candidate, value in workload(name).candidates.items()}
