"""Scenes of a batch: whatever fails ends it, and can be redriven."""

from collections.abc import Iterator
from functools import partial

from tests.stacks.batch.machines import BatchCloud, machine
from tests.stacks.sweep import Case, Scene
from tests.stacks.workflow.interpreter import TaskError

CAUGHT = {"PredictFailed"}


def judge(case: Case) -> None:
    """Nothing that serves is touched; a redrive, or a batch anew, comes to the result."""
    where = f"{case.state}, {case.word}, {case.ended.error}: {case.ended.cause}"
    cloud: BatchCloud = case.cloud
    assert (cloud.pointer, cloud.models) == (case.before.pointer, case.before.models)
    assert (case.ended.status == "SUCCEEDED") == (case.word == "answer lost" and not case.base.error), where
    assert case.ended.error in CAUGHT | {"", case.fault.error}, where
    if case.uncaught:
        _, redriven = case.redriven()
        assert redriven.error == case.base.error, f"{where}, redriven: {redriven.error} {redriven.cause}"
    again = case.anew("batch-2")
    assert again.error == "", f"{where}, again: {again.error} {again.cause}"
    assert again.output["summary"]["rows"] == 3


def _broken() -> BatchCloud:
    def fault(state: str, arguments: object) -> None:
        if state == "Predict":
            raise TaskError("States.TaskFailed", '{"FailureReason": "broken"}')

    return BatchCloud(fault=fault)


def scenes() -> Iterator[Scene]:
    """With all live variants, with the heaviest, and where predictions fail."""
    batch = partial(Scene, "batch", definition=machine("daily"), judge=judge)
    yield batch("all", account=BatchCloud, given={"variants": "live"})
    yield batch("heaviest", account=BatchCloud, given={"variants": "heaviest"})
    yield batch("broken", account=_broken, given={"variants": "live"})
