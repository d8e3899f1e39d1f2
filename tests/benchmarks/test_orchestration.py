"""What counts as a job's time in a run, and what as waiting."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from benchmarks.orchestration import report
from benchmarks.orchestration.chain import Chain, chain, succeeded
from benchmarks.orchestration.jobs import Job, covered, jobs
from benchmarks.orchestration.visits import Visit, visits, walk

pytestmark = pytest.mark.unit


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


class History:
    """Events with ids in order; each follows the one before unless it says otherwise."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, seconds: float, kind: str, after: int | None = None, **details: Any) -> int:
        number = len(self.events) + 1
        before = number - 1 if after is None else after
        event = {"id": number, "previousEventId": before, "timestamp": at(seconds), "type": kind, **details}
        self.events.append(event)
        return number

    def enter(self, seconds: float, name: str, kind: str = "Pass", after: int | None = None) -> int:
        return self.add(seconds, f"{kind}StateEntered", after, stateEnteredEventDetails={"name": name})

    def leave(self, seconds: float, name: str, kind: str = "Pass", after: int | None = None) -> int:
        return self.add(seconds, f"{kind}StateExited", after, stateExitedEventDetails={"name": name})

    def call(self, seconds: float, resource: str, after: int | None = None, **arguments: str) -> int:
        details = {"resource": resource, "parameters": json.dumps(arguments)}
        return self.add(seconds, "TaskScheduled", after, taskScheduledEventDetails=details)


def with_two_candidates() -> History:
    """Prepare; a Map whose second item has the longer job and whose first ends last; an endpoint; 20 s in all."""
    run = History()
    run.add(0.0, "ExecutionStarted", 0)
    run.enter(0.5, "Prepare", "Task", 0)
    run.call(0.6, "createProcessingJob.sync", ProcessingJobName="prepare")
    run.leave(3.0, "Prepare", "Task")
    run.enter(3.0, "Try", "Map")
    begun = run.add(3.0, "MapStateStarted")
    run.add(3.0, "MapIterationStarted", begun)
    short = run.enter(3.0, "Train", "Task")
    run.add(3.0, "MapIterationStarted", begun)
    long = run.enter(3.0, "Train", "Task")
    short = run.call(3.1, "createTrainingJob.sync", short, TrainingJobName="short")
    long = run.call(3.2, "createTrainingJob.sync", long, TrainingJobName="long")
    long = run.leave(12.0, "Train", "Task", long)
    run.add(12.0, "MapIterationSucceeded")
    run.leave(13.0, "Train", "Task", short)
    last = run.add(13.0, "MapIterationSucceeded")
    run.add(13.0, "MapStateSucceeded")
    run.leave(13.0, "Try", "Map", last)
    run.enter(13.0, "Create endpoint", "Task")
    run.call(13.0, "createEndpoint", EndpointName="live")
    run.leave(13.5, "Create endpoint", "Task")
    run.enter(13.5, "Wait for endpoint", "Wait")
    run.leave(18.5, "Wait for endpoint", "Wait")
    run.enter(18.5, "Done", "Succeed")
    run.leave(18.5, "Done", "Succeed")
    return run


class FakeSageMaker:
    """Tells of the jobs of `with_two_candidates`."""

    def describe_processing_job(self, ProcessingJobName: str) -> dict[str, Any]:
        assert ProcessingJobName == "prepare"
        return {"CreationTime": at(0.7), "ProcessingStartTime": at(0.9), "ProcessingEndTime": at(2.7)}

    def describe_training_job(self, TrainingJobName: str) -> dict[str, Any]:
        began, ended = {"short": (3.2, 8.2), "long": (3.4, 11.4)}[TrainingJobName]
        steps = [
            {"Status": "Downloading", "StartTime": at(began), "EndTime": at(began + 1)},
            {"Status": "Training", "StartTime": at(began + 1), "EndTime": at(ended)},
        ]
        times = {"CreationTime": at(began), "TrainingStartTime": at(began), "TrainingEndTime": at(ended)}
        return {**times, "SecondaryStatusTransitions": steps}

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        assert EndpointName == "live"
        return {"LastModifiedTime": at(16.5)}


def told(run: History) -> Chain:
    found = visits(run.events)
    return chain(found, jobs(found, FakeSageMaker()), 0.0, 20.0)


def test_critical_path_has_the_longest_job_of_a_map_and_the_endpoint() -> None:
    found = told(with_two_candidates())
    assert [(job.name, round(job.seconds, 3)) for job in found.jobs] == [("prepare", 2.0), ("long", 8.0), ("live", 3.0)]
    assert found.path == pytest.approx(13.0)
    assert found.waited == pytest.approx(7.0)


def test_every_second_beside_the_jobs_has_a_place() -> None:
    found = told(with_two_candidates())
    assert sum(step.waited for step in found.steps) == pytest.approx(found.waited)
    kinds = {kind: round(seconds, 3) for kind, (_, seconds) in found.waited_by_kind().items()}
    assert kinds == {
        "Wait": 2.0,  # five seconds, of which the endpoint needed three
        "between states": 1.5,
        "job, beside its time": 1.5,
        "Map": 1.0,  # another item ended later
        "before the first state": 0.5,
        "call of a service": 0.5,
    }


def test_parts_of_a_job_are_told() -> None:
    prepare, train, _ = told(with_two_candidates()).jobs
    assert {name: round(value, 3) for name, value in prepare.parts.items()} == {"queued": 0.2, "running": 1.8}
    assert {name: round(value, 3) for name, value in train.parts.items()} == {
        "queued": 0.0,
        "downloading": 1.0,
        "training": 7.0,
    }


def test_branches_of_a_parallel_are_told_apart() -> None:
    run = History()
    run.add(0, "ExecutionStarted", 0)
    run.enter(0, "Both", "Parallel", 0)
    begun = run.add(0, "ParallelStateStarted")
    left, right = run.enter(0, "Left", after=begun), run.enter(0, "Right", after=begun)
    left = run.leave(1, "Left", after=left)
    left = run.enter(1, "Left again", after=left)
    right = run.leave(2, "Right", after=right)
    left = run.leave(4, "Left again", after=left)
    run.add(4, "ParallelStateSucceeded", left)
    run.leave(4, "Both", "Parallel", left)
    run.enter(4, "Done")
    run.leave(4, "Done")
    both, done = visits(run.events)
    assert [[visit.name for visit in branch] for branch in both.branches] == [["Left", "Left again"], ["Right"]]
    assert (both.seconds, done.name) == (4, "Done")


def test_an_execution_that_broke_off_has_no_chain() -> None:
    run = with_two_candidates()
    assert succeeded(visits(run.events))
    assert not succeeded(visits(run.events[:-1]))
    assert not succeeded([])


def test_overlapping_intervals_count_once() -> None:
    assert covered([(1, 3), (2, 4), (2, 3), (6, 20)], 0, 10) == 7
    assert covered([], 0, 10) == 0


def run_of(waited: float, path: float) -> Chain:
    job = Job(state="Train", kind="training", name="t", began=0, ended=path, parts={})
    return Chain(wall=path + waited, jobs=[job], steps=[])


@pytest.mark.parametrize(
    ("waited", "path", "met"), [(3.0, 10, True), (3.1, 10, False), (4.9, 100, True), (5.1, 100, False)]
)
def test_goal_is_the_more_of_seconds_and_share(waited: float, path: float, met: bool) -> None:
    assert report.document("boston", [run_of(waited, path)])["goal"]["met"] is met
    assert report.verdict([run_of(waited, path)]).endswith("met" if met else "missed")


def test_median_run_decides() -> None:
    runs = [run_of(9, 10), run_of(1, 10), run_of(2, 10)]
    assert report.middle(runs).waited == 2
    assert "| boston | 3 | 12.0 | 10.0 | 2.00 | 20.0% |" in report.text("boston", runs, "2 x fast")


def test_walk_meets_inner_visits() -> None:
    inner, outer = Visit(name="in", kind="Task", entered=0), Visit(name="out", kind="Map", entered=0)
    outer.branches.append([inner])
    assert list(walk([outer])) == [outer, inner]
