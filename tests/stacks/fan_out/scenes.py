"""Scenes of a fan-out: a data set that fails is told, a fan-out that fails is redriven; no model stays."""

from collections.abc import Iterator

from tests.stacks.fan_out.machines import THRESHOLD, DataSets, FanOut, machine
from tests.stacks.fan_out.walks import GOOD, _tuned
from tests.stacks.sweep import Case, Scene
from tests.stacks.workflow.interpreter import TaskError

LEFT = {("Delete model", "refused"), ("Create model", "answer lost")}
"""Where a model stays, which costs nothing, and `trainyard retire` removes it."""


def judge(case: Case) -> None:
    """Nothing is ever deployed; what is uncaught is redriven."""
    where = f"{case.state}, {case.word}, {case.ended.error}: {case.ended.cause}"
    cloud: DataSets = case.cloud
    assert (cloud.endpoints, cloud.configs, cloud.parameters) == ({}, {}, {}), where
    if case.ended.status == "FAILED":
        assert case.ended.error in {THRESHOLD, case.fault.error}, where
    if not case.fault.status and (case.state, case.word) not in LEFT:
        assert cloud.models == {}, where
    again = case.anew("run-2")
    assert again.error == "", f"{where}, again: {again.error} {again.cause}"


def _no_models() -> DataSets:
    def fault(state: str, arguments: object) -> None:
        if state == "Create model":
            raise TaskError("SageMaker.ValidationException", "broken")

    return DataSets(metrics=GOOD, sets={"s0": ""}, fault=fault)


def scenes() -> Iterator[Scene]:
    """One data set; the second workload's candidates are tuned."""
    sets = {"s0": ""}
    one = machine("fan-out", candidates=(), tolerated_failure_percent=0)
    yield Scene("fan-out", "one", one, lambda: DataSets(metrics=GOOD, sets=sets), judge, makes=FanOut, shared=False)
    yield Scene("fan-out", "no models", one, _no_models, judge, makes=FanOut, shared=False)
    tuned = {"linear": {"accuracy": 0.9}}
    yield Scene(
        "fan-out", "tuned", _tuned(), lambda: DataSets(metrics=tuned, sets=sets), judge, makes=FanOut, shared=False
    )
