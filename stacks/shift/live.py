"""What is live: the pointer names the endpoint, the endpoint its variants; what does not fit is refused here."""

from stacks.workflow.asl import States, caught, choose, compute, failure, q, sdk
from stacks.workflow.endpoint import BUSY, PAUSE, TRIES
from stacks.workflow.names import Names

_FORMER = """[$map($states.result.ProductionVariants, function($one) {
    {'name': $one.VariantName, 'weight': $exists($one.CurrentWeight) ? $one.CurrentWeight : 0}
})]"""

_REFUSAL = """(
    $names := $join([$former.name], ', ');
    $status != 'InService'
        ? {'Error': 'EndpointNotInService', 'Cause': 'The endpoint ' & $pointer.endpoint & ' is ' & $status & '.'}
    : $previous != $pointer.config
        ? {'Error': 'NotAsPointed', 'Cause': 'The endpoint ' & $pointer.endpoint & ' serves config ' & $previous
            & ', the live pointer says ' & $pointer.config & ': a run was cut off. Start a run, then the shift.'}
    : $not($variant in [$former.name])
        ? {'Error': 'UnknownVariant', 'Cause': $variant & ' is not live; live are: ' & $names & '.'}
    : {'Error': '', 'Cause': ''}
)"""

_TODO = """(
    $total := $sum([$former.weight]);
    $share := $total > 0 ? 100 * $sum([$former[name = $variant].weight]) / $total : 0;
    [$filter($steps, function($step) { $step = 100 or $step > $share + 0.01 })]
)"""


def live_states(names: Names, *, then: str, refused: str) -> States:
    """Sets `pointer`, `former` (names and weights), `previous` (the config that serves) and `todo`, the steps.

    A step that the variant's traffic is above already is left out, so that a shift that was cut off goes on.
    """
    early = [caught(refused, failure("ShiftFailed"))]
    nothing = {"failure": {"Error": "NothingLive", "Cause": f"{names.workload} has no live endpoint yet: start a run."}}
    return {
        "Read pointer": sdk(
            "ssm",
            "getParameters",
            {"Names": [names.pointer]},
            catch=early,
            assign={"pointer": q("($value := $states.result.Parameters[0].Value; $value ? $parse($value) : {})")},
            then="Is anything live?",
        )
        | {"Comment": "The plural: a missing parameter is an answer, not an error"},
        "Is anything live?": choose(("$exists($pointer.endpoint)", "Read endpoint"), otherwise="Nothing is live"),
        "Nothing is live": compute(nothing, then=refused),
        "Read endpoint": sdk(
            "sagemaker",
            "describeEndpoint",
            {"EndpointName": "{% $pointer.endpoint %}"},
            catch=early,
            assign={
                "status": "{% $states.result.EndpointStatus %}",
                "previous": q("$states.result.EndpointConfigName & ''"),
                "former": q(_FORMER),
                "looks": q("$looks + 1"),
            },
            then="Is endpoint at rest?",
        ),
        "Is endpoint at rest?": choose(
            (f"$status in {BUSY} and $looks <= {TRIES}", "Wait for rest"), otherwise="Judge endpoint"
        ),
        "Wait for rest": PAUSE | {"Next": "Read endpoint"},
        "Judge endpoint": compute({"failure": q(_REFUSAL), "todo": q(_TODO)}, then="Is there something to shift?"),
        "Is there something to shift?": choose(
            ("$failure.Error = '' and $count($former) > 1 and $count($todo) > 0", then),
            otherwise=refused,
            comment="A variant that is alone, or has all that was asked, has nothing to gain: that is a success",
        ),
    }
