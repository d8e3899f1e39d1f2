"""Autoscaling around an update: variants are let go of before it, taken again after it, given back by a roll back.

SageMaker refuses to remove a scaled variant or to change its machines; to delete an endpoint is no different:
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html.
"""

from spec.autoscaling import Autoscaling
from spec.endpoint import Endpoint
from stacks.workflow.asl import State, States, caught, choose, each, q, sdk
from stacks.workflow.endpoint import DIMENSION, deregistering, target

POLICY = "invocations-per-instance"

_RESOURCES = "[$before.('endpoint/' & $endpoint & '/variant/' & name)]"

_TARGETS = """[$states.result.ScalableTargets.{
    'ResourceId': ResourceId, 'MinCapacity': MinCapacity, 'MaxCapacity': MaxCapacity
}]"""

_POLICIES = """[$map([$states.result.ScalingPolicies], function($policy) {
    $sift($policy, function($value, $key) { $key in [
        'PolicyName', 'PolicyType', 'ServiceNamespace', 'ResourceId', 'ScalableDimension',
        'TargetTrackingScalingPolicyConfiguration', 'StepScalingPolicyConfiguration',
        'PredictiveScalingPolicyConfiguration'
    ] })
})]"""

_LEAVING = """(
    $names := [$scaled.target.($substringAfter(ResourceId, '/variant/'))];
    $stays := function($name) {(
        $was := $before[name = $name][0];
        $next := $variants[VariantName = $name][0];
        %s and $exists($next) and $next.InstanceType = $was.type
    )};
    [$filter($names, function($name) { $not($stays($name)) })]
)"""


def suspending_states(endpoint: Endpoint, *, then: str, early: list[State], late: list[State]) -> States:
    """Sets `scaled`, what is registered now with its policies; variants that go or get other machines are let go."""
    stays = "true" if endpoint.autoscaling else "false"
    return {
        "List scaling": sdk(
            "applicationautoscaling",
            "describeScalableTargets",
            {"ServiceNamespace": "sagemaker", "ResourceIds": q(_RESOURCES), "ScalableDimension": DIMENSION},
            catch=early,
            assign={"targets": q(_TARGETS)},
            then="Is anything scaled?",
        ),
        "Is anything scaled?": choose(("$count($targets) > 0", "Remember scaling"), otherwise=then),
        "Remember scaling": each(
            "$targets",
            {
                "Read scaling policies": sdk(
                    "applicationautoscaling",
                    "describeScalingPolicies",
                    {"ServiceNamespace": "sagemaker", "ResourceId": "{% $states.input.ResourceId %}"},
                    output={"target": "{% $states.input %}", "policies": q(_POLICIES)},
                    then=None,
                )
            },
            at_once=5,
            catch=early,
            then="Suspend scaling",
            Assign={"scaled": q("[$states.result]")},
        ),
        "Suspend scaling": each(
            _LEAVING % stays,
            deregistering("Let variant go", "$endpoint"),
            at_once=5,
            catch=late,
            then=then,
        ),
    }


def scaling_states(autoscaling: Autoscaling, *, then: str, late: list[State]) -> States:
    """Every variant by itself, once it answers. Registering again changes what there is."""
    policy = {
        "TargetValue": autoscaling.invocations_per_instance,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
        "ScaleInCooldown": autoscaling.scale_in_cooldown,
        "ScaleOutCooldown": autoscaling.scale_out_cooldown,
    }
    variant = target("$states.input", "$endpoint")
    return {
        "Scale variants": each(
            "[$variants.VariantName]",
            {
                "Register variant": sdk(
                    "applicationautoscaling",
                    "registerScalableTarget",
                    variant | {"MinCapacity": autoscaling.min, "MaxCapacity": autoscaling.max},
                    output="{% $states.input %}",
                    then="Put scaling policy",
                ),
                "Put scaling policy": sdk(
                    "applicationautoscaling",
                    "putScalingPolicy",
                    variant
                    | {
                        "PolicyName": POLICY,
                        "PolicyType": "TargetTrackingScaling",
                        "TargetTrackingScalingPolicyConfiguration": policy,
                    },
                    then=None,
                ),
            },
            at_once=5,
            catch=late,
            then=then,
        )
    }


def restoring_states(*, then: str) -> States:
    """After a roll back: what was registered before the update is so again, with its policies."""
    lost = {
        "failure": {
            "Error": "{% $failure.Error %}",
            "Cause": q("$failure.Cause & '\\nAutoscaling could not be registered again: ' & $states.errorOutput.Cause"),
        }
    }
    fixed = {"ServiceNamespace": "sagemaker", "ScalableDimension": DIMENSION}
    return {
        "Scale as before": each(
            "$scaled",
            {
                "Register again": sdk(
                    "applicationautoscaling",
                    "registerScalableTarget",
                    q(f"$merge([{fixed}, $states.input.target])"),
                    output="{% $states.input.policies %}",
                    then="Put policies again",
                ),
                "Put policies again": each(
                    "$states.input",
                    {
                        "Put policy again": sdk(
                            "applicationautoscaling", "putScalingPolicy", "{% $states.input %}", then=None
                        )
                    },
                    at_once=2,
                    then=None,
                ),
            },
            at_once=5,
            catch=[caught(then, lost)],
            then=then,
        )
    }
