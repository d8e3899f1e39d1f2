"""Deploy: the endpoint is created or updated, and waited for until it is in service with the run's config.

Success is InService and the config asked for: an update that was rolled back is InService on the old one. An update
that SageMaker refuses may be the second try of one whose answer was lost, so the endpoint itself is asked.
"""

from spec.endpoint import Endpoint
from stacks.workflow import guarding
from stacks.workflow.asl import State, States, caught, compute, q, sdk
from stacks.workflow.endpoint import RETRY_NEW, TRIES, settling_states
from stacks.workflow.names import Names

_REFUSAL = """$substring($states.context.State.Name & ' failed: '
    & $states.errorOutput.Error & ' ' & $states.errorOutput.Cause, 0, 3000)"""


def deploy_states(names: Names, endpoint: Endpoint, *, then: str, undo: str, late: list[State]) -> States:
    """From `Create endpoint` or `Update endpoint` to an endpoint that is ready."""
    both = "{'EndpointName': $endpoint, 'EndpointConfigName': $config}"
    return {
        "Update endpoint": sdk(
            "sagemaker",
            "updateEndpoint",
            q(f"$merge([{both}, {guarding.update(names, endpoint)}])"),
            retries=RETRY_NEW,
            catch=[caught("Wait for endpoint", {"looks": 0, "refusal": q(_REFUSAL)})],
            assign={"looks": 0, "refusal": ""},
            then="Wait for endpoint",
        ),
        "Create endpoint": sdk(
            "sagemaker",
            "createEndpoint",
            {
                "EndpointName": "{% $endpoint %}",
                "EndpointConfigName": "{% $config %}",
                "Tags": "{% $settings.tags %}",
            },
            retries=RETRY_NEW,
            catch=late,
            assign={"looks": 0, "refusal": ""},
            then="Wait for endpoint",
        ),
        **settling_states(
            "endpoint",
            "Is endpoint ready?",
            endpoint="$endpoint",
            ready="$status = 'InService' and $serving = $config",
            looks=guarding.looks(endpoint, TRIES),
            catch=late,
            then=then,
            failed="Endpoint failed",
        ),
        "Endpoint failed": compute(
            {
                "failure": {
                    "Error": "DeploymentFailed",
                    "Cause": q(
                        "'The endpoint did not come into service with config ' & $config & ': it is ' "
                        "& $status & ' with ' & $serving & '. ' & $reason & $refusal"
                    ),
                }
            },
            then=undo,
        ),
    }
