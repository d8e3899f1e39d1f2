"""A shift's input, checked here so that a typing error starts nothing; the state machine checks it again."""

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

from trainyard import stacks
from trainyard.context import Context
from trainyard.errors import BadInput, NotFound

MOST_STEPS = 10
LONGEST_BAKE = timedelta(days=1)


def checked(context: Context, workload: str, variant: str, steps: str, bake: timedelta) -> dict[str, Any]:
    """The input of the execution; says what an alarm cannot see, and which steps are behind already."""
    percentages = read_steps(steps)
    if bake > LONGEST_BAKE:
        raise BadInput(f"--bake {bake} is longer than a day", fix="at most 24h, in each step")
    shares = live_shares(context, workload)
    check_variant(variant, shares)
    ahead = [step for step in percentages if step == 100 or step > shares[variant] + 0.01]
    if not ahead:
        raise BadInput(
            f"{variant} has {shares[variant]:.3g} % of the traffic already",
            fix="--steps with a percentage above that, or 100",
        )
    if alarms(context, workload, variant) == 0:
        context.err.print(f"no alarm watches {variant}: nothing will bring the old weights back", soft_wrap=True)
    return {"variant": variant, "steps": percentages, "bake": int(bake.total_seconds())}


def read_steps(text: str) -> list[float]:
    """10,50,100 as numbers."""
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = []
    rising = all(one < other for one, other in pairwise(found))
    if not (found and rising and found[0] >= 0.1 and found[-1] <= 100 and len(found) <= MOST_STEPS):
        raise BadInput(
            f"--steps {text!r} are no rising percentages",
            fix=f"1 to {MOST_STEPS} of them, from 0.1 to 100: 10,50,100",
        )
    return [int(step) if step.is_integer() else step for step in found]


def live_shares(context: Context, workload: str) -> dict[str, float]:
    """Percent of the traffic by live variant."""
    live = stacks.require_live(context.client("ssm"), context.stage, workload)
    endpoint = stacks.describe_endpoint(context.client("sagemaker"), live.endpoint)
    if endpoint is None:
        raise NotFound(f"the endpoint {live.endpoint} of {workload} is gone", fix=f"trainyard run {workload}")
    weights = {item["VariantName"]: item.get("CurrentWeight", 0.0) for item in endpoint.get("ProductionVariants", [])}
    total = sum(weights.values()) or 1
    return {name: 100 * weight / total for name, weight in weights.items()}


def check_variant(variant: str, shares: dict[str, float]) -> None:
    """There has to be something to shift, and somebody to shift it to."""
    if variant not in shares:
        raise BadInput(f"{variant} is not live", fix=f"one of {', '.join(shares)}")
    if len(shares) == 1:
        raise BadInput(f"{variant} is the only live variant: there is nothing to shift")


def alarms(context: Context, workload: str, variant: str) -> int:
    """How many of the alarms that a shift looks at exist (docs/contracts.md has their names)."""
    names = [f"{context.stage}-{workload}-{variant}-{kind}" for kind in ("5xx", "latency", "feedback")]
    found = context.client("cloudwatch").describe_alarms(AlarmNames=names, AlarmTypes=["MetricAlarm"])
    return len(found["MetricAlarms"])


def outcome(described: dict[str, Any]) -> str:
    """The end of a shift in a sentence."""
    output = json.loads(described.get("output") or "{}")
    variant = output.get("variant")
    if output.get("promoted"):
        return f"{variant} serves alone now"
    if output.get("steps"):
        return f"{variant} has {output['steps'][-1]} % of the traffic; the test goes on"
    return f"{variant} had all of that already"
