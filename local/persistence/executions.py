"""Executions of state machines: what has ended is kept whole; what runs is kept as its history, and aborted.

A running execution is threads, which no snapshot holds. The embedded AWS that finds one again says what became of
it: it was aborted when the server stopped.
"""

# moto's classes are not typed
# mypy: disable-error-code="typeddict-item, attr-defined"

import datetime
from collections.abc import Iterator
from typing import Any

from moto.stepfunctions.parser.api import ExecutionAbortedEventDetails, ExecutionStatus, HistoryEventType
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

CAUSE = "The embedded AWS was stopped while the execution ran."
_LEFT = "left_by_the_restart"


def reducers() -> dict[type, Any]:
    """Return how executions of any class are written."""
    return dict.fromkeys(_kinds(Execution), reduce)


def reduce(execution: Any) -> Any:
    """Return what pickle needs: a running execution leaves its threads behind."""
    if execution.exec_status != ExecutionStatus.RUNNING:
        return NotImplemented
    environment = _environment(execution)
    left = {"events": _history(execution), "runs": getattr(environment, "map_run_record_pool_manager", None)}
    return _new, (type(execution),), {**execution.__dict__, "exec_worker": None, _LEFT: left}


def progress() -> tuple[Any, ...]:
    """Return something that differs as soon as a running execution has come further."""
    return tuple((one.exec_arn, len(_history(one))) for one in _machines_executions() if _runs(one))


def abort_interrupted(when: float) -> list[Any]:
    """End the executions that ran when the snapshot was taken (epoch seconds); return them without children."""
    moment = datetime.datetime.fromtimestamp(when, tz=datetime.UTC)
    interrupted = [one for one in _machines_executions() if _runs(one)]
    for execution in interrupted:
        _abort(execution, moment)
    return interrupted


def _abort(execution: Any, moment: datetime.datetime) -> None:
    left = vars(execution).pop(_LEFT, {"events": [], "runs": None})
    worker = execution._get_start_execution_worker()
    worker.env = environment = worker._get_evaluation_environment()
    _continue_history(environment, left["events"], moment)
    environment._program_state = ProgramStopped(stop_date=moment, error=None, cause=CAUSE)
    execution.exec_worker = worker
    execution.exec_status, execution.stop_date, execution.cause = ExecutionStatus.ABORTED, moment, CAUSE
    if left["runs"] is not None:
        environment.map_run_record_pool_manager = left["runs"]
        for run in left["runs"].get_all():
            _abort_run(run, moment)


def _abort_run(run: Any, moment: datetime.datetime) -> None:
    """End a run of a Distributed Map and its children."""
    if str(run.status) != "RUNNING":
        return
    for child in run.executions():
        if _runs(child):
            _abort(child, moment)
    run.end("ABORTED")


def _continue_history(environment: Any, events: list[Any], moment: datetime.datetime) -> None:
    manager, last = environment.event_manager, max((event["id"] for event in events), default=0)
    manager._history_event_list.extend(events)
    manager._event_id_gen._next_id = last + 1
    environment.event_history_context.last_published_event_id = last
    manager.add_event(
        context=environment.event_history_context,
        event_type=HistoryEventType.ExecutionAborted,
        event_details=EventDetails(executionAbortedEventDetails=ExecutionAbortedEventDetails(cause=CAUSE)),
        timestamp=moment,
    )


def _environment(execution: Any) -> Any:
    return getattr(execution.exec_worker, "env", None)


def _history(execution: Any) -> list[Any]:
    environment = _environment(execution)
    return list(environment.event_manager._history_event_list) if environment is not None else []


def _runs(execution: Any) -> bool:
    return bool(execution.exec_status == ExecutionStatus.RUNNING)


def _machines_executions() -> Iterator[Any]:
    for _, _, backend in list(stepfunctions_parser_backends.iter_backends()):
        for machine in list(backend.state_machines):
            yield from list(machine.executions)


def _kinds(kind: type) -> Iterator[type]:
    yield kind
    others: list[type] = kind.__subclasses__()
    for other in others:
        yield from _kinds(other)


def _new(kind: type[Any]) -> Any:
    return object.__new__(kind)
