"""The optimized `sagemaker` integration: request and response, and `.sync`, which waits for the job.

A job that completes yields its description, with times in epoch milliseconds and its tags as a map, two of them
from Step Functions itself; one that fails or is stopped is `States.TaskFailed` with the description as cause; a
time-out or StopExecution stops the job. An answer of Create comes with the metadata of its HTTP response.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="attr-defined, call-arg, typeddict-item, arg-type"

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError, ParamValidationError
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import Timeout, TimeoutSeconds
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk as moto_task,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_callback as moto_callback,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from local.sagemaker.endings import listening
from local.seams.aws_sdk_task import ask, call, error_name, parameter_cause
from local.seams.sagemaker_jobs import JOBS, Job, client_cause, own_tags, sdk_metadata
from local.seams.task_values import epoch_millis

POLL_SECONDS, LOOK_SECONDS = 0.15, 1.0
_ENDED = frozenset({"Completed", "Failed", "Stopped"})
_ACTIONS = frozenset(
    {
        "createEndpoint", "createEndpointConfig", "createHyperParameterTuningJob", "createModel",
        "createProcessingJob", "createTrainingJob", "createTransformJob", "updateEndpoint",
    }
)  # fmt: skip


class JobFailed(Exception):
    """The job that a `.sync` task waits for ended without completing."""

    def __init__(self, description: dict[str, Any]) -> None:
        super().__init__("the job failed")
        self.description = description


class SageMakerTask(moto_callback.StateTaskServiceCallback):
    """One task of the optimized integration."""

    def __init__(self) -> None:
        # A task token is part of how moto waits for any callback; `.sync` is what AWS offers here.
        super().__init__(supported_integration_patterns={ResourceCondition.Sync, ResourceCondition.WaitForTaskToken})

    def from_state_props(self, state_props: Any) -> None:
        """Take the state's fields; a heartbeat alone brings no time-out, where moto assumes 60 seconds."""
        super().from_state_props(state_props)
        if state_props.get(Timeout) is None:
            self.timeout = TimeoutSeconds(timeout_seconds=TimeoutSeconds.DEFAULT_TIMEOUT_SECONDS, is_default=True)

    def _validate_service_integration_is_supported(self) -> None:
        action, condition = self.resource.api_action, self.resource.condition
        allowed = (None, ResourceCondition.Sync) if action in JOBS else (None,)
        if action not in _ACTIONS or condition not in allowed:
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
        client = self._client(resource_runtime_part, state_credentials)
        if self.resource.condition == ResourceCondition.Sync:
            tags = list(normalised_parameters.get("Tags") or [])
            normalised_parameters["Tags"] = tags + own_tags(env.states.context_object.context_object_data)
        answer, metadata = ask(client, self.resource.api_action, normalised_parameters, epoch_millis)
        env.stack.append({**answer, **sdk_metadata(metadata)})

    def _build_sync_resolver(
        self,
        env: Any,
        resource_runtime_part: Any,
        normalised_parameters: dict[str, Any],
        state_credentials: Any,
    ) -> Callable[[], Any]:
        env.stack.pop()  # the answer of Create: the description takes its place
        client = self._client(resource_runtime_part, state_credentials)
        job = JOBS[self.resource.api_action]
        name = normalised_parameters[job.name]
        tags = {tag["Key"]: tag["Value"] for tag in normalised_parameters["Tags"]}

        def ended() -> Any:
            description = {**call(client, f"Describe{job.kind}", {job.name: name}, epoch_millis), "Tags": tags}
            status = description[job.status]
            if status not in _ENDED:
                return None
            if status != "Completed":
                raise JobFailed(description)
            return description

        return lambda: self._wait(env, name, ended, lambda: _stop(client, job, name))

    def _eval_sync(
        self,
        env: Any,
        sync_resolver: Callable[[], Any] | None,
        timeout_seconds: int | None,
        callback_endpoint: Any,
        heartbeat_endpoint: Any,
    ) -> Any:
        """Wait for the job alone: moto also waits for a task token, which a retry finds used up."""
        return sync_resolver() if sync_resolver else None

    def _wait(self, env: Any, name: str, ended: Callable[[], Any], stop: Callable[[], None]) -> Any:
        """Look when the job says that it has ended, and now and then; stop it when the state has ended before."""
        with listening(name) as heard:
            due = 0.0
            while env.is_running():
                if heard.is_set() or time.monotonic() >= due:
                    heard.clear()
                    description = ended()
                    if description is not None:
                        return description
                    due = time.monotonic() + LOOK_SECONDS
                heard.wait(POLL_SECONDS)
        stop()
        return {}

    def _client(self, resource_runtime_part: Any, state_credentials: Any) -> Any:
        return moto_task.boto_client_for(
            service="sagemaker",
            region=resource_runtime_part.region,
            state_credentials=state_credentials,
            validated=True,
        )

    def _from_error(self, env: Any, ex: Exception) -> Any:
        if isinstance(ex, JobFailed):
            failed = StatesErrorName(typ=StatesErrorNameType.StatesTaskFailed)
            return self._failure(env, failed, json.dumps(ex.description, separators=(",", ":")))
        if isinstance(ex, ClientError):
            name = error_name("SageMaker", "AmazonSageMaker", ex)
            return self._failure(env, CustomErrorName(name), client_cause(ex))
        if isinstance(ex, ParamValidationError):
            runtime = StatesErrorName(typ=StatesErrorNameType.StatesRuntime)
            return self._failure(env, runtime, parameter_cause(ex))
        return super()._from_error(env=env, ex=ex)

    def _failure(self, env: Any, error: Any, cause: str) -> FailureEvent:
        return FailureEvent(
            env=env,
            error_name=error,
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(
                taskFailedEventDetails=TaskFailedEventDetails(
                    resource=self._get_sfn_resource(),
                    resourceType=self._get_sfn_resource_type(),
                    error=error.error_name,
                    cause=cause,
                )
            ),
        )


def _stop(client: Any, job: Job, name: str) -> None:
    with contextlib.suppress(ClientError):
        getattr(client, xform_name(f"Stop{job.kind}"))(**{job.name: name})
