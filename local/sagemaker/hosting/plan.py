"""An UpdateEndpoint's DeploymentConfig as steps: how much traffic, how long to watch, which alarms.

Limits: AWS's pages "Blue/Green Deployments" and "Rolling deployments" of the SageMaker developer guide.
"""

from dataclasses import dataclass

from local.sagemaker.errors import validation
from local.sagemaker.store import Record

_DEFAULT_LIMIT = 8 * 3600.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a deployment does; times in seconds, shares from 0 to 1.

    A rolling one brings capacity with each share; a blue/green one has all of it before the first.
    """

    rolling: bool = False
    shares: tuple[float, ...] = (1.0,)
    wait: float = 0.0
    termination_wait: float = 0.0
    limit: float = _DEFAULT_LIMIT
    alarms: tuple[str, ...] = ()


def plan_of(deployment: Record, old: Record, new: Record) -> Plan:
    """Return the plan of a DeploymentConfig.

    Args:
        deployment: the DeploymentConfig; empty for everything at once.
        old: the endpoint configuration in use.
        new: the one to come.

    Raises:
        AwsError: it asks for what AWS refuses.
    """
    alarms = tuple(item["AlarmName"] for item in deployment.get("AutoRollbackConfiguration", {}).get("Alarms", []))
    policies = [item for item in ("BlueGreenUpdatePolicy", "RollingUpdatePolicy") if deployment.get(item)]
    if len(policies) > 1:
        raise validation("Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy may be specified.")
    if not policies:
        return Plan(alarms=alarms)
    rolling = policies == ["RollingUpdatePolicy"]
    policy = deployment[policies[0]]
    routing = policy if rolling else policy["TrafficRoutingConfiguration"]
    shares = _batches(policy, old, new) if rolling else _shares(routing, new)
    if len(shares) > 1 and _names(old) != _names(new):
        raise validation(
            "Traffic can move step by step only between endpoint configurations of the same production variants,"
            f" here: {', '.join(sorted(_names(old)))}."
        )
    plan = Plan(
        rolling=rolling,
        shares=shares,
        wait=routing["WaitIntervalInSeconds"],
        termination_wait=policy.get("TerminationWaitInSeconds", 0),
        limit=policy.get("MaximumExecutionTimeoutInSeconds", _DEFAULT_LIMIT),
        alarms=alarms,
    )
    if plan.wait * len(shares) + plan.termination_wait >= plan.limit:
        raise validation(
            "MaximumExecutionTimeoutInSeconds must be larger than the total waiting time of the deployment"
            f" ({plan.wait * len(shares) + plan.termination_wait} seconds)."
        )
    return plan


def _shares(routing: Record, new: Record) -> tuple[float, ...]:
    kind = routing["Type"]
    for member, needed in (("CanarySize", kind == "CANARY"), ("LinearStepSize", kind == "LINEAR")):
        if needed != (member in routing):
            verb = "requires" if needed else "does not allow"
            raise validation(f"Traffic routing type {kind} {verb} {member}.")
    if kind == "ALL_AT_ONCE":
        return (1.0,)
    if kind == "CANARY":
        return _size(routing["CanarySize"], "CanarySize", 0, new), 1.0
    return _steps(_size(routing["LinearStepSize"], "LinearStepSize", 10, new))


def _batches(policy: Record, old: Record, new: Record) -> tuple[float, ...]:
    for config in (old, new):
        variants = config["ProductionVariants"]
        if len(variants) > 1 or "ServerlessConfig" in variants[0] or config.get("ShadowProductionVariants"):
            raise validation("RollingUpdatePolicy needs endpoints of exactly one variant, which runs on instances.")
    return _steps(_size(policy["MaximumBatchSize"], "MaximumBatchSize", 5, new))


def _steps(step: float) -> tuple[float, ...]:
    count = max(2, -int(-1 // step))
    return (*(step * number for number in range(1, count)), 1.0)


def _size(size: Record, member: str, least: int, new: Record) -> float:
    percent = float(size["Value"])
    if size["Type"] == "INSTANCE_COUNT":
        total = sum(item.get("InitialInstanceCount", 0) for item in new["ProductionVariants"])
        percent = 100.0 * size["Value"] / max(1, total)
    if not least <= percent <= 50:
        allowed = f"{least}-50%" if least else "at most 50%"
        raise validation(f"{member} must be {allowed} of the variant's total instance count, got {percent:g}%.")
    return percent / 100


def _names(config: Record) -> set[str]:
    return {item["VariantName"] for item in config["ProductionVariants"]}
