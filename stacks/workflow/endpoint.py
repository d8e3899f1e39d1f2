"""What the states around an endpoint share: how long to wait, how to find one, how to remove one.

An endpoint is looked for by listing, since a missing endpoint and a throttled call look alike to a Catch.
"""

from collections.abc import Sequence
from typing import Any

from stacks.workflow.asl import State, States, caught, choose, each, q, retry, sdk
from stacks.workflow.names import Names

TRIES = 160
"""Looks at an endpoint before giving up; at half a minute each but for the first, about 70 minutes."""

PAUSE = {"Type": "Wait", "Seconds": q("$max([$looks = 0 ? 2 : 1, $min([$looks - 2, 30])])")}
"""An endpoint that was asked to change may not say so at once. Then every second, since much is done in seconds; later
about a tenth of the time that has gone by."""

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

WHILE_BUSY = [
    retry(
        ["SageMaker.SageMakerException", "SageMaker.SdkClientException"],
        first=5,
        rate=1.5,
        attempts=30,
        longest=60,
    )
]

_REFUSED = """$substring($states.context.State.Name & ' failed: '
    & $states.errorOutput.Error & ' ' & $states.errorOutput.Cause, 0, 3000)"""

WAITED = "$refused != '' ? $refused : 'It was waited for long enough.'"
"""JSONata: why an endpoint that was to be removed is still there."""

DIMENSION = "sagemaker:variant:DesiredInstanceCount"


def query(names: Names) -> str:
    """JSONata: what to list; the newest come first, and a list matches parts of names."""
    return (
        f"{{'NameContains': '{names.prefix}', 'SortBy': 'CreationTime', 'SortOrder': 'Descending', 'MaxResults': 100}}"
    )


def status_of(endpoint: str) -> str:
    """JSONata: the status of one endpoint (an expression) in a list, if it is there; else nothing: ''."""
    return f"""(
        $named := {endpoint};
        $mine := $filter([$states.result.Endpoints], function($one) {{ $one.EndpointName = $named }});
        $mine[0].EndpointStatus & ''
    )"""


def look(endpoint: str, *, catch: Sequence[State], then: str) -> State:
    """How an endpoint is, and on which config."""
    return sdk(
        "sagemaker",
        "describeEndpoint",
        {"EndpointName": q(endpoint)},
        catch=catch,
        assign={
            "status": "{% $states.result.EndpointStatus %}",
            "serving": q("$states.result.EndpointConfigName & ''"),
            "reason": q("$states.result.FailureReason & ''"),
            "looks": q("$looks + 1"),
        },
        then=then,
    )


def settling_states(
    what: str, question: str, *, endpoint: str, ready: str, looks: int, catch: Sequence[State], then: str, failed: str
) -> States:
    """From `Wait for {what}` until the endpoint is `ready` (JSONata), is so otherwise, or was looked at too often."""
    wait, at = f"Wait for {what}", f"Look at {what}"
    return {
        wait: PAUSE | {"Next": at},
        at: look(endpoint, catch=catch, then=question),
        question: choose((ready, then), (f"$status in {BUSY} and $looks <= {looks}", wait), otherwise=failed),
    }


def deregistering(state: str, endpoint: str) -> States:
    """One variant (the item) is no longer scaled; that it never was is no error."""
    return {
        state: sdk(
            "applicationautoscaling",
            "deregisterScalableTarget",
            target("$states.input", endpoint),
            catch=[caught(f"{state}: done", errors=["ApplicationAutoScaling.ObjectNotFoundException"])],
            then=f"{state}: done",
        ),
        f"{state}: done": {"Type": "Succeed", "Output": {}},
    }


def target(variant: str, endpoint: str) -> dict[str, Any]:
    """What Application Auto Scaling calls a variant; both are expressions."""
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": q(f"'endpoint/' & {endpoint} & '/variant/' & {variant}"),
        "ScalableDimension": DIMENSION,
    }


def removal_states(
    which: str, *, names: Names, endpoint: str, candidates: Sequence[str], catch: Sequence[State], then: str, stuck: str
) -> States:
    """From `Find {which} endpoint` until it is gone with its autoscaling; `looks` is set, and bounds the wait.

    A failed endpoint may tell no variants: then those that the workload has now are taken. Whether a deletion that
    failed had its effect all the same, only the list tells; if it had not, `stuck` finds the reason in `refused`,
    which is set as well, to ''.
    """
    known = "[" + ", ".join(f"'{name}'" for name in candidates) + "]"
    return {
        f"Find {which} endpoint": sdk(
            "sagemaker",
            "listEndpoints",
            q(query(names)),
            catch=catch,
            assign={"status": q(status_of(endpoint)), "looks": q("$looks + 1")},
            then=f"Is there a {which} endpoint?",
        ),
        f"Is there a {which} endpoint?": choose(
            ("$status = ''", then),
            (f"$looks > 2 * {TRIES}", stuck),
            (f"$status in {BUSY}", f"Wait for {which} endpoint"),
            ("$refused != ''", stuck),
            otherwise=f"Look at {which} endpoint",
        ),
        f"Wait for {which} endpoint": PAUSE | {"Assign": {"refused": ""}, "Next": f"Find {which} endpoint"},
        f"Look at {which} endpoint": sdk(
            "sagemaker",
            "describeEndpoint",
            {"EndpointName": q(endpoint)},
            catch=catch,
            assign={
                "unscaled": q(f"[$distinct($append({known}, [$states.result.ProductionVariants.VariantName]))]"),
            },
            then=f"Unscale {which} endpoint",
        ),
        f"Unscale {which} endpoint": each(
            "$unscaled",
            deregistering(f"Unscale variant of {which} endpoint", endpoint),
            at_once=5,
            catch=catch,
            then=f"Delete {which} endpoint",
        ),
        f"Delete {which} endpoint": sdk(
            "sagemaker",
            "deleteEndpoint",
            {"EndpointName": q(endpoint)},
            catch=[caught(f"Find {which} endpoint", {"refused": q(_REFUSED)})],
            then=f"Wait for {which} endpoint",
        ),
    }
