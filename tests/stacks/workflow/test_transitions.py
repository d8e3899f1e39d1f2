"""What a run costs in state transitions, per workload: a machine that takes more of them shows in review."""

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.stacks.workflow.registry import approve
from tests.stacks.workflow.test_runs import NAMES, good_cloud, run

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", NAMES)
def test_transitions_of_a_run_stay_as_reviewed(name: str, snapshot: SnapshotAssertion) -> None:
    cloud = good_cloud(name)
    cloud.approver = approve
    kinds = ("first run", "second run", "third run, which removes the first")
    assert {kind: run(cloud, name, f"run-{number}").transitions for number, kind in enumerate(kinds)} == snapshot
