"""Ways through the debouncer that together enter all of its states."""

from collections.abc import Iterator, Sequence

from tests.stacks.registered import Registered
from tests.stacks.triggers.test_debounce import Scheduler, machine, told
from tests.stacks.workflow.interpreter import Execution


def registered() -> Iterator[Registered]:
    """The machine."""
    yield Registered("debounce", machine(), (_second_file,))


def _second_file() -> Sequence[Execution]:
    return [told(Scheduler(schedule={}))]
