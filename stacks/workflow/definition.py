"""The whole state machine of a workload: the groups of states, and how they lead into each other.

plan -> prepare -> candidates -> gate -> lease -> deploy -> verify -> pointer -> clean up -> release -> done
                                  |        |         |         |         |
                                  |        |         +-- roll back ------+--> withdraw
                                  +--------+--> discard the run's models <--------+
                                                -> release -> fail with the remembered reason
"""

from collections.abc import Mapping
from typing import Any

from spec.workload import Workload
from stacks.workflow.asl import States, choose, q
from stacks.workflow.candidate import candidates_state
from stacks.workflow.cleanup import cleanup_states, withdraw_states
from stacks.workflow.deploy import deploy_states
from stacks.workflow.durations import longest_run
from stacks.workflow.gate import gate_states
from stacks.workflow.lease import lease_states, release_states
from stacks.workflow.names import Names
from stacks.workflow.plan import plan_states
from stacks.workflow.pointer import pointer_states
from stacks.workflow.prepare import prepare_states
from stacks.workflow.rollback import rollback_states
from stacks.workflow.verify import verify_states

_OUTPUT = {
    "endpoint": "",
    "config": "{% $config %}",
    "variants": q("[$passed.name]"),
    "candidates": "{% $results %}",
}


def definition(*, names: Names, workload: Workload, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The state machine; `${...}` stands for what only the deployment knows."""
    states: States = {
        **plan_states(names, workload, settings, then="Prepare"),
        **prepare_states(names, then="Try candidates"),
        **candidates_state(names, at_once=workload.concurrency, then="Judge"),
        **gate_states(passed="Acquire lease", refused="Discard models"),
        **lease_states(names, then="Publish features", refused="Discard models"),
        **deploy_states(names, then="Read example", withdraw="Withdraw config", undo="Roll back?"),
        **verify_states(names, then="Move pointer", undo="Roll back?"),
        **pointer_states(names, then="List configs", undo="Roll back?"),
        **cleanup_states(names, workload.name, then="Is anything left?"),
        **rollback_states(names, then="Withdraw config", stuck="Is anything left?"),
        **withdraw_states(then="Discard models", stuck="Is anything left?"),
        **release_states(names, then="Is anything left?"),
        "Is anything left?": choose(("$leased", "Release lease"), ("$failure.Error != ''", "Fail"), otherwise="Done"),
        "Fail": {"Type": "Fail", "Error": "{% $failure.Error %}", "Cause": "{% $failure.Cause %}"},
        "Done": {"Type": "Succeed", "Output": _OUTPUT | {"endpoint": names.prefix}},
    }
    return {
        "Comment": f"Trains, judges and deploys {workload.name}",
        "QueryLanguage": "JSONata",
        "StartAt": next(iter(states)),
        "TimeoutSeconds": longest_run(workload),
        "States": states,
    }
