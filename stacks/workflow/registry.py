"""Register: every candidate that met the gate becomes a version in the workload's model package group.

A refused candidate is not registered: a version is something that could serve, and the run's result and report
keep what was refused. A version stays registered when its deployment fails: the model is as good as the gate found
it, and somebody may want it later. Its artifact and metrics therefore live as long as the version, in `live/`;
clean up removes the oldest versions together with them. A failure here is not caught: a redrive goes on from it.
"""

from spec.workload import Workload
from stacks.workflow.asl import State, States, compute, each, obj, q, sdk
from stacks.workflow.candidate import MODEL_KEY
from stacks.workflow.names import Names
from stacks.workflow.settings import SCORING_INSTANCE

_AT_ONCE = 4
_NAME = "$version.name"
_PLACE = f"$live & '/' & {_NAME}"
_METRICS_KEY = f"{_PLACE} & '/metrics.json'"
_CANDIDATE = f"$lookup($settings.candidates, {_NAME})"
_URI = "'s3://${Bucket}/' & "

_WITH_VERSION = """[$map(%s, function($result) {
    $merge([$result, {'package': $lookup($merge([{}, $map($states.result, function($one) {
        {$one.name: $one.package}
    })]), $result.name) & ''}])
})]"""

# Metadata takes letters, digits and few signs, where a name of an execution may have others.
_PROPERTIES = f"""$merge([
    {{
        'execution': $replace($states.context.Execution.Name, /[^A-Za-z0-9_.=+@-]/, '_'),
        'candidate': {_NAME},
        'config': $config
    }},
    $merge([{{}}, $each($version.metrics, function($value, $name) {{{{'metrics.' & $name: $string($value)}}}})])
])"""


def registry_states(names: Names, workload: Workload, *, then: str) -> States:
    """Each row of `passed` and `results` gets its `package`, the version's ARN."""
    return {
        "Register versions": each(
            "$passed",
            {
                "Take version": compute({"version": "{% $states.input %}"}, then="Keep metrics"),
                "Keep metrics": _keep_metrics(),
                "Register version": _register(names, workload),
            },
            at_once=_AT_ONCE,
            then=then,
            Assign={"passed": q(_WITH_VERSION % "$passed"), "results": q(_WITH_VERSION % "$results")},
        )
    }


def _keep_metrics() -> State:
    return sdk(
        "s3",
        "copyObject",
        {
            "Bucket": "${Bucket}",
            "CopySource": q(
                f"$encodeUrl('${{Bucket}}/' & $run & '/candidates/' & {_NAME} & '/evaluation/metrics.json')"
            ),
            "Key": q(_METRICS_KEY),
        },
        then="Register version",
    )


def _register(names: Names, workload: Workload) -> State:
    manual = workload.registry.approval == "manual"
    return sdk(
        "sagemaker",
        "createModelPackage",
        {
            "ModelPackageGroupName": names.prefix,
            "ModelPackageDescription": q(f"{_NAME} & ' of run ' & $states.context.Execution.Name & ', in ' & $live"),
            "InferenceSpecification": q(_specification()),
            "ModelApprovalStatus": "PendingManualApproval" if manual else "Approved",
            "MetadataProperties": {"GeneratedBy": "{% $states.context.Execution.Id %}"},
            "ModelMetrics": {
                "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": q(_URI + _METRICS_KEY)}}
            },
            "CustomerMetadataProperties": q(_PROPERTIES),
            # The same for each try: one whose answer was lost has registered the version already.
            "ClientToken": q("$substring($hash($version.model, 'SHA-256'), 0, 36)"),
        },
        output={"name": q(_NAME), "package": "{% $states.result.ModelPackageArn %}"},
        then=None,
    )


def _specification() -> str:
    container = {
        "Image": f"{_CANDIDATE}.image",
        "ModelDataUrl": _URI + MODEL_KEY.replace("$candidate.name", _NAME),
        "Environment": f"{_CANDIDATE}.environment",
    }
    always = {
        "Containers": f"[{obj(container)}]",
        "SupportedContentTypes": f"{_CANDIDATE}.example = '' ? ['text/csv'] : ['text/csv', 'application/json']",
        "SupportedResponseMIMETypes": f"[{_CANDIDATE}.accept]",
        "SupportedTransformInstanceTypes": f"['{SCORING_INSTANCE['InstanceType']}']",
    }
    machine = f"$merge([{_CANDIDATE}.machines, $machines]).InstanceType"
    return (
        f"$merge([{obj(always)}, $exists({machine})"
        f" ? {{'SupportedRealtimeInferenceInstanceTypes': [{machine}]}} : {{}}])"
    )
