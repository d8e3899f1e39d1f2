"""The endpoint config of a run, and the features.json that its models are asked by."""

from typing import Any

from spec.endpoint import Endpoint
from stacks.workflow.asl import States, caught, failure, q, sdk


def config_states(workload: str, endpoint: Endpoint, *, then: str) -> States:
    """Nobody uses them yet; what fails here is withdrawn."""
    return {
        "Publish features": sdk(
            "s3",
            "copyObject",
            {
                "Bucket": "${Bucket}",
                "CopySource": q("$encodeUrl('${Bucket}/' & $run & '/prepared/features.json')"),
                "Key": q("$live & '/features.json'"),
            },
            catch=[caught("Withdraw features", failure("DeploymentFailed") | {"passed": []})],
            then="Create endpoint config",
        ),
        "Create endpoint config": sdk(
            "sagemaker",
            "createEndpointConfig",
            {
                "EndpointConfigName": "{% $config %}",
                "ProductionVariants": "{% $variants %}",
                "Tags": "{% $settings.tags %}",
                **_capture(workload, endpoint),
            },
            catch=[caught("Look for endpoint config", failure("DeploymentFailed"))],
            then=then,
        ),
        "Look for endpoint config": sdk(
            "sagemaker",
            "describeEndpointConfig",
            {"EndpointConfigName": "{% $config %}"},
            catch=[caught("Withdraw features", {"passed": []})],
            assign={"failure": {"Error": "", "Cause": ""}},
            then=then,
        )
        | {"Comment": "A call whose answer was lost had created it"},
    }


def _capture(workload: str, endpoint: Endpoint) -> dict[str, Any]:
    """Bodies of these types are kept as they are; others would be in base64."""
    if endpoint.data_capture is None:
        return {}
    capture = {
        "EnableCapture": True,
        "InitialSamplingPercentage": endpoint.data_capture.sampling_percent,
        "DestinationS3Uri": f"s3://${{Bucket}}/{workload}/capture/",
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
    }
    return {"DataCaptureConfig": capture}
