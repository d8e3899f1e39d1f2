"""What a fan-out may do: what its states and its map call, on its own jobs, models, files and executions."""

from typing import Any

import pytest

from tests.stacks.synthesis import Assembly, as_list, flat, resources

pytestmark = pytest.mark.synth

NAME = "dev-fan-out-fan-out"


def statements(assembly: Assembly) -> list[dict[str, Any]]:
    policies = resources(assembly.template("workload", "fan-out"), "AWS::IAM::Policy")
    (policy,) = [policy for key, policy in policies.items() if "FanOutRole" in key]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def allowed(assembly: Assembly, action: str) -> list[str]:
    return [
        flat(resource)
        for statement in statements(assembly)
        if action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    ]


def test_it_may_start_and_stop_executions_of_its_own_map_and_of_nothing_else(assembly: Assembly) -> None:
    own = f":123456789012:stateMachine:{NAME}"
    assert [arn.endswith(own) for arn in allowed(assembly, "states:StartExecution")] == [True]
    (redriven,) = allowed(assembly, "states:RedriveExecution")
    assert redriven.endswith(f":execution:{NAME}/DataSets:*")
    assert redriven in allowed(assembly, "states:StopExecution")
    assert redriven in allowed(assembly, "states:DescribeExecution")


def test_it_writes_plans_and_the_maps_results_below_its_runs_and_reads_there(assembly: Assembly) -> None:
    written = [arn.partition("/")[2] for arn in allowed(assembly, "s3:PutObject")]
    assert sorted(written) == ["fan-out/runs/*/fan-out/map/*", "fan-out/runs/*/plan.json"]
    assert [arn.partition("/")[2] for arn in allowed(assembly, "s3:GetObject")] == ["fan-out/runs/*"]


def test_it_touches_no_endpoint_and_moves_no_pointer(assembly: Assembly) -> None:
    actions = {action for statement in statements(assembly) for action in as_list(statement["Action"])}
    assert not [action for action in actions if "Endpoint" in action or action.startswith(("ssm:", "dynamodb:"))]


def test_workload_without_a_fan_out_has_no_such_machine(assembly: Assembly) -> None:
    outputs = assembly.template("workload", "iris")["Outputs"]
    assert "FanOutStateMachineArn" not in outputs
    assert "FanOutStateMachineArn" in assembly.template("workload", "fan-out")["Outputs"]
