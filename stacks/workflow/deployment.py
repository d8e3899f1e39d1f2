"""Deployment: from the choice of the endpoint to variants that answer there and are scaled; the pointer comes after.

destination -> config -> finding -+-> (stale endpoint removed) -> create -+-> wait -> verify -> scale -> pointer
                                  +-> suspend scaling ---------> update --+
"""

from spec.workload import Workload
from stacks.workflow.asl import States, caught, failure, merged
from stacks.workflow.config import config_states
from stacks.workflow.deploy import deploy_states
from stacks.workflow.destination import destination_states
from stacks.workflow.finding import finding_states
from stacks.workflow.names import Names
from stacks.workflow.scaling import scaling_states, suspending_states
from stacks.workflow.verify import verify_states


def deployment_states(names: Names, workload: Workload, *, then: str, withdraw: str, undo: str) -> States:
    """`withdraw` if nothing was asked of the endpoint yet, `undo` if it was; it starts at `Read pointer`."""
    early, late = ([caught(place, failure("DeploymentFailed"))] for place in (withdraw, undo))
    endpoint = workload.endpoint
    scaled = scaling_states(endpoint.autoscaling, then=then, late=late) if endpoint.autoscaling else {}
    return merged(
        destination_states(names, then="Publish features", refused="Discard models"),
        config_states(workload.name, endpoint, then="Find endpoint"),
        finding_states(
            names,
            serverless=endpoint.serverless is not None,
            candidates=[*workload.candidates],
            create="Create endpoint",
            update="List scaling",
            early=early,
            withdraw=withdraw,
        ),
        suspending_states(endpoint, then="Update endpoint", early=early, late=late),
        deploy_states(names, endpoint, then="Read example", undo=undo, late=late),
        verify_states(then=next(iter(scaled), then), undo=undo),
        scaled,
    )
