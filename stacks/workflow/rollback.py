"""Roll back: the endpoint goes back to the config it had; one that never served is deleted.

When even that fails nothing is deleted, since the endpoint may still use it. A run that was redriven after
another took its lease touches nothing.
"""

from collections.abc import Sequence
from typing import Any

from stacks.workflow.asl import States, caught, choose, compute, each, merged, q, sdk
from stacks.workflow.endpoint import (
    BUSY,
    PAUSE,
    TRIES,
    WAITED,
    WHILE_BUSY,
    deregistering,
    look,
    removal_states,
    settling_states,
)
from stacks.workflow.guarding import RETAIN
from stacks.workflow.lease import keep_states
from stacks.workflow.names import Names
from stacks.workflow.scaling import restoring_states


def rollback_states(names: Names, *, candidates: Sequence[str], then: str, stuck: str) -> States:
    """Then the config and the models that failed are removed."""
    lost = [caught("Roll back failed", {"reason": q("$states.errorOutput.Cause & ''")})]
    check = keep_states(names, then="Roll back?", lost=stuck, state="Check lease")
    check["Check lease"] |= {"Assign": {"looks": 0, "refused": ""}}
    return merged(
        check,
        {
            "Roll back?": choose(("$previous = ''", "Find first endpoint"), otherwise="Look before roll back"),
        },
        removal_states(
            "first",
            names=names,
            endpoint="$endpoint",
            candidates=candidates,
            catch=lost,
            then=then,
            stuck="First endpoint stays",
        ),
        {
            "First endpoint stays": compute({"reason": q(WAITED)}, then="Roll back failed"),
        },
        _returning_states(lost),
        restoring_states(then=then),
        {
            "Roll back failed": compute(
                {
                    "failure": {
                        "Error": "RollbackFailed",
                        "Cause": q(
                            "$failure.Cause & '\\nThe endpoint could not be brought back to ' & "
                            "($previous = '' ? 'nothing' : $previous) & '. ' & $reason"
                        ),
                    }
                },
                then=stuck,
            ),
        },
    )


def _returning_states(lost: list[dict[str, Any]]) -> States:
    """With the capacity that autoscaling had made of it, if it had."""
    both = "{'EndpointName': $endpoint, 'EndpointConfigName': $previous}"
    return {
        "Look before roll back": look("$endpoint", catch=lost, then="Is roll back needed?"),
        "Is roll back needed?": choose(
            ("$status = 'InService' and $serving = $previous", "Scale as before"),
            (f"$status in {BUSY} and $looks <= 2 * {TRIES}", "Wait before roll back"),
            otherwise="Let variants go",
        ),
        "Wait before roll back": PAUSE | {"Next": "Look before roll back"},
        "Let variants go": each(
            "[$variants.VariantName]",
            deregistering("Let new variant go", "$endpoint"),
            at_once=5,
            catch=lost,
            then="Roll back",
        ),
        "Roll back": sdk(
            "sagemaker",
            "updateEndpoint",
            q(f"$merge([{both}, $count($scaled) > 0 ? {RETAIN} : {{}}])"),
            retries=WHILE_BUSY,
            catch=lost,
            assign={"looks": 0},
            then="Wait for roll back",
        ),
        **settling_states(
            "roll back",
            "Is roll back done?",
            endpoint="$endpoint",
            ready="$status = 'InService' and $serving = $previous",
            looks=TRIES,
            catch=lost,
            then="Scale as before",
            failed="Roll back failed",
        ),
    }
