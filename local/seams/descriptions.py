"""Seam: DescribeExecution, ListExecutions and StopExecution tell and do what AWS does.

moto gives an output that is a text without its quotes, no end of an execution that timed out, no redrives and
no map runs; it lists by state machine only; it drops the error and the cause that StopExecution was given,
and breaks on one that has just begun.
"""

# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, attr-defined"

import base64
import datetime
import time
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.responses import StepFunctionResponse

from local.seams.map_runs import find_run
from local.seams.redrive_status import description

_DATA = ("input", "inputDetails", "output", "outputDetails", "error", "cause")
_DEFAULT = 100
_MOST = 1000
_BEGIN_SECONDS = 10.0


def install() -> None:
    """Answer from the execution's own description."""
    Execution.map_run_arn = None
    Execution.item_count = None
    _describe()
    StepFunctionResponse.describe_execution = _describe_execution
    StepFunctionResponse.list_executions = _list_executions
    StepFunctionResponse.stop_execution = _stop_execution


def _describe() -> None:
    original = Execution.to_describe_output

    def to_describe_output(self: Any) -> dict[str, Any]:
        described = {**original(self), "mapRunArn": self.map_run_arn, **description(self)}
        return {key: value for key, value in described.items() if value is not None}

    Execution.to_describe_output = to_describe_output  # type: ignore[assignment]


def _describe_execution(self: Any) -> ActionResult:
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    described = {**execution.to_describe_output(), "status": execution.status, "input": execution.execution_input}
    if self._get_param("includedData") == "METADATA_ONLY":
        described = {key: value for key, value in described.items() if key not in _DATA}
    return ActionResult(described)


def _stop_execution(self: Any) -> ActionResult:
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    now = datetime.datetime.now(tz=datetime.UTC)
    if execution.status == "RUNNING":
        _await_beginning(execution)
        execution.stop(stop_date=now, error=self._get_param("error"), cause=self._get_param("cause"))
    return ActionResult({"stopDate": execution.stop_date or now})


def _await_beginning(execution: Any) -> None:
    """An execution can be stopped once its environment stands and its first state is named."""
    until = time.monotonic() + _BEGIN_SECONDS
    while execution.status == "RUNNING" and time.monotonic() < until:
        env = execution.exec_worker.env
        if env is not None and env.is_running():
            return
        time.sleep(0.01)


def _list_executions(self: Any) -> ActionResult:
    machine, run_arn = self._get_param("stateMachineArn"), self._get_param("mapRunArn")
    if (machine is None) == (run_arn is None):
        raise JsonRESTError("ValidationException", "Exactly one of stateMachineArn and mapRunArn must be given")
    backend = self.stepfunction_backend
    found = find_run(backend, run_arn).executions() if run_arn else backend.describe_state_machine(machine).executions
    status, redriven = self._get_param("statusFilter"), self._get_param("redriveFilter")
    shown = [
        item
        for item in sorted(found, key=lambda item: item.start_date, reverse=True)
        if status in (None, str(item.status)) and redriven in (None, _redriven(item))
    ]
    size = min(int(self._get_param("maxResults") or _DEFAULT), _MOST)
    return ActionResult(_page(shown, size, self._get_param("nextToken")))


def _redriven(execution: Any) -> str:
    return "REDRIVEN" if execution.redrive_count else "NOT_REDRIVEN"


def _page(executions: list[Any], size: int, token: str | None) -> dict[str, Any]:
    """The token names the last execution that was shown: those that begin later come before it."""
    arns = [execution.exec_arn for execution in executions]
    try:
        start = arns.index(base64.urlsafe_b64decode(token).decode()) + 1 if token else 0
    except ValueError as error:
        raise JsonRESTError("InvalidToken", f"Invalid Token: '{token}'") from error
    answer: dict[str, Any] = {"executions": [_item(execution) for execution in executions[start : start + size]]}
    if start + size < len(arns):
        answer["nextToken"] = base64.urlsafe_b64encode(arns[start + size - 1].encode()).decode()
    return answer


def _item(execution: Any) -> dict[str, Any]:
    item = {
        **execution.to_execution_list_item(),
        "status": execution.status,
        "mapRunArn": execution.map_run_arn,
        "itemCount": execution.item_count,
        "redriveCount": execution.redrive_count,
        "redriveDate": execution.redrive_date,
    }
    return {key: value for key, value in item.items() if value is not None}
