"""Promote: a config with the winner alone takes the place of the one with all; the pointer follows.

The model is the one that has won, its artifacts and features.json stay where they are: Clean up keeps the former
config as long as the new one uses a model of it, and a version in the registry as long as the pointer names it.
"""

from collections.abc import Sequence

from spec.endpoint import Endpoint
from stacks.workflow.asl import State, States, caught, compute, failure, merged, q, sdk
from stacks.workflow.endpoint import RETRY_NEW, TRIES, settling_states
from stacks.workflow.guarding import RETAIN
from stacks.workflow.names import Names
from stacks.workflow.pointer import point
from stacks.workflow.scaling import suspending_states

# What CreateEndpointConfig takes of what DescribeEndpointConfig gives.
_MEMBERS = ("DataCaptureConfig", "KmsKeyId", "ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")

_BEFORE = "[$states.result.ProductionVariants.{'name': VariantName, 'type': InstanceType & ''}]"

_WINNER = """[$merge([
    $states.result.ProductionVariants[VariantName = $variant], {'InitialVariantWeight': 1}
])]"""

_CONFIG = "$merge([$kept, {'EndpointConfigName': $config, 'ProductionVariants': $variants, 'Tags': $tags}])"

_POINTER = """(
    $only := function($all) {(
        $own := $lookup($all, $variant);
        $exists($own) ? {$variant: $own} : {}
    )};
    $string($merge([$pointer, {
        'config': $config,
        'models': $only($pointer.models),
        'packages': $only($pointer.packages),
        'metrics': $only($pointer.metrics)
    }]))
)"""

_CAUSE = """'The endpoint did not come into service with config ' & $config & ': it is ' & $status & ' with '
    & $serving & '. ' & $reason"""


def promote_states(names: Names, endpoint: Endpoint, *, then: str, undo: str) -> States:
    """Everything from the config that serves to the pointer at the new one."""
    late = [caught(undo, failure("PromotionFailed"))]
    return merged(
        _config_states(late),
        suspending_states(endpoint, then="Promote", early=late, late=late),
        _updating_states(late, undo),
        {
            "Move pointer": point(
                names,
                _POINTER,
                catch=late,
                assign={"promoted": True},
                then=then,
            ),
        },
    )


def _config_states(late: list[State]) -> States:
    """A call whose answer was lost had created it: then it is there."""
    return {
        "Read live config": sdk(
            "sagemaker",
            "describeEndpointConfig",
            {"EndpointConfigName": "{% $previous %}"},
            catch=late,
            assign={
                "promoting": True,
                "endpoint": "{% $pointer.endpoint %}",
                "before": q(_BEFORE),
                "variants": q(_WINNER),
                "kept": q(_members(_MEMBERS)),
            },
            then="Create winner's config",
        ),
        "Create winner's config": sdk(
            "sagemaker",
            "createEndpointConfig",
            q(_CONFIG),
            catch=[caught("Look for winner's config")],
            then="List scaling",
        ),
        "Look for winner's config": sdk(
            "sagemaker",
            "describeEndpointConfig",
            {"EndpointConfigName": "{% $config %}"},
            catch=late,
            then="List scaling",
        ),
    }


def _updating_states(late: list[State], undo: str) -> States:
    both = "{'EndpointName': $endpoint, 'EndpointConfigName': $config}"
    return {
        "Promote": sdk(
            "sagemaker",
            "updateEndpoint",
            q(f"$merge([{both}, {RETAIN}])"),
            retries=RETRY_NEW,
            catch=late,
            assign={"looks": 0},
            comment="The instances that the variant has by now stay",
            then="Wait for promotion",
        ),
        **settling_states(
            "promotion",
            "Is promotion done?",
            endpoint="$endpoint",
            ready="$status = 'InService' and $serving = $config",
            looks=TRIES,
            catch=late,
            then="Move pointer",
            failed="Promotion failed",
        ),
        "Promotion failed": compute({"failure": {"Error": "PromotionFailed", "Cause": q(_CAUSE)}}, then=undo),
    }


def _members(wanted: Sequence[str]) -> str:
    """JSONata: these members, an empty object where there is none of them."""
    return f"$merge([{{}}, $sift($states.result, function($value, $key) {{ $key in {list(wanted)} }})])"
