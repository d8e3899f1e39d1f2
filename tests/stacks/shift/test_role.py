"""What a shift may do, as the template has it; what it needs is evaluated by all machines' walks, tests/permissions."""

import pytest

from tests.stacks.synthesis import Assembly, as_list, flat, statements

pytestmark = pytest.mark.synth


def test_it_changes_this_workloads_two_endpoints_and_no_other(assembly: Assembly) -> None:
    (resources,) = [
        as_list(one["Resource"])
        for one in statements(assembly.template("workload", "boston"), "AWS::IAM::Policy")
        if one["Action"] == "sagemaker:UpdateEndpoint"
    ]
    ends = {flat(resource).rpartition(":")[2] for resource in resources}
    assert ends == {"endpoint/dev-boston", "endpoint/dev-boston-2", "endpoint-config/dev-boston-*"}


def test_where_to_start_a_shift_is_an_output(assembly: Assembly) -> None:
    for name in ("boston", "iris"):
        assert "ShiftStateMachineArn" in assembly.template("workload", name)["Outputs"]
