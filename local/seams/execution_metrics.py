"""Seam: CloudWatch learns of executions, in namespace AWS/States; moto's Step Functions tells it nothing.

Names, units and when: AWS's page "Monitoring Step Functions metrics using Amazon CloudWatch".
"""
# moto's methods are replaced on purpose
# mypy: disable-error-code="method-assign, no-untyped-call"

import datetime
import logging
import threading
from typing import Any

from moto.stepfunctions.parser.backend import execution, execution_worker

from local import clients
from local.settings import Settings

LOG = logging.getLogger(__name__)
_ENDED = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def install(settings: Settings) -> None:
    """Count beginnings and ends; a child of a Distributed Map counts for the map run alone."""
    terminated, start = execution.BaseExecutionWorkerCommunication.terminated, execution_worker.ExecutionWorker.start

    def ending(self: Any) -> None:
        terminated(self)
        if self.execution.map_run_arn is None:
            _send(settings, self.execution, *_end(self.execution))

    def beginning(self: Any) -> None:
        start(self)
        _send(settings, self._execution_communication.execution, ("ExecutionsStarted", 1.0, "Count"))

    execution.BaseExecutionWorkerCommunication.terminated = ending
    execution_worker.ExecutionWorker.start = beginning


def _end(ended: Any) -> list[tuple[str, float, str]]:
    status = str(getattr(ended.exec_status, "value", ended.exec_status))
    metrics = [(_ENDED[status], 1.0, "Count")] if status in _ENDED else []
    if ended.start_date and ended.stop_date:
        took: datetime.timedelta = ended.stop_date - ended.start_date
        metrics.append(("ExecutionTime", took.total_seconds() * 1000, "Milliseconds"))
    return metrics


def _send(settings: Settings, of: Any, *metrics: tuple[str, float, str]) -> None:
    """In the background: an execution does not wait for its count."""
    dimensions = [{"Name": "StateMachineArn", "Value": of.state_machine.arn}]
    data = [
        {"MetricName": name, "Value": value, "Unit": unit, "Dimensions": dimensions} for name, value, unit in metrics
    ]
    if data:
        threading.Thread(target=_put, args=(settings, data), daemon=True).start()


def _put(settings: Settings, data: list[dict[str, Any]]) -> None:
    try:
        clients.client("cloudwatch", settings).put_metric_data(Namespace="AWS/States", MetricData=data)
    except Exception:
        LOG.exception("CloudWatch could not be told of an execution")
