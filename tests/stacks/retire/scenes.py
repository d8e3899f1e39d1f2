"""Scenes of a retirement: what fails is told, and the next one comes to an end."""

from collections.abc import Iterator

from tests.stacks.retire.cloud import RetireCloud
from tests.stacks.retire.test_retire import GOOD, MACHINE
from tests.stacks.sweep import Case, Scene
from tests.stacks.workflow.test_runs import run

HOLDER = "arn:aws:states:us-east-1:123456789012:execution:dev-boston:other"
OTHERS = "dev-boston-aaa"


def judge(case: Case) -> None:
    """Nothing is left in the end but what others have; what failed in between is told."""
    where = f"{case.state}, {case.word}, {case.ended.error}: {case.ended.cause}"
    if case.ended.status == "FAILED":
        assert case.ended.error in {"NotRetired", "LeaseNotAcquired"}, where
    again = case.anew("retire-2")
    assert again.error == "", f"{where}, again: {again.error} {again.cause}"
    cloud: RetireCloud = case.cloud
    left = (cloud.endpoints, cloud.targets, cloud.parameters, cloud.leases)
    assert left == ({}, {}, {}, {}), where
    assert cloud.configs.keys() | cloud.models.keys() <= {OTHERS}, where
    assert cloud.schedules["retrain"]["State"] == "DISABLED", where


def _served() -> RetireCloud:
    cloud = RetireCloud(metrics=GOOD)
    run(cloud)
    cloud.targets["endpoint/dev-boston/variant/linear"] = {}
    return cloud


def _held() -> RetireCloud:
    cloud = _served()
    cloud.leases["dev-boston"] = HOLDER
    cloud.executions[HOLDER] = "ABORTED"
    return cloud


def _much() -> RetireCloud:
    cloud = _served()
    cloud.page = 1
    cloud.models[OTHERS] = {}
    cloud.configs[OTHERS] = {}
    return cloud


def scenes() -> Iterator[Scene]:
    """One workload that serves, one under a dead holder's lease, and several pages."""
    for name, account in (("serves", _served), ("held", _held), ("pages", _much)):
        yield Scene("retire", name, MACHINE, account, judge)
