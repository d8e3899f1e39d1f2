"""How an update goes: which capacity it keeps, and whether traffic moves in steps under the eyes of alarms."""

from typing import Any

from spec.endpoint import Endpoint
from spec.guardrails import Guardrails
from stacks.workflow.names import Names

RETAIN = (
    "{'RetainAllVariantProperties': true, 'ExcludeRetainedVariantProperties': ["
    "{'VariantPropertyType': 'DesiredWeight'}, {'VariantPropertyType': 'DataCaptureConfig'}]}"
)
"""What autoscaling made of a variant's capacity stays; the new config's weights and data capture count."""

_LIMIT, _STARTING = 28_800, 3_600


def update(names: Names, endpoint: Endpoint) -> str:
    """JSONata: the members of an update beside endpoint and config."""
    kept = [RETAIN] if endpoint.autoscaling else []
    guarded = [_guarded(names, endpoint.guardrails)] if endpoint.guardrails else []
    return ", ".join([*kept, *guarded, "{}"])


def looks(endpoint: Endpoint, tries: int) -> int:
    """Looks, half a minute each, at an endpoint that waits on purpose."""
    return tries + (endpoint.guardrails.waiting // 30 if endpoint.guardrails else 0)


def _guarded(names: Names, guardrails: Guardrails) -> str:
    """SageMaker moves traffic in steps between configs of the same variants alone; all at once otherwise."""
    variant = "' & $passed[0].name & '"
    alarms = ", ".join(f"{{'AlarmName': '{alarm}'}}" for alarm in names.alarms(variant))
    policy = _jsonata(
        {
            "TrafficRoutingConfiguration": _routing(guardrails),
            "TerminationWaitInSeconds": guardrails.terminate_wait,
            "MaximumExecutionTimeoutInSeconds": min(_LIMIT, guardrails.waiting + _STARTING),
        }
    )
    same = "$count($passed) = 1 and $count($before) = 1 and $before[0].name = $passed[0].name"
    config = f"{{'BlueGreenUpdatePolicy': {policy}, 'AutoRollbackConfiguration': {{'Alarms': [{alarms}]}}}}"
    return f"({same}) ? {{'DeploymentConfig': {config}}} : {{}}"


def _routing(guardrails: Guardrails) -> dict[str, Any]:
    if guardrails.canary:
        size = {"Type": "CAPACITY_PERCENT", "Value": guardrails.canary.percent}
        return {"Type": "CANARY", "WaitIntervalInSeconds": guardrails.canary.bake, "CanarySize": size}
    if guardrails.linear:
        size = {"Type": "CAPACITY_PERCENT", "Value": guardrails.linear.step_percent}
        return {"Type": "LINEAR", "WaitIntervalInSeconds": guardrails.linear.bake, "LinearStepSize": size}
    raise ValueError("guardrails are canary or linear")


def _jsonata(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"'{key}': {_jsonata(item)}" for key, item in value.items()) + "}"
    return f"'{value}'" if isinstance(value, str) else str(value)
