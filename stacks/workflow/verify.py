"""Verify: every variant answers the example of the prepared data before the pointer tells anyone about it."""

from stacks.workflow.asl import MINUTE, States, caught, each, fail, failure, q, retry, sdk
from stacks.workflow.names import Names

_HICCUPS = [
    "SageMakerRuntime.ModelNotReadyException",
    "SageMakerRuntime.InternalFailureException",
    "SageMakerRuntime.ServiceUnavailableException",
    "SageMakerRuntime.SageMakerRuntimeException",
    "SageMakerRuntime.SdkClientException",
]


_REASON = "$states.input & ': ' & $states.errorOutput.Error & ' ' & $states.errorOutput.Cause"


def verify_states(names: Names, *, then: str, undo: str) -> States:
    """A model that answered the batch transform may still fail behind an endpoint."""
    broken = [caught(undo, failure("VerificationFailed", "A variant did not answer the example: "))]
    return {
        "Read example": sdk(
            "s3",
            "getObject",
            {"Bucket": "${Bucket}", "Key": q("$live & '/features.json'")},
            catch=[caught(undo, failure("VerificationFailed"))],
            assign={"example": "{% $parse($states.result.Body).example_line %}"},
            then="Verify variants",
        ),
        "Verify variants": each(
            "[$passed.name]",
            {
                "Invoke variant": sdk(
                    "sagemakerruntime",
                    "invokeEndpoint",
                    {
                        "EndpointName": names.prefix,
                        "TargetVariant": "{% $states.input %}",
                        "ContentType": "text/csv",
                        "Body": "{% $example %}",
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
