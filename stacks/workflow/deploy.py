"""Deploy: from the lease to an endpoint in service with the run's config, one variant per passing candidate.

Create or update is decided by listing, since a missing endpoint and a throttled call look alike to a Catch.
Success is InService and the config asked for: an update that was rolled back is InService on the old one.
"""

from typing import Any

from stacks.workflow.asl import States, caught, choose, compute, failure, q, retry, sdk
from stacks.workflow.names import Names

TRIES = 160
"""Looks at an endpoint before giving up; at half a minute each, about 75 minutes."""

PAUSE = {"Type": "Wait", "Seconds": q("$min([3 + $looks * 2, 30])")}

BUSY = "['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting']"

RETRY_NEW = [
    retry(["SageMaker.ResourceLimitExceededException"], first=30, rate=1.5, attempts=6, longest=300),
    retry(
        ["SageMaker.SageMakerException", "SageMaker.SdkClientException"],
        first=3,
        rate=1.7,
        attempts=6,
        longest=60,
    ),
]
"""A config that was just created may not be known yet to the call that asks for it."""

_VARIANTS = """[$map($passed, function($result) {(
    $candidate := $lookup($settings.candidates, $result.name);
    $weight := $lookup($weights, $result.name);
    $total := $sum([$map($passed, function($one) { $lookup($weights, $one.name) })]);
    $merge([$candidate.machines, {
        'VariantName': $result.name,
        'ModelName': $result.model,
        'InitialVariantWeight': $total > 0 ? $weight : 1
    }])
)})]"""


def deploy_states(names: Names, *, then: str, withdraw: str, undo: str) -> States:
    """`withdraw` if nothing was asked of the endpoint yet, `undo` if it was."""
    early = [caught(withdraw, failure("DeploymentFailed"))]
    late = [caught(undo, failure("DeploymentFailed"))]
    return {
        **_publishing_states(),
        **_finding_states(names, early, withdraw),
        "Update endpoint": sdk(
            "sagemaker",
            "updateEndpoint",
            {"EndpointName": names.prefix, "EndpointConfigName": "{% $config %}"},
            retries=RETRY_NEW,
            catch=late,
            assign={"looks": 0},
            then="Wait for endpoint",
        ),
        "Create endpoint": sdk(
            "sagemaker",
            "createEndpoint",
            {
                "EndpointName": names.prefix,
                "EndpointConfigName": "{% $config %}",
                "Tags": "{% $settings.tags %}",
            },
            retries=RETRY_NEW,
            catch=late,
            assign={"looks": 0},
            then="Wait for endpoint",
        ),
        **_waiting_states(names, then, undo, late),
    }


def _publishing_states() -> States:
    return {
        "Publish features": sdk(
            "s3",
            "copyObject",
            {
                "Bucket": "${Bucket}",
                "CopySource": q("$encodeUrl('${Bucket}/' & $run & '/prepared/features.json')"),
                "Key": q("$live & '/features.json'"),
            },
            catch=[caught("Withdraw features", failure("DeploymentFailed") | {"passed": []})],
            then="Create endpoint config",
        ),
        "Create endpoint config": sdk(
            "sagemaker",
            "createEndpointConfig",
            {
                "EndpointConfigName": "{% $config %}",
                "ProductionVariants": q(_VARIANTS),
                "Tags": "{% $settings.tags %}",
            },
            catch=[caught("Look for endpoint config", failure("DeploymentFailed"))],
            assign={"looks": 0, "token": ""},
            then="Find endpoint",
        ),
        "Look for endpoint config": sdk(
            "sagemaker",
            "describeEndpointConfig",
            {"EndpointConfigName": "{% $config %}"},
            catch=[caught("Withdraw features", {"passed": []})],
            assign={"looks": 0, "token": "", "failure": {"Error": "", "Cause": ""}},
            then="Find endpoint",
        )
        | {"Comment": "A call whose answer was lost had created it"},
    }


def _finding_states(names: Names, early: list[dict[str, Any]], withdraw: str) -> States:
    query = {
        "NameContains": names.prefix,
        "MaxResults": 100,
    }
    more = "$token = '' ? {} : {'NextToken': $token}"
    return {
        "Find endpoint": sdk(
            "sagemaker",
            "listEndpoints",
            q(f"$merge([{query}, {more}])"),
            catch=early,
            assign={
                "status": q(status_of(names.prefix)),
                "token": q("$states.result.NextToken & ''"),
                "looks": q("$looks + 1"),
            },
            then="Create or update?",
        ),
        "Create or update?": choose(
            ("$status = '' and $token != ''", "Find endpoint"),
            ("$status = ''", "Create endpoint"),
            ("$status in ['InService', 'OutOfService', 'UpdateRollbackFailed']", "Remember endpoint"),
            (f"$looks > {TRIES}", "Give up finding"),
            ("$status = 'Failed'", "Delete failed endpoint"),
            otherwise="Wait for endpoint to settle",
        ),
        "Give up finding": compute(
            {
                "failure": {
                    "Error": "DeploymentFailed",
                    "Cause": q("'The endpoint was busy for too long: it is ' & $status & '.'"),
                }
            },
            then=withdraw,
        ),
        "Delete failed endpoint": sdk(
            "sagemaker",
            "deleteEndpoint",
            {"EndpointName": names.prefix},
            catch=early,
            then="Wait for endpoint to settle",
        )
        | {"Comment": "An endpoint that failed can only be deleted"},
        "Wait for endpoint to settle": PAUSE | {"Assign": {"token": ""}, "Next": "Find endpoint"},
        "Remember endpoint": sdk(
            "sagemaker",
            "describeEndpoint",
            {"EndpointName": names.prefix},
            catch=early,
            assign={"previous": "{% $states.result.EndpointConfigName %}"},
            then="Update endpoint",
        ),
    }


def _waiting_states(names: Names, then: str, undo: str, late: list[dict[str, Any]]) -> States:
    return {
        "Wait for endpoint": PAUSE | {"Next": "Look at endpoint"},
        "Look at endpoint": sdk(
            "sagemaker",
            "describeEndpoint",
            {"EndpointName": names.prefix},
            catch=late,
            assign={
                "status": "{% $states.result.EndpointStatus %}",
                "serving": q("$states.result.EndpointConfigName & ''"),
                "reason": q("$states.result.FailureReason & ''"),
                "looks": q("$looks + 1"),
            },
            then="Is endpoint ready?",
        ),
        "Is endpoint ready?": choose(
            ("$status = 'InService' and $serving = $config", then),
            (f"$status in {BUSY} and $looks <= {TRIES}", "Wait for endpoint"),
            otherwise="Endpoint failed",
        ),
        "Endpoint failed": compute(
            {
                "failure": {
                    "Error": "DeploymentFailed",
                    "Cause": q(
                        "'The endpoint did not come into service with config ' & $config & ': it is ' "
                        "& $status & ' with ' & $serving & '. ' & $reason"
                    ),
                }
            },
            then=undo,
        ),
    }


def status_of(endpoint: str) -> str:
    """JSONata: the status of one endpoint in a list, if it is there; a list matches parts of names."""
    return f"""(
        $mine := $filter([$states.result.Endpoints], function($one) {{ $one.EndpointName = '{endpoint}' }});
        $mine[0].EndpointStatus & ''
    )"""
