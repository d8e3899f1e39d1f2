"""Seam: RedriveExecution, which moto lacks, and what descriptions say of it.

An execution that failed, timed out or was aborted goes on from its unsuccessful states with the same name, ARN
and definition; its history grows, its variables are those of before, its time-out begins anew.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, attr-defined, no-untyped-call, typeddict-item, typeddict-unknown-key"

import datetime
import threading
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import ExecutionStatus, HistoryEventType
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker
from moto.stepfunctions.responses import StepFunctionResponse

from local.seams.progress import Progress
from local.seams.redrive_status import why_not
from local.seams.resumption import own
from local.seams.task_values import iso

_LOCK = threading.Lock()


def install() -> None:
    """Give executions their progress and counters, workers a way to go on, the API its operation."""
    Execution.progress = None
    Execution.redrive_count = 0
    Execution.redrive_date = None
    Execution.redrive_token = None
    _prepare_environments()
    _go_on()
    _keep_the_cause_of_a_stop()
    StepFunctionResponse.redrive_execution = _redrive_execution


def _prepare_environments() -> None:
    original = ExecutionWorker._get_evaluation_environment

    def environment(self: Any) -> Any:
        env = original(self)
        execution = self._execution_communication.execution
        if execution.progress is None:
            execution.progress = Progress()
        own(env, execution.progress)
        details: Any = env.states.context_object.context_object_data["Execution"]
        details["RedriveCount"] = execution.redrive_count
        details["StartTime"] = iso(execution.start_date)
        if execution.redrive_date is not None:
            details["RedriveTime"] = iso(execution.redrive_date)
        return env

    ExecutionWorker._get_evaluation_environment = environment


def _go_on() -> None:
    original = ExecutionWorker._execution_logic

    def logic(self: Any) -> None:
        if self.env is None:
            original(self)
        else:
            self._get_evaluation_entrypoint().eval(self.env)
            self._execution_communication.terminated()

    ExecutionWorker._execution_logic = logic


def _keep_the_cause_of_a_stop() -> None:
    original = BaseExecutionWorkerCommunication._reflect_execution_status

    def reflect(self: Any) -> None:
        original(self)
        ended = self.execution.exec_worker.env.program_state()
        if isinstance(ended, ProgramStopped):
            self.execution.error, self.execution.cause = ended.error, ended.cause

    BaseExecutionWorkerCommunication._reflect_execution_status = reflect


def _redrive_execution(self: Any) -> ActionResult:
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    token = self._get_param("clientToken")
    with _LOCK:
        if token is None or token != execution.redrive_token:
            reason = why_not(execution)
            if reason is not None:
                raise JsonRESTError("ExecutionNotRedrivable", f"{reason}: '{execution.exec_arn}'")
            execution.redrive_token = token
            redrive(execution)
            execution.exec_worker.start()
    return ActionResult({"redriveDate": execution.redrive_date})


def prepare(execution: Any) -> None:
    """Give an execution its worker, not started yet, and let it count as running."""
    execution.exec_worker = execution._get_start_execution_worker()
    execution.exec_status = ExecutionStatus.RUNNING


def redrive(execution: Any) -> None:
    """Put an execution that has ended back to work; its worker is made, and not started yet.

    A child of a Distributed Map is redriven by its map run alone, in the thread of that. An execution whose
    definition could not even be prepared begins anew.
    """
    earlier = execution.exec_worker.env
    execution.redrive_count += 1
    execution.redrive_date = datetime.datetime.now(tz=datetime.UTC)
    execution.progress = execution.progress.to_resume() if execution.progress else None
    if execution._cloud_watch_logging_session is not None:
        execution._cloud_watch_logging_session.redrive_count = execution.redrive_count
    execution.stop_date = execution.error = execution.cause = execution.output = None
    if earlier is None:
        prepare(execution)
        return
    worker = execution._get_start_execution_worker()
    worker.env = _continued(worker._get_evaluation_environment(), earlier)
    worker.env.event_manager.add_event(
        context=worker.env.event_history_context,
        event_type=HistoryEventType.ExecutionRedriven,
        event_details=EventDetails(executionRedrivenEventDetails={"redriveCount": execution.redrive_count}),
    )
    execution.exec_worker = worker
    execution.exec_status = ExecutionStatus.RUNNING


def _continued(env: Any, earlier: Any) -> Any:
    """Let a new environment write on where the earlier one ended."""
    env.event_manager = earlier.event_manager
    env.map_run_record_pool_manager = earlier.map_run_record_pool_manager
    ids = earlier.event_history_context
    env.event_history_context.source_event_id = ids.last_published_event_id
    env.event_history_context.last_published_event_id = ids.last_published_event_id
    return env
