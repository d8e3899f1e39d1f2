"""The `aws-sdk:SERVICE:ACTION` task: any boto3 operation, with names, bodies and errors as AWS gives them."""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="attr-defined, call-arg"

import re
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk as moto_task,
)

from local.seams.task_values import iso, to_request, to_result

# The last part of a task's resource, where botocore calls the service otherwise.
_BOTO_NAMES = {"cloudwatchlogs": "logs", "eventbridge": "events", "sfn": "stepfunctions"}
_CAPITALS = re.compile(r"[A-Z]+(?![a-z])")


@cache
def boto_name(api: str) -> str | None:
    """Return what botocore calls a service; None where it has no such service."""
    known = {name.replace("-", ""): name for name in boto3.session.Session().get_available_services()}
    return _BOTO_NAMES.get(api) or known.get(api)


@cache
def service_of(api: str) -> str:
    """Return how exceptions of a service begin, as in the SDK for Java: `SageMaker`, `DynamoDb`, `Ssm`."""
    name = boto_name(api)
    if name is None:
        return api[:1].upper() + api[1:]
    words = str(_model(name).service_id).split(" ")
    return "".join(_CAPITALS.sub(lambda found: found[0][0] + found[0][1:].lower(), word) for word in words)


@cache
def has_action(api: str, action: str) -> bool:
    """Tell whether there is such a service with such an action (camelCase)."""
    name = boto_name(api)
    if name is None:
        return False
    return action[:1].upper() + action[1:] in _model(name).operation_names


@cache
def _model(name: str) -> Any:
    return botocore.session.get_session().get_service_model(name)


class AwsSdkTask(moto_task.StateTaskServiceAwsSdk):
    """moto's task with our request, answer and error names."""

    def _validate_service_integration_is_supported(self) -> None:
        if not has_action(self.resource.api_name.lower(), self.resource.api_action):
            raise ValueError(
                f"The resource provided {self.resource.resource_arn} not recognized. "
                "The value is not a valid resource ARN, or the resource is not available in this region."
            )

    def _eval_service_task(
        self,
        env: Any,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> None:
        api = self.resource.api_name.lower()
        client = moto_task.boto_client_for(
            service=boto_name(api) or api,
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
        return service_of(service_name.lower())

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
