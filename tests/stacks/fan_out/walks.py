"""Ways through a fan-out that together enter every state of it and of its children."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from tests.stacks.fan_out.machines import DataSets, FanOut, machine, machine_of
from tests.stacks.registered import Registered
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import workload

GOOD = {"forest": {"accuracy": 0.95}, "boosted": {"accuracy": 0.97}}
SETS = {"s0": "", "s1": "", "bad": "3 row(s)"}


def registered() -> Iterator[Registered]:
    """The one machine, with every candidate of its workload."""
    walks = (_all_succeed, _too_many_fail, _refused, _broken)
    yield Registered("fan-out", machine("fan-out", candidates=()), walks)
    yield Registered("fan-out", _tuned(), (_all_tuned, _none_tuned))


def _tuned() -> dict[str, Any]:
    """The same workload with candidates that are tuned for every data set."""
    fan_out = workload("fan-out")
    changes = {"candidates": workload("grid").candidates, "gate": workload("grid").gate}
    return machine_of(fan_out.model_copy(update=changes), candidates=())


def _go(cloud: DataSets, given: Any = None, **changes: Any) -> list[Execution]:
    return _ended(FanOut(machine("fan-out", candidates=(), **changes), cloud, given or {}))


def _ended(execution: FanOut) -> list[Execution]:
    with suppress(TaskError):
        execution.run()
    return [execution, *execution.children.values()]


def _all_succeed() -> list[Execution]:
    return _go(DataSets(metrics=GOOD, sets={"s0": "", "s1": ""}))


def _too_many_fail() -> list[Execution]:
    return _go(DataSets(metrics=GOOD, sets=SETS), tolerated_failure_percent=0)


def _refused() -> list[Execution]:
    return _go(DataSets(), {"wrong": 1})


def _broken() -> list[Execution]:
    ended = []
    for state in ("Train", "Create model", "Score", "Read metrics"):

        def fault(entered: str, arguments: Any, state: str = state) -> None:
            if entered == state:
                raise TaskError("States.TaskFailed", "broken")

        ended += _go(DataSets(metrics=GOOD, sets={"s0": ""}, fault=fault), tolerated_failure_percent=100)
    return ended


def _all_tuned() -> list[Execution]:
    return _ended(FanOut(_tuned(), DataSets(metrics={"linear": {"accuracy": 0.9}}, sets={"s0": ""}), {}))


def _none_tuned() -> list[Execution]:
    cloud = DataSets(metrics={}, sets={"s0": ""})
    cloud._describeHyperParameterTuningJob = lambda sent: {}  # type: ignore[method-assign]
    return _ended(FanOut(_tuned(), cloud, {}))
