"""Where to deploy: the endpoint that the pointer names, or the other one.

The Lambda writes requests by the features that it has read with the pointer, for a while from its memory. So a
model with another schema never comes behind the endpoint of the old one: it gets the workload's other endpoint,
and the pointer moves. Afterwards the variables `endpoint`, `pointer`, `schema` and `variants` are set.
"""

from stacks.workflow.asl import States, caught, choose, compute, failure, q, sdk
from stacks.workflow.names import Names

_POINTER = """(
    $value := $states.result.Parameters[0].Value;
    $said := $value ? $parse($value) : {};
    {
        'endpoint': $said.endpoint in %s ? $said.endpoint : '',
        'config': $said.config & '',
        'features': $said.features & '',
        'schema_hash': $said.schema_hash & ''
    }
)"""

_ENDPOINT = """(
    $pointer.endpoint = '' ? '{first}'
        : $pointer.schema_hash = $schema ? $pointer.endpoint
        : $pointer.endpoint = '{first}' ? '{second}' : '{first}'
)"""

_VARIANTS = """[$map($passed, function($result) {(
    $candidate := $lookup($settings.candidates, $result.name);
    $weight := $lookup($weights, $result.name);
    $total := $sum([$map($passed, function($one) { $lookup($weights, $one.name) })]);
    $merge([$candidate.machines, $machines, {
        'VariantName': $result.name,
        'ModelName': $result.model,
        'InitialVariantWeight': $total > 0 ? $weight : 1
    }])
)})]"""


def other(names: Names) -> str:
    """JSONata: the endpoint of the workload that this run does not deploy to."""
    first, second = names.endpoints
    return f"($endpoint = '{first}' ? '{second}' : '{first}')"


def destination_states(names: Names, *, then: str, refused: str) -> States:
    """A live schema that cannot be read counts as another one: the other endpoint is always safe."""
    first, second = names.endpoints
    lost = [caught(refused, failure("DeploymentFailed") | {"passed": []})]
    return {
        "Read pointer": sdk(
            "ssm",
            "getParameters",
            {"Names": [names.pointer]},
            catch=lost,
            assign={"pointer": q(_POINTER % f"['{first}', '{second}']")},
            then="Read schema",
        )
        | {"Comment": "The plural: a missing parameter is an answer, not an error"},
        "Read schema": sdk(
            "s3",
            "getObject",
            {"Bucket": "${Bucket}", "Key": q("$run & '/prepared/features.json'")},
            catch=lost,
            assign={"schema": q("$parse($states.result.Body).schema_hash")},
            then="Is live schema known?",
        ),
        "Is live schema known?": choose(
            ("$pointer.endpoint = '' or $pointer.schema_hash != ''", "Choose endpoint"), otherwise="Read live schema"
        ),
        "Read live schema": sdk(
            "s3",
            "getObject",
            {"Bucket": "${Bucket}", "Key": "{% $pointer.features %}"},
            catch=[caught("Choose endpoint")],
            assign={"pointer": q("$merge([$pointer, {'schema_hash': $parse($states.result.Body).schema_hash & ''}])")},
            then="Choose endpoint",
        )
        | {"Comment": "Earlier versions did not write it into the pointer"},
        "Choose endpoint": compute(
            {
                "endpoint": q(_ENDPOINT.format(first=first, second=second)),
                "variants": q(_VARIANTS),
                "before": [],
                "scaled": [],
                "previous": "",
                "looks": 0,
                "refused": "",
                "token": "",
            },
            then=then,
        ),
    }
