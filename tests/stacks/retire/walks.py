"""Ways through a retirement that together enter every state of it; each is a test of its own in test_retire.py."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from stacks.retire.definition import definition
from stacks.workflow.names import Names
from tests.stacks.registered import Registered
from tests.stacks.retire.cloud import SCHEDULE, RetireCloud
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import deployed
from tests.stacks.workflow.test_runs import breaking, good_cloud, run

MACHINE = deployed(
    definition(
        names=Names(stage="dev", workload="daily"),
        candidates=["forest", "linear"],
        schedules=["retrain", "predict"],
        rules=["new-data"],
        pending=["dev-daily-new-data"],
    )
)
"""Of the workload in the tests that has schedules and a trigger."""

Prepare = Callable[[RetireCloud], None]


def registered() -> Iterator[Registered]:
    """The one machine."""
    ways = (_scaled, _pending, _paged, _held, _aborted, _busy, _stubborn("Delete config"), _stubborn("Delete model"))
    yield Registered("retire", MACHINE, tuple(map(_walk, ways)))


def _walk(prepare: Prepare) -> Callable[[], Sequence[Execution]]:
    def walk() -> Sequence[Execution]:
        cloud = RetireCloud(metrics=good_cloud("daily").metrics)
        cloud.schedules["predict"] = SCHEDULE | {"Name": "predict"}
        run(cloud, "daily")
        prepare(cloud)
        walked = Execution(MACHINE, cloud, {}, "retire-1")
        with suppress(TaskError):
            walked.run()
        return [walked]

    return walk


def _scaled(cloud: RetireCloud) -> None:
    cloud.targets["endpoint/dev-daily/variant/linear"] = {}


def _pending(cloud: RetireCloud) -> None:
    cloud.schedules["dev-daily-new-data"] = {"GroupName": "dev-daily"}


def _paged(cloud: RetireCloud) -> None:
    cloud.page = 1
    cloud.models["dev-daily-aaa"] = {}
    cloud.configs["dev-daily-aaa"] = {}


def _held(cloud: RetireCloud) -> None:
    cloud.leases["dev-daily"] = "trainyard-ab12"


def _aborted(cloud: RetireCloud) -> None:
    cloud.leases["dev-daily"] = "arn:aws:states:us-east-1:123456789012:execution:dev-daily:run-7"
    cloud.executions["arn:aws:states:us-east-1:123456789012:execution:dev-daily:run-7"] = "ABORTED"


def _busy(cloud: RetireCloud) -> None:
    cloud.endpoints["dev-daily"]["EndpointStatus"] = "SystemUpdating"


def _stubborn(state: str) -> Prepare:
    def prepare(cloud: RetireCloud) -> None:
        cloud.fault = breaking(state, "SageMaker.AccessDeniedException")

    return prepare
