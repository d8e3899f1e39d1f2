"""Go back: the config and weights of the start, whatever the endpoint has now; then scaling, pointer and config.

Where that fails nothing is deleted, since the endpoint may still use it.
"""

from stacks.workflow.asl import TRANSIENT, States, caught, choose, compute, merged, q, retry, sdk
from stacks.workflow.endpoint import BUSY, PAUSE, TRIES, WHILE_BUSY
from stacks.workflow.guarding import RETAIN
from stacks.workflow.names import Names
from stacks.workflow.pointer import point
from stacks.workflow.scaling import restoring_states

_MOST_RESTORES = 3
_BRIEFLY = [retry(TRANSIENT, first=2, rate=2.0, attempts=2, longest=10)]

_FORMER = "{'EndpointName': $pointer.endpoint, 'EndpointConfigName': $previous}"

_AS_BEFORE = """(
    $now := $states.result.ProductionVariants;
    $share := function($weight, $all) { $sum($all) > 0 ? $weight / $sum($all) : 0 };
    $count([$filter($former, function($one) {
        $abs($share($sum([$now[VariantName = $one.name].CurrentWeight]), [$now.CurrentWeight])
            - $share($one.weight, [$former.weight])) > 0.001
    })]) = 0
)"""


def back_states(names: Names, *, then: str) -> States:
    """`Undo?` is where every failure goes that came after the lease."""
    lost = [caught("Going back failed", {"reason": q("$states.errorOutput.Cause & ''")})]
    return merged(
        {
            "Undo?": choose(("$touched", "Look before going back"), otherwise=then),
            "Look before going back": sdk(
                "sagemaker",
                "describeEndpoint",
                {"EndpointName": "{% $pointer.endpoint %}"},
                catch=lost,
                assign={
                    "status": "{% $states.result.EndpointStatus %}",
                    "serving": q("$states.result.EndpointConfigName & ''"),
                    "reason": q("$states.result.FailureReason & ''"),
                    "restored": q(_AS_BEFORE),
                    "looks": q("$looks + 1"),
                },
                then="Is everything back?",
            ),
            "Is everything back?": choose(
                ("$status = 'InService' and $serving = $previous and $restored", "Was anything made?"),
                (f"$status in {BUSY} and $looks <= 2 * {TRIES}", "Wait before going back"),
                (f"$restores >= {_MOST_RESTORES}", "Going back failed"),
                ("$serving != $previous", "Restore config"),
                otherwise="Restore weights",
            ),
            "Wait before going back": PAUSE | {"Next": "Look before going back"},
            "Restore config": sdk(
                "sagemaker",
                "updateEndpoint",
                q(f"$merge([{_FORMER}, $count($scaled) > 0 ? {RETAIN} : {{}}])"),
                retries=WHILE_BUSY,
                catch=lost,
                assign={"looks": 0, "restores": q("$restores + 1")},
                then="Wait before going back",
            ),
            "Restore weights": sdk(
                "sagemaker",
                "updateEndpointWeightsAndCapacities",
                {
                    "EndpointName": "{% $pointer.endpoint %}",
                    "DesiredWeightsAndCapacities": q(
                        "[$map($former, function($one) {{'VariantName': $one.name, 'DesiredWeight': $one.weight}})]"
                    ),
                },
                retries=WHILE_BUSY,
                catch=lost,
                assign={"looks": 0, "restores": q("$restores + 1")},
                then="Wait before going back",
            ),
            "Going back failed": compute(
                {
                    "failure": {
                        "Error": "RollbackFailed",
                        "Cause": q(
                            "$failure.Error & ': ' & $failure.Cause & '\\nThe endpoint could not be brought back to '"
                            " & $previous & ' and its weights. ' & $reason"
                        ),
                    }
                },
                then=then,
            ),
            "Was anything made?": choose(("$promoting", "Scale as before"), otherwise=then),
        },
        restoring_states(then="Point back"),
        _withdrawing_states(names, then),
    )


def _withdrawing_states(names: Names, then: str) -> States:
    """The pointer first: what it may name must not go."""
    return {
        "Point back": point(
            names,
            "$string($pointer)",
            catch=[caught(then)],
            then="Withdraw config",
        ),
        "Withdraw config": sdk(
            "sagemaker",
            "deleteEndpointConfig",
            {"EndpointConfigName": "{% $config %}"},
            retries=_BRIEFLY,
            catch=[caught(then)],
            then=then,
        ),
    }
