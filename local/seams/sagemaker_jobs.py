"""What the optimized `sagemaker` integration knows of jobs, their tags, answers and refusals."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError


@dataclass(frozen=True)
class Job:
    """How a kind of job is named in SageMaker's operations and answers."""

    kind: str

    @property
    def name(self) -> str:
        """The member that holds the job's name."""
        return f"{self.kind}Name"

    @property
    def status(self) -> str:
        """The member that holds the job's status."""
        return f"{self.kind}Status"


JOBS = {
    "createHyperParameterTuningJob": Job("HyperParameterTuningJob"),
    "createProcessingJob": Job("ProcessingJob"),
    "createTrainingJob": Job("TrainingJob"),
    "createTransformJob": Job("TransformJob"),
}


def own_tags(context: Any) -> list[dict[str, str]]:
    """Return the tags that Step Functions gives a job that it waits for."""
    return [
        {"Key": "AWS_STEP_FUNCTIONS_EXECUTION_ARN", "Value": context["Execution"]["Id"]},
        {"Key": "MANAGED_BY_AWS", "Value": "STARTED_BY_STEP_FUNCTIONS"},
    ]


def sdk_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return what optimized integrations add to an answer, as the SDK for Java tells of the response."""
    headers = dict(metadata.get("HTTPHeaders", {}))
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": metadata.get("HTTPStatusCode"),
        },
        "SdkResponseMetadata": {"RequestId": metadata.get("RequestId", "")},
    }


def client_cause(error: ClientError) -> str:
    """Return the cause of a refused call, as the integration words it."""
    response = error.response
    return (
        f"{response['Error']['Message']} (Service: AmazonSageMaker; "
        f"Status Code: {response['ResponseMetadata']['HTTPStatusCode']}; "
        f"Error Code: {response['Error']['Code']}; "
        f"Request ID: {response['ResponseMetadata'].get('RequestId', '')}; Proxy: null)"
    )
