"""The `aws-sdk:SERVICE:ACTION` task: any boto3 operation, with names, bodies and errors as AWS gives them."""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="attr-defined, call-arg"

from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk as moto_task,
)

from local.seams.task_values import iso, to_request, to_result

# The last part of a task's resource, where botocore calls the service otherwise.
BOTO_NAMES = {
    "applicationautoscaling": "application-autoscaling",
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "sagemakerruntime": "sagemaker-runtime",
    "sfn": "stepfunctions",
}

# Exceptions are called as in the SDK for Java: SageMaker.ResourceNotFoundException.
ERROR_NAMES = {
    "applicationautoscaling": "ApplicationAutoScaling",
    "cloudformation": "CloudFormation",
    "cloudwatch": "CloudWatch",
    "cloudwatchlogs": "CloudWatchLogs",
    "dynamodb": "DynamoDb",
    "ecr": "Ecr",
    "eventbridge": "EventBridge",
    "iam": "Iam",
    "lambda": "Lambda",
    "s3": "S3",
    "sagemaker": "SageMaker",
    "sagemakerruntime": "SageMakerRuntime",
    "sfn": "Sfn",
    "sns": "Sns",
    "sqs": "Sqs",
    "ssm": "Ssm",
    "sts": "Sts",
}


class AwsSdkTask(moto_task.StateTaskServiceAwsSdk):
    """moto's task with our request, answer and error names."""

    def _eval_service_task(
        self,
        env: Any,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> None:
        api = self.resource.api_name.lower()
        client = moto_task.boto_client_for(
            service=BOTO_NAMES.get(api, api),
            region=resource_runtime_part.region,
            state_credentials=state_credentials,
            validated=True,
        )
        env.stack.append(call(client, self.resource.api_action, normalised_parameters))

    def _from_error(self, env: Any, ex: Exception) -> Any:
        if isinstance(ex, ParamValidationError):
            return self._get_task_failure_event(env=env, error="States.Runtime", cause=parameter_cause(ex))
        return super()._from_error(env=env, ex=ex)

    @staticmethod
    def _normalise_service_error_name(service_name: str) -> str:
        lower = service_name.lower()
        return ERROR_NAMES.get(lower, lower[:1].upper() + lower[1:])

    @staticmethod
    def _normalise_exception_name(norm_service_name: str, ex: Exception) -> str:
        return error_name(norm_service_name, norm_service_name, ex)


def call(client: Any, action: str, parameters: dict[str, Any], times: Any = iso) -> Any:
    """Call `action` (camelCase) of a boto3 client with JSON, and return JSON."""
    return ask(client, action, parameters, times)[0]


def ask(client: Any, action: str, parameters: dict[str, Any], times: Any = iso) -> tuple[Any, dict[str, Any]]:
    """Call as `call` does, and return the answer and botocore's metadata of the response."""
    model = client.meta.service_model.operation_model(action[:1].upper() + action[1:])
    answer = getattr(client, xform_name(model.name))(**to_request(parameters, model.input_shape))
    metadata = answer.pop("ResponseMetadata", {})
    return to_result(answer, model.output_shape, times), metadata


def error_name(service: str, unmodelled: str, error: Exception) -> str:
    """Return the name of a client's error: its modelled class, or the service's general exception."""
    name = type(error).__name__
    if isinstance(error, ClientError) and type(error) is ClientError:
        name = unmodelled
    return f"{service}.{name}" if name.endswith("Exception") else f"{service}.{name}Exception"


def parameter_cause(error: ParamValidationError) -> str:
    """Return the cause of a task whose parameters fit no call."""
    return f"The Parameters could not be used to start the Task: [{error}]"
