"""Promote: a config with the winner alone takes the place of the one with all; the pointer follows.

The config gets a model and artifacts of its own, copies of the winner's, so that no config shares them with
another one: Clean up then removes the former config with all its models as it does after a run.
"""

from collections.abc import Sequence

from stacks.workflow.asl import State, States, caught, choose, compute, each, failure, q, sdk
from stacks.workflow.deploy import BUSY, PAUSE, RETRY_NEW, TRIES
from stacks.workflow.names import Names

# What CreateEndpointConfig and CreateModel take of what their Describe calls give.
_OF_CONFIG = ("DataCaptureConfig", "KmsKeyId", "ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")
_OF_MODEL = ("ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")

_VARIANT = """$merge([$winner, {'ModelName': $model, 'InitialVariantWeight': 1}])"""

_POINTER = """$string($merge([$pointer, {
    'config': $config,
    'features': $live & '/features.json',
    'models': {$variant: $model},
    'packages': $lookup($pointer.packages, $variant) ? {$variant: $lookup($pointer.packages, $variant)} : {},
    'metrics': $type($lookup($pointer.metrics, $variant)) = 'object'
        ? {$variant: $lookup($pointer.metrics, $variant)} : {}
}]))"""


def promote_states(names: Names, *, then: str, undo: str) -> States:
    """Everything from the config that serves to the pointer at the new one."""
    late = [caught(undo, failure("PromotionFailed"))]
    return {
        **_reading_states(late),
        **_copying_states(late),
        **_creating_states(late),
        **_freeing_states(late),
        **_updating_states(late, undo),
        "Move pointer": sdk(
            "ssm",
            "putParameter",
            {"Name": names.pointer, "Value": q(_POINTER), "Type": "String", "Tier": "Standard", "Overwrite": True},
            catch=late,
            assign={"promoted": True},
            then=then,
        ),
    }


def _reading_states(late: list[State]) -> States:
    return {
        "Read live config": sdk(
            "sagemaker",
            "describeEndpointConfig",
            {"EndpointConfigName": "{% $previous %}"},
            catch=late,
            assign={
                "promoting": True,
                "winner": q("$states.result.ProductionVariants[VariantName = $variant]"),
                "kept": q(_members(_OF_CONFIG)),
            },
            then="Read winner's model",
        ),
        "Read winner's model": sdk(
            "sagemaker",
            "describeModel",
            {"ModelName": "{% $winner.ModelName %}"},
            catch=late,
            assign={
                "container": "{% $states.result.PrimaryContainer %}",
                "setting": q(_members(_OF_MODEL)),
            },
            then="Copy features",
        ),
    }


def _copying_states(late: list[State]) -> States:
    return {
        "Copy features": sdk(
            "s3",
            "copyObject",
            {
                "Bucket": "${Bucket}",
                "CopySource": q("$encodeUrl('${Bucket}/' & $pointer.features)"),
                "Key": q("$live & '/features.json'"),
            },
            catch=late,
            then="Copy artifact",
        ),
        "Copy artifact": sdk(
            "s3",
            "copyObject",
            {
                "Bucket": "${Bucket}",
                "CopySource": q("$encodeUrl($substringAfter($container.ModelDataUrl, 's3://'))"),
                "Key": q("$live & '/' & $variant & '/model.tar.gz'"),
            },
            timeout=600,
            catch=late,
            then="Create winner's model",
        ),
    }


def _creating_states(late: list[State]) -> States:
    """A call whose answer was lost had created it: then it is there.

    DescribeModel also tells a ModelDataUrl as ModelDataSource, and CreateModel takes one of them only.
    """
    artifact = "'s3://${Bucket}/' & $live & '/' & $variant & '/model.tar.gz'"
    model = f"""(
        $bare := $sift($container, function($value, $key) {{ $key != 'ModelDataSource' }});
        $merge([$setting, {{
        'ModelName': $model,
        'PrimaryContainer': $merge([$bare, {{'ModelDataUrl': {artifact}}}]),
        'Tags': $tags
    }}]))"""
    config = f"$merge([$kept, {{'EndpointConfigName': $config, 'ProductionVariants': [{_VARIANT}], 'Tags': $tags}}])"
    return {
        "Create winner's model": sdk(
            "sagemaker",
            "createModel",
            q(model),
            catch=[caught("Look for winner's model")],
            then="Create winner's config",
        ),
        "Look for winner's model": sdk(
            "sagemaker",
            "describeModel",
            {"ModelName": "{% $model %}"},
            catch=late,
            then="Create winner's config",
        ),
        "Create winner's config": sdk(
            "sagemaker",
            "createEndpointConfig",
            q(config),
            catch=[caught("Look for winner's config")],
            then="Free others",
        ),
        "Look for winner's config": sdk(
            "sagemaker",
            "describeEndpointConfig",
            {"EndpointConfigName": "{% $config %}"},
            catch=late,
            then="Free others",
        ),
    }


def _freeing_states(late: list[State]) -> States:
    """SageMaker refuses to remove a variant that Application Auto Scaling still scales."""
    return {
        "Free others": each(
            "[$former[name != $variant].name]",
            {
                "Stop scaling": sdk(
                    "applicationautoscaling",
                    "deregisterScalableTarget",
                    {
                        "ServiceNamespace": "sagemaker",
                        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
                        "ResourceId": q("'endpoint/' & $pointer.endpoint & '/variant/' & $states.input"),
                    },
                    catch=[caught("Not scaled")],
                    then=None,
                ),
                "Not scaled": compute(then=None),
            },
            at_once=2,
            then="Promote",
            catch=late,
        )
    }


def _updating_states(late: list[State], undo: str) -> States:
    return {
        "Promote": sdk(
            "sagemaker",
            "updateEndpoint",
            {
                "EndpointName": "{% $pointer.endpoint %}",
                "EndpointConfigName": "{% $config %}",
                "RetainAllVariantProperties": True,
                "ExcludeRetainedVariantProperties": [
                    {"VariantPropertyType": "DesiredWeight"},
                    {"VariantPropertyType": "DataCaptureConfig"},
                ],
            },
            retries=RETRY_NEW,
            catch=late,
            assign={"looks": 0},
            comment="The instances that the variant has by now stay",
            then="Wait for promotion",
        ),
        "Wait for promotion": PAUSE | {"Next": "Look at promotion"},
        "Look at promotion": sdk(
            "sagemaker",
            "describeEndpoint",
            {"EndpointName": "{% $pointer.endpoint %}"},
            catch=late,
            assign={
                "status": "{% $states.result.EndpointStatus %}",
                "serving": q("$states.result.EndpointConfigName & ''"),
                "reason": q("$states.result.FailureReason & ''"),
                "looks": q("$looks + 1"),
            },
            then="Is promotion done?",
        ),
        "Is promotion done?": choose(
            ("$status = 'InService' and $serving = $config", "Move pointer"),
            (f"$status in {BUSY} and $looks <= {TRIES}", "Wait for promotion"),
            otherwise="Promotion failed",
        ),
        "Promotion failed": compute({"failure": {"Error": "PromotionFailed", "Cause": q(_CAUSE)}}, then=undo),
    }


_CAUSE = """'The endpoint did not come into service with config ' & $config & ': it is ' & $status & ' with '
    & $serving & '. ' & $reason"""


def _members(wanted: Sequence[str]) -> str:
    """JSONata: these members, an empty object where there is none of them."""
    return f"$merge([{{}}, $sift($states.result, function($value, $key) {{ $key in {list(wanted)} }})])"
