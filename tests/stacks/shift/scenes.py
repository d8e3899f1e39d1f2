"""Scenes of a shift, and what no failure of it may do to what serves."""

from collections.abc import Iterator

from tests.stacks.shift.cloud import LiveCloud, deployed, shift_machine
from tests.stacks.shift.walks import scale
from tests.stacks.sweep import Case, Scene
from tests.stacks.workflow.interpreter import TaskError

GIVEN = {"variant": "linear", "steps": [50, 100], "bake": 60, "every": 60}
CAUGHT = {"ShiftFailed", "PromotionFailed", "LeaseNotAcquired", "AlarmRaised", "RollbackFailed"}
HOLDER = "arn:aws:states:us-east-1:123456789012:execution:dev-boston:other"


def assert_serves(cloud: LiveCloud) -> None:
    """The endpoint that the pointer names is in service, on a config whose models are there."""
    endpoint = cloud.endpoints[cloud.pointer["endpoint"]]
    models = {one["ModelName"] for one in cloud.configs[endpoint["EndpointConfigName"]]["ProductionVariants"]}
    assert models <= set(cloud.models)
    assert cloud.pointer["features"] in cloud.objects


def judge(case: Case) -> None:
    """Undone, or told; the next shift promotes all the same."""
    where = f"{case.state}, {case.word}, {case.ended.error}: {case.ended.cause}"
    cloud: LiveCloud = case.cloud
    assert_serves(cloud)
    if case.ended.status == "FAILED":
        assert case.ended.error in CAUGHT | {case.base.error}, where
        if case.ended.error != "RollbackFailed":
            assert cloud.pointer["config"] == cloud.endpoints["dev-boston"]["EndpointConfigName"], where
    again = case.anew("shift-2")
    if again.error == "NotAsPointed":  # cut between the update and the pointer: as it says, a run mends it
        return
    assert again.error == "", f"{where}, again: {again.error} {again.cause}"
    assert cloud.shares == {"linear": 100}, where
    assert cloud.leases == {}, where
    assert_serves(cloud)


def _scaled() -> LiveCloud:
    cloud = deployed()
    scale(cloud)
    return cloud


def _held() -> LiveCloud:
    cloud = deployed()
    cloud.leases["dev-boston"] = HOLDER
    cloud.executions = {HOLDER: "ABORTED"}
    return cloud


def _refusing(*states: str) -> LiveCloud:
    cloud = _scaled()

    def fault(entered: str, arguments: object) -> None:
        if entered in states:
            raise TaskError("SageMaker.ValidationException", "broken")

    cloud.fault = fault
    return cloud


def scenes() -> Iterator[Scene]:
    """To the end, after a dead holder, and back."""
    for name, account in (
        ("promotes", _scaled),
        ("held", _held),
        ("pointer stays", lambda: _refusing("Move pointer")),
        ("config not told", lambda: _refusing("Create winner's config")),
        ("weights not seen", lambda: _refusing("Look at weights")),
    ):
        yield Scene("shift", name, shift_machine(), account, judge, GIVEN)
