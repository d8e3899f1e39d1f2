"""First states of a fan-out: those of a run, told of the input that only a fan-out takes.

`weights` and `endpoint` are refused: nothing is deployed.
"""

from collections.abc import Mapping
from typing import Any

from spec.builtins import Hyperparameter
from spec.fan_out import FanOut
from spec.override_ranges import leaf
from spec.workload import Workload
from stacks.workflow.asl import States, compute, q
from stacks.workflow.names import Names
from stacks.workflow.plan import plan_states

_OF_DEPLOYMENTS = ("weights", "endpoint")
_OWN = {
    "concurrency": leaf(Hyperparameter(type="integer", min=1, max=1_000)),
    "tolerated_failure_percent": leaf(Hyperparameter(type="continuous", min=0, max=100)),
}


def fan_out_plan_states(
    names: Names, workload: Workload, fan_out: FanOut, settings: Mapping[str, Any], *, then: str
) -> States:
    """Sets `concurrency` and `tolerated` besides what a run's plan sets, and `fan_out` in the plan."""
    states = plan_states(names, workload, settings, then=then)
    assigned = states["Read workload"]["Assign"]
    return {
        **states,
        "Read workload": states["Read workload"] | {"Assign": assigned | {"rules": _rules(assigned["rules"])}},
        "Plan": states["Plan"] | {"Next": "Plan fan-out"},
        "Plan fan-out": compute(
            {
                "plan": q("$merge([$plan, {'fan_out': $settings.fan_out}])"),
                "concurrency": _given("concurrency", fan_out.concurrency),
                "tolerated": _given("tolerated_failure_percent", fan_out.tolerated_failure_percent),
            },
            then="Record plan",
        ),
    }


def _given(name: str, otherwise: float) -> str:
    given = f"$states.context.Execution.Input.{name}"
    return q(f"$exists({given}) ? {given} : {otherwise:g}")


def _rules(of_run: Mapping[str, Any]) -> dict[str, Any]:
    members = {name: rule for name, rule in of_run["properties"].items() if name not in _OF_DEPLOYMENTS} | _OWN
    return {**of_run, "properties": members, "allowed": f"an object with some of {', '.join(members)}"}
