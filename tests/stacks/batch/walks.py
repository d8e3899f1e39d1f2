"""Ways through a batch that together enter all of its states; what each must lead to is tested beside."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from tests.stacks.batch.machines import BatchCloud, machine
from tests.stacks.registered import Registered
from tests.stacks.workflow.interpreter import Execution, TaskError


def registered() -> Iterator[Registered]:
    """The machine."""
    ways = (
        partial(_go, {"on_bad_rows": "ignore"}),
        partial(_go, {"variants": ["nobody"]}),
        partial(_go, {"variants": "heaviest"}),
        partial(_go, {"variants": "live"}, pointer=None),
        partial(_go, {"variants": "live"}, deploys=1),
        partial(_go, {"variants": "live"}, deploys=99),
        partial(_go, {"variants": "live"}, fault=_broken),
    )
    yield Registered("batch", machine("daily"), ways)


def _broken(state: str, arguments: Any) -> None:
    if state == "Predict":
        raise TaskError("States.TaskFailed", '{"FailureReason": "broken"}')


def _go(given: Any, **cloud: Any) -> Sequence[Execution]:
    execution = Execution(machine("daily"), BatchCloud(**cloud), given, name="batch-1")
    with suppress(TaskError):
        execution.run()
    return [execution]
