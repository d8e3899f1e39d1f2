"""Ways through a retirement that together enter every state of it; each is a test of its own in test_retire.py."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from tests.stacks.registered import Registered
from tests.stacks.retire.cloud import RetireCloud
from tests.stacks.retire.test_retire import GOOD, MACHINE
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.test_runs import breaking, run

Prepare = Callable[[RetireCloud], None]


def registered() -> Iterator[Registered]:
    """The one machine."""
    ways = (_scaled, _paged, _held, _aborted, _busy, _stubborn("Delete config"), _stubborn("Delete model"))
    yield Registered("retire", MACHINE, tuple(map(_walk, ways)))


def _walk(prepare: Prepare) -> Callable[[], Sequence[Execution]]:
    def walk() -> Sequence[Execution]:
        cloud = RetireCloud(metrics=GOOD)
        run(cloud)
        prepare(cloud)
        walked = Execution(MACHINE, cloud, {}, "retire-1")
        with suppress(TaskError):
            walked.run()
        return [walked]

    return walk


def _scaled(cloud: RetireCloud) -> None:
    cloud.targets["endpoint/dev-boston/variant/linear"] = {}


def _paged(cloud: RetireCloud) -> None:
    cloud.page = 1
    cloud.models["dev-boston-aaa"] = {}
    cloud.configs["dev-boston-aaa"] = {}


def _held(cloud: RetireCloud) -> None:
    cloud.leases["dev-boston"] = "trainyard-ab12"


def _aborted(cloud: RetireCloud) -> None:
    cloud.leases["dev-boston"] = "arn:execution:run-7"
    cloud.executions["arn:execution:run-7"] = "ABORTED"


def _busy(cloud: RetireCloud) -> None:
    cloud.endpoints["dev-boston"]["EndpointStatus"] = "SystemUpdating"


def _stubborn(state: str) -> Prepare:
    def prepare(cloud: RetireCloud) -> None:
        cloud.fault = breaking(state, "SageMaker.AccessDeniedException")

    return prepare
