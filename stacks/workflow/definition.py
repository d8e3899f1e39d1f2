"""The whole state machine of a workload: the groups of states, and how they lead into each other.

plan -> prepare -> candidates -> compare with live -> gate -> register -> (approval) ->
                                                       |                      |
    lease -> deploy -> verify -> pointer -> clean up -> release -> done       |
      |        |         |         |                   |                      |
      |        +-- roll back ------+--> withdraw       |                      |
      +-----------------> discard the run's models <---+----------------------+
                            -> release -> fail with the remembered reason
"""

from collections.abc import Mapping
from typing import Any

from spec.workload import Workload
from stacks.workflow.approval import approval_states
from stacks.workflow.asl import States, merged, q
from stacks.workflow.candidate import candidates_state
from stacks.workflow.cleanup import MOST, cleanup_states, withdraw_states
from stacks.workflow.compare import compare_states
from stacks.workflow.deployment import deployment_states
from stacks.workflow.durations import longest_run
from stacks.workflow.gate import gate_states
from stacks.workflow.lease import END, end_states, keep_states, lease_states
from stacks.workflow.leftovers import leftover_states
from stacks.workflow.names import Names
from stacks.workflow.plan import plan_states
from stacks.workflow.pointer import pointer_states
from stacks.workflow.predecessor import predecessor_states
from stacks.workflow.prepare import prepare_states
from stacks.workflow.prune import prune_states
from stacks.workflow.registry import registry_states
from stacks.workflow.report import report_states
from stacks.workflow.retired import retired_states
from stacks.workflow.rollback import rollback_states

_OUTPUT = {
    "endpoint": "{% $endpoint %}",
    "config": "{% $config %}",
    "variants": q("[$passed.name]"),
    "candidates": "{% $results %}",
    "compared": "{% $rivals %}",
    "not_compared": "{% $comparison %}",
}


def definition(*, names: Names, workload: Workload, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The state machine; `${...}` stands for what only the deployment knows."""
    states = merged(
        plan_states(names, workload, settings, then="Prepare"),
        prepare_states(names, then="Try candidates"),
        candidates_state(names, at_once=workload.concurrency, then="Compare with live?"),
        compare_states(names, then="Report metrics"),
        report_states(names, then="Judge"),
        gate_states(passed="Register versions", refused="Discard models"),
        _registered(names, workload, then="Acquire lease", refused="Discard models"),
        lease_states(names, then="Read retirement", refused="Discard models"),
        retired_states(names, then="Read pointer", refused="Discard models"),
        deployment_states(names, workload, then="Keep lease", withdraw="Withdraw config", undo="Check lease"),
        keep_states(names, then="Move pointer", lost=END),
        pointer_states(names, then="Did another endpoint serve?", undo="Check lease", stuck=END),
        predecessor_states(names, candidates=[*workload.candidates], then="List configs"),
        cleanup_states(names, versions="List versions", then=END),
        prune_states(names, workload, most_configs=MOST, then="Are all configs known?", unknown="Discard models"),
        leftover_states(names, workload, then="Discard models"),
        rollback_states(names, candidates=[*workload.candidates], then="Withdraw config", stuck=END),
        withdraw_states(then="Discard models", stuck=END),
        end_states(names, _OUTPUT),
    )
    return {
        "Comment": f"Trains, judges and deploys {workload.name}",
        "QueryLanguage": "JSONata",
        "StartAt": next(iter(states)),
        "TimeoutSeconds": longest_run(workload),
        "States": states,
    }


def _registered(names: Names, workload: Workload, *, then: str, refused: str) -> States:
    if workload.registry.approval == "automatic":
        return registry_states(names, workload, then=then)
    return merged(
        registry_states(names, workload, then="Wait for approvals"),
        approval_states(workload, then=then, refused=refused),
    )
