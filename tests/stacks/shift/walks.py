"""Ways through a shift that together enter every state of it; each is a test of its own in test_shift.py."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from tests.stacks.registered import Registered
from tests.stacks.shift.cloud import POINTER, LiveCloud, deployed, shift_machine
from tests.stacks.workflow.interpreter import Execution, TaskError

Prepare = Callable[[LiveCloud], None]
HOLDER = "arn:aws:states:us-east-1:123456789012:execution:dev-boston:other"


def registered() -> Iterator[Registered]:
    """The one machine."""
    ways: list[tuple[Prepare, Any]] = [
        (_scaled, {"variant": "linear"}),
        (_nothing, {}),
        (_nothing_live, {"variant": "linear"}),
        (_held, {"variant": "linear"}),
        (_held_by_a_person, {"variant": "linear"}),
        (_busy, {"variant": "linear"}),
        (_ringing, {"variant": "linear"}),
        (_stuck, {"variant": "linear"}),
        (_rolled_back, {"variant": "linear"}),
        (_pointer_stays, {"variant": "linear"}),
        (_lost, {"variant": "linear"}),
    ]
    yield Registered("shift", shift_machine(), tuple(_walk(prepare, given) for prepare, given in ways))


def _walk(prepare: Prepare, given: Any) -> Callable[[], Sequence[Execution]]:
    def walk() -> Sequence[Execution]:
        cloud = deployed()
        prepare(cloud)
        walked = Execution(shift_machine(), cloud, given, "shift-1")
        with suppress(TaskError):
            walked.run()
        return [walked]

    return walk


def scale(cloud: LiveCloud) -> None:
    """Both variants are scaled, as Deploy leaves them."""
    for name in ("xgboost", "linear"):
        resource = f"endpoint/dev-boston/variant/{name}"
        fixed = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}
        cloud._registerScalableTarget(fixed | {"ResourceId": resource, "MinCapacity": 1, "MaxCapacity": 4})
        cloud._putScalingPolicy(fixed | {"ResourceId": resource, "PolicyName": "calls"})


def breaking(*states: str, after: int = 0) -> Any:
    """These states fail always, after having worked so many times."""
    worked = dict.fromkeys(states, after)

    def fault(entered: str, arguments: Any) -> None:
        if entered in worked:
            if not worked[entered]:
                raise TaskError("SageMaker.SageMakerException", "broken")
            worked[entered] -= 1

    return fault


def _scaled(cloud: LiveCloud) -> None:
    scale(cloud)


def _nothing(cloud: LiveCloud) -> None:
    pass


def _nothing_live(cloud: LiveCloud) -> None:
    del cloud.parameters[POINTER]


def _held(cloud: LiveCloud) -> None:
    cloud.leases["dev-boston"] = HOLDER
    cloud.executions = {HOLDER: "ABORTED"}


def _held_by_a_person(cloud: LiveCloud) -> None:
    cloud.leases["dev-boston"] = "trainyard-ab12"


def _busy(cloud: LiveCloud) -> None:
    cloud.statuses = ["Updating", "InService", "Updating", "InService"]


def _ringing(cloud: LiveCloud) -> None:
    def fault(entered: str, arguments: Any) -> None:
        if entered == "Keep lease":
            cloud.alarms["dev-boston-linear-5xx"] = "ALARM"

    cloud.fault = fault


def _stuck(cloud: LiveCloud) -> None:
    def fault(entered: str, arguments: Any) -> None:
        if entered == "Look at weights":
            cloud.statuses = ["Failed"] * 9

    cloud.fault = fault


def _rolled_back(cloud: LiveCloud) -> None:
    def fault(entered: str, arguments: Any) -> None:
        if entered == "Look at promotion":
            cloud.statuses = ["RollingBack", "InService"]

    cloud.fault = fault


def _pointer_stays(cloud: LiveCloud) -> None:
    """And the answer to the new config was lost."""
    scale(cloud)
    make = cloud._createEndpointConfig

    def answer(sent: Any) -> Any:
        make(sent)
        raise TaskError("SageMaker.SdkClientException", "connection reset")

    cloud._createEndpointConfig = answer  # type: ignore[method-assign]
    cloud.fault = breaking("Move pointer")


def _lost(cloud: LiveCloud) -> None:
    cloud.fault = breaking("Look at weights", "Look before going back")
