"""Seam: an execution that breaks in the interpreter ends as FAILED, and EventBridge is told what became of it.

moto runs an execution in a thread of its own; an exception there (a definition that parses but cannot be
prepared, say) would leave it RUNNING for ever. AWS tells EventBridge each change of status; moto tells
nobody, and rules on failed runs would never fire. moto also keeps every thread that it ever started in a list.
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, no-untyped-call"

import datetime
import json
import logging
import sys
import threading
from typing import Any

from moto.stepfunctions.parser import utils
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.backend import execution, execution_worker

from local import clients
from local.settings import Settings

LOG = logging.getLogger(__name__)


def install(settings: Settings) -> None:
    """Wrap the thread's function and the notice of its end."""
    _fail_instead_of_hanging()
    _tell_events(settings)
    _forget_threads()


class _Forgetful(list[Any]):
    def append(self, item: Any) -> None:
        """Keep nothing."""


def _forget_threads() -> None:
    kept = utils.TMP_THREADS
    forgetful = _Forgetful()
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.stepfunctions.parser") and getattr(module, "TMP_THREADS", None) is kept:
            module.TMP_THREADS = forgetful  # type: ignore[attr-defined]


def _fail_instead_of_hanging() -> None:
    original = execution_worker.ExecutionWorker._execution_logic

    def logic(self: Any) -> None:
        try:
            original(self)
        except Exception as error:
            LOG.exception("an execution broke")
            broken = self._execution_communication.execution
            broken.exec_status = ExecutionStatus.FAILED
            broken.stop_date = datetime.datetime.now(tz=datetime.UTC)
            broken.error, broken.cause = "States.Runtime", f"{type(error).__name__}: {error}"

    execution_worker.ExecutionWorker._execution_logic = logic


def _tell_events(settings: Settings) -> None:
    original = execution.BaseExecutionWorkerCommunication.terminated

    def terminated(self: Any) -> None:
        original(self)
        if self.execution.map_run_arn is None:  # a child of a Distributed Map: the map run tells of it
            threading.Thread(target=put_event, args=(settings, self.execution), daemon=True).start()

    execution.BaseExecutionWorkerCommunication.terminated = terminated
    start = execution_worker.ExecutionWorker.start

    def started(self: Any) -> None:
        start(self)
        begun = self._execution_communication.execution
        threading.Thread(target=put_event, args=(settings, begun, "RUNNING"), daemon=True).start()

    execution_worker.ExecutionWorker.start = started


_OF_AN_END = ("stopDate", "output", "outputDetails", "error", "cause", "redriveStatusReason")


def put_event(settings: Settings, ended: Any, status: str | None = None) -> None:
    """Tell EventBridge; `status` is that of the moment, where the execution may have gone on since."""
    description: dict[str, Any] = dict(ended.to_describe_output())
    if status is not None:
        description = {key: value for key, value in description.items() if key not in _OF_AN_END}
        reason = f"Execution is {status} and cannot be redriven"
        description |= {"status": status, "redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}
    detail = {
        key: round(value.timestamp() * 1000) if isinstance(value, datetime.datetime) else value
        for key, value in description.items()
        if value is not None
    }
    try:
        clients.client("events", settings).put_events(
            Entries=[
                {
                    "Source": "aws.states",
                    "DetailType": "Step Functions Execution Status Change",
                    "Resources": [ended.exec_arn],
                    "Detail": json.dumps(detail, default=str),
                }
            ]
        )
    except Exception:
        LOG.exception("a change of %s could not be told to EventBridge", ended.exec_arn)
