"""Verify: every variant answers the example of the prepared data before the pointer tells anyone about it.

The example is sent as JSON: Step Functions writes every body of an SDK call as JSON, so that a line of CSV would
arrive as a string in quotes. A server that reads no JSON (built-in XGBoost) is not asked: its health check by
`/ping` and its batch transform of the test set have to do.
"""

from stacks.workflow.asl import MINUTE, States, caught, each, fail, failure, q, retry, sdk

_HICCUPS = [
    "SageMakerRuntime.ModelNotReadyException",
    "SageMakerRuntime.InternalFailureException",
    "SageMakerRuntime.InternalDependencyException",
    "SageMakerRuntime.ServiceUnavailableException",
    "SageMakerRuntime.SageMakerRuntimeException",
    "SageMakerRuntime.SdkClientException",
]


_EXAMPLE = """(
    $features := $parse($states.result.Body);
    [$features.layout = 'encoded'
        ? $map($split($features.example_line, ','), function($value) { $number($value) })
        : $map($features.columns, function($column) { $lookup($features.example, $column) })]
)"""

_BODY = """(
    $form := $lookup($settings.candidates, $states.input).example;
    $form = 'features' ? {'instances': [{'features': $example}]}
        : $form = 'rows' ? [[$example]]
        : {'instances': [[$example]]}
)"""

_READS_JSON = """[$filter($passed.name, function($name) {
    $lookup($settings.candidates, $name).example != ''
})]"""

_REASON = "$states.input & ': ' & $states.errorOutput.Error & ' ' & $states.errorOutput.Cause"


def verify_states(*, then: str, undo: str) -> States:
    """A model that answered the batch transform may still fail behind an endpoint."""
    broken = [caught(undo, failure("VerificationFailed", "A variant did not answer the example: "))]
    return {
        "Read example": sdk(
            "s3",
            "getObject",
            {"Bucket": "${Bucket}", "Key": q("$live & '/features.json'")},
            catch=[caught(undo, failure("VerificationFailed"))],
            assign={"example": q(_EXAMPLE)},
            then="Verify variants",
        ),
        "Verify variants": each(
            _READS_JSON,
            {
                "Invoke variant": sdk(
                    "sagemakerruntime",
                    "invokeEndpoint",
                    {
                        "EndpointName": "{% $endpoint %}",
                        "TargetVariant": "{% $states.input %}",
                        "ContentType": "application/json",
                        "Body": q(_BODY),
                    },
                    timeout=2 * MINUTE,
                    retries=[retry(_HICCUPS, first=5, rate=2.0, attempts=4, longest=30)],
                    catch=[caught("Name variant", {"broken": q(_REASON)})],
                    then=None,
                ),
                "Name variant": fail("VariantFailed", "$broken"),
            },
            at_once=5,
            then=then,
            catch=broken,
        ),
    }
