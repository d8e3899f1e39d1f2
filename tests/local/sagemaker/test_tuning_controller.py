"""The controller alone: training jobs are curves that go on one epoch with each look at them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.sagemaker import endings
from local.sagemaker.errors import AwsError, validation
from local.sagemaker.store import Record, Table
from local.sagemaker.tuning.completion import Progress
from local.sagemaker.tuning.controller import Controller
from local.sagemaker.tuning.jobs import KIND
from local.sagemaker.tuning.ranges import IntegerRange
from local.sagemaker.tuning.search import Search
from local.sagemaker.tuning.stopping import MedianRule
from local.sagemaker.tuning.strategies import Plan, Strategy
from local.sagemaker.tuning.work import Work

pytestmark = pytest.mark.unit

Curve = list[float]
DEFINITION: Record = {"AlgorithmSpecification": {}, "ResourceConfig": {}, "StaticHyperParameters": {"static": "1"}}


@dataclass
class Trainer:
    """Training jobs as `evaluate` says: a curve, an empty one for no metrics, None for failure."""

    evaluate: Callable[[int], Curve | None]
    on_create: Callable[[int], None] = lambda _: None
    endless: bool = False
    jobs: dict[str, Record] = field(default_factory=dict)
    most_at_once: int = 0

    def create(self, request: Record, extra: Record | None = None) -> Record:
        curve = self.evaluate(int(request["HyperParameters"]["depth"]))
        self.jobs[request["TrainingJobName"]] = {"request": request, "extra": extra, "curve": curve, "epoch": 0}
        self.jobs[request["TrainingJobName"]]["TrainingJobStatus"] = "InProgress"
        self.most_at_once = max(self.most_at_once, self.running)
        self.on_create(len(self.jobs))
        return {}

    @property
    def running(self) -> int:
        return sum(job["TrainingJobStatus"] == "InProgress" for job in self.jobs.values())

    def describe(self, request: Record) -> Record:
        job = self.jobs[request["TrainingJobName"]]
        if job["TrainingJobStatus"] == "InProgress" and not self.endless:
            job["epoch"] += 1
            if job["curve"] is None or job["epoch"] > len(job["curve"]):
                job["TrainingJobStatus"] = "Failed" if job["curve"] is None else "Completed"
        points = self.points(request["TrainingJobName"])
        final = [{"MetricName": points[-1][0], "Value": points[-1][1]}] if points else []
        return {**job, "FinalMetricDataList": final}

    def stop(self, request: Record) -> Record:
        job = self.jobs[request["TrainingJobName"]]
        if job["TrainingJobStatus"] != "InProgress":
            raise validation("not in progress")
        job["TrainingJobStatus"] = "Stopped"
        return {}

    def points(self, name: str) -> list[tuple[str, float, float]]:
        job = self.jobs[name]
        return [("ObjectiveMetric", value, 0.0) for value in (job["curve"] or [])[: job["epoch"]]]


def work(jobs: int, *, parallel: int = 1, strategy: Strategy = "Random", high: int = 50, **more: Any) -> Work:
    ranges = [IntegerRange(name="depth", low=1, high=high)]
    plan = Plan(
        name="tune", strategy=strategy, ranges=ranges, maximize=False, jobs=jobs, seed=1, max_resource=more.get("most")
    )
    definitions = more.get("definitions", [DEFINITION])
    return Work(
        definitions=definitions,
        searches=[Search(plan) for _ in definitions],
        tags=[],
        jobs=jobs,
        parallel=parallel,
        seconds=more.get("seconds", 1e9),
        progress=Progress(more.get("criteria", {}), maximize=False, hyperparameters=1),
        median=MedianRule(maximize=False) if more.get("early") else None,
    )


def tuned(trainer: Trainer, todo: Work, *, clock: Callable[[], float] = lambda: 0.0) -> Record:
    """Run a tuning job to its end and return its record."""
    table, controller = started(trainer, todo, clock)
    controller.run()
    return table.get("tune")


def started(trainer: Trainer, todo: Work, clock: Callable[[], float] = lambda: 0.0) -> tuple[Table, Controller]:
    table = Table(KIND)
    table.add("tune", {"Trials": [], "HyperParameterTuningJobStatus": "InProgress"})
    return table, Controller(table, "tune", todo, trainer, clock=clock, poll_seconds=0)


def objectives(record: Record) -> list[str]:
    return [trial["ObjectiveStatus"] for trial in record["Trials"]]


def test_as_many_training_jobs_run_as_allowed_and_never_more_at_once() -> None:
    trainer = Trainer(lambda depth: [float(depth)] * 3)
    record = tuned(trainer, work(10, parallel=3))
    assert record["HyperParameterTuningJobStatus"] == "Completed"
    assert objectives(record) == ["Succeeded"] * 10
    assert len(trainer.jobs) == 10
    assert trainer.most_at_once == 3


def test_who_waits_for_a_tuning_job_is_woken_by_its_end() -> None:
    with endings.listening("tune") as end:
        tuned(Trainer(lambda depth: [float(depth)]), work(1))
        assert end.is_set()


def test_training_jobs_are_named_and_made_as_on_aws() -> None:
    trainer = Trainer(lambda depth: [float(depth)])
    record = tuned(trainer, work(2))
    names = [trial["TrainingJobName"] for trial in record["Trials"]]
    assert [name[:9] for name in names] == ["tune-001-", "tune-002-"]
    assert all(len(name) == 17 for name in names)
    job = trainer.jobs[names[0]]
    assert job["request"]["HyperParameters"] == {"static": "1", **record["Trials"][0]["TunedHyperParameters"]}
    assert job["extra"] == {"TuningJobArn": KIND.arn("tune")}


def test_a_failed_trial_does_not_fail_the_tuning_job() -> None:
    failing = iter([True, True, True, True, False, True, True, True])
    record = tuned(Trainer(lambda depth: None if next(failing) else [float(depth)]), work(8))
    assert record["HyperParameterTuningJobStatus"] == "Completed"
    assert sorted(objectives(record)) == ["Failed"] * 7 + ["Succeeded"]


def test_five_failures_without_success_fail_the_tuning_job() -> None:
    trainer = Trainer(lambda _: None)
    record = tuned(trainer, work(20))
    assert record["HyperParameterTuningJobStatus"] == "Failed"
    assert record["FailureReason"].startswith("No training job succeeded after 5 attempts.")
    assert len(trainer.jobs) == 5


def test_fewer_training_jobs_that_all_fail_fail_the_tuning_job() -> None:
    record = tuned(Trainer(lambda _: None), work(2))
    assert record["FailureReason"].startswith("All training jobs failed.")


def test_training_jobs_without_the_objective_fail_the_tuning_job() -> None:
    trainer = Trainer(lambda _: [])
    record = tuned(trainer, work(20))
    assert record["HyperParameterTuningJobStatus"] == "Failed"
    assert record["FailureReason"].startswith("No objective metrics found after running 5 training jobs.")
    assert len(trainer.jobs) == 5


def test_hopeless_training_jobs_are_stopped_early_and_their_value_still_counts() -> None:
    levels = iter([1.0, 2.0, 3.0, 9.0, 0.5])
    trainer = Trainer(lambda _: [next(levels)] * 8)
    record = tuned(trainer, work(5, early=True))
    ends = [(job["TrainingJobStatus"], job["epoch"]) for job in trainer.jobs.values()]
    assert ends == [("Completed", 9), ("Completed", 9), ("Stopped", 3), ("Stopped", 3), ("Completed", 9)]
    assert [trial["Objective"] for trial in record["Trials"]] == [1.0, 2.0, 3.0, 9.0, 0.5]
    assert objectives(record) == ["Succeeded"] * 5


def test_hyperband_ends_training_jobs_at_the_most_resource() -> None:
    trainer = Trainer(lambda depth: [float(depth)] * 100)
    record = tuned(trainer, work(12, strategy="Hyperband", most=9))
    assert record["HyperParameterTuningJobStatus"] == "Completed"
    assert {job["TrainingJobStatus"] for job in trainer.jobs.values()} == {"Stopped"}
    epochs = {trial["Objective"]: trainer.jobs[trial["TrainingJobName"]]["epoch"] for trial in record["Trials"]}
    assert epochs[min(epochs)] == 9
    assert set(epochs.values()) == {1, 3, 9}


def test_the_target_ends_the_tuning_job_and_what_still_runs() -> None:
    criteria = {"TargetObjectiveMetricValue": 25.0}
    trainer = Trainer(lambda depth: [float(depth)] * (1 if depth <= 25 else 50))
    record = tuned(trainer, work(50, parallel=4, criteria=criteria))
    assert record["HyperParameterTuningJobStatus"] == "Completed"
    assert len(trainer.jobs) < 50
    assert trainer.running == 0


def test_no_improvement_ends_the_tuning_job() -> None:
    criteria = {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}}
    record = tuned(Trainer(lambda _: [1.0]), work(50, criteria=criteria))
    assert record["HyperParameterTuningJobStatus"] == "Completed"
    assert len(record["Trials"]) == 4
    assert record["TuningJobCompletionDetails"]["NumberOfTrainingJobsObjectiveNotImproving"] == 3


def test_the_time_limit_completes_the_tuning_job() -> None:
    ticks = iter(range(10_000))
    trainer = Trainer(lambda depth: [float(depth)] * 10)
    record = tuned(trainer, work(50, seconds=40), clock=lambda: float(next(ticks)))
    assert record["HyperParameterTuningJobStatus"] == "Completed"
    assert 2 <= len(trainer.jobs) <= 5
    assert [job["TrainingJobStatus"] for job in trainer.jobs.values()][-1] == "Stopped"


def test_an_exhausted_space_completes_the_tuning_job() -> None:
    record = tuned(Trainer(lambda depth: [float(depth)]), work(50, parallel=4, high=6))
    assert record["HyperParameterTuningJobStatus"] == "Completed"
    assert len(record["Trials"]) == 6


def test_several_definitions_take_turns() -> None:
    definitions = [{**DEFINITION, "DefinitionName": name} for name in ("tall", "wide")]
    record = tuned(Trainer(lambda depth: [float(depth)]), work(6, definitions=definitions))
    assert [trial["DefinitionName"] for trial in record["Trials"]] == ["tall", "wide"] * 3


def test_stop_ends_the_training_jobs_and_the_tuning_job() -> None:
    trainer = Trainer(lambda depth: [float(depth)], endless=True)
    table, controller = started(trainer, work(50, parallel=3))
    trainer.on_create = lambda count: controller.stop() if count == 3 else None
    controller.run()
    assert table.get("tune")["HyperParameterTuningJobStatus"] == "Stopped"
    assert [job["TrainingJobStatus"] for job in trainer.jobs.values()] == ["Stopped"] * 3


def test_close_leaves_the_record_and_ends_the_thread() -> None:
    trainer = Trainer(lambda depth: [float(depth)], endless=True)
    table, controller = started(trainer, work(50, parallel=2))
    thread = threading.Thread(target=controller.run)
    trainer.on_create = lambda count: controller.close() if count == 2 else None
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert table.get("tune")["HyperParameterTuningJobStatus"] == "InProgress"


def test_a_training_job_that_is_refused_fails_the_tuning_job_with_the_reason() -> None:
    def refuse(_: int) -> Curve | None:
        raise validation("no such thing")

    record = tuned(Trainer(refuse), work(3))
    assert record["HyperParameterTuningJobStatus"] == "Failed"
    assert record["FailureReason"] == "ClientError: no such thing"


def test_a_deleted_training_job_counts_as_failed() -> None:
    trainer = Trainer(lambda depth: [float(depth)])
    original = trainer.describe

    def describe(request: Record) -> Record:
        if "-002-" in request["TrainingJobName"]:
            raise AwsError("ValidationException", "Requested resource not found.")
        return original(request)

    trainer.describe = describe  # type: ignore[method-assign]
    assert objectives(tuned(trainer, work(3))) == ["Succeeded", "Failed", "Succeeded"]
