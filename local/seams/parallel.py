"""Seam: branches of a Parallel state note their outputs, so that a redrive runs only those that did not succeed.

moto waits for branches without noting anything, and tells of the state's success when the execution was
stopped. A Parallel state that fails after all its branches succeeded runs all of them again, as on AWS.
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, no-untyped-call, typeddict-item, attr-defined"

import datetime
import time
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branch_worker import BranchWorker
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branches_decl import (
    BranchesDecl,
    BranchWorkerPool,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.state_parallel import StateParallel
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded

from local.seams.failures import error_name_of
from local.seams.progress import Progress
from local.seams.resumption import GRACE_SECONDS, own, progress_of


def install() -> None:
    """Replace how branches run and what the state tells of them."""
    BranchesDecl._eval_body = _eval_branches
    StateParallel._eval_execution = _eval_execution


def _eval_execution(self: Any, env: Any) -> None:
    started = HistoryEventType.ParallelStateStarted
    env.event_manager.add_event(context=env.event_history_context, event_type=started)
    self.branches.eval(env)
    env.event_manager.add_event(
        context=env.event_history_context,
        event_type=HistoryEventType.ParallelStateSucceeded,
        update_source_event_id=False,
    )


def _eval_branches(self: Any, env: Any) -> None:
    value = env.stack.pop()
    progress = progress_of(env)
    progress.start_lines()
    left = [index for index in range(len(self.programs)) if index not in progress.outputs]
    pool = BranchWorkerPool(workers_num=len(left))
    workers = {index: _worker(env, pool, self.programs[index], progress.line(index), value) for index in left}
    for worker in workers.values():
        worker.start()
    pool.wait()
    _note_outputs(progress, workers)
    _close(env, workers)
    if pool.get_exit_event_details() is not None:
        raise _failure(env, pool.get_exit_event_details())
    env.stack.append([progress.outputs.get(index) for index in range(len(self.programs))])
    if len(progress.outputs) == len(self.programs):
        progress.forget_lines()


def _worker(env: Any, pool: Any, program: Any, progress: Progress, value: Any) -> Any:
    frame = env.open_inner_frame()
    own(frame, progress)
    frame.states.reset(input_value=value)
    return BranchWorker(branch_worker_comm=pool, program=program, env=frame)


def _note_outputs(progress: Progress, workers: dict[int, Any]) -> None:
    for index, worker in workers.items():
        if isinstance(worker.env.program_state(), ProgramEnded):
            progress.outputs[index] = worker.env.states.get_input()


def _close(env: Any, workers: dict[int, Any]) -> None:
    """Stop branches that still run, wait a little for them, and take over the ids of their events."""
    for worker in workers.values():
        worker.stop(stop_date=datetime.datetime.now(tz=datetime.UTC), cause=None, error=None)
    until = time.monotonic() + GRACE_SECONDS
    for worker in workers.values():
        worker._worker_thread.join(max(0.0, until - time.monotonic()))
        env.close_frame(worker.env)


def _failure(env: Any, details: Any) -> FailureEventException:
    return FailureEventException(
        failure_event=FailureEvent(
            env=env,
            error_name=error_name_of(details.get("error")),
            event_type=HistoryEventType.ExecutionFailed,
            event_details=EventDetails(executionFailedEventDetails=details),
        )
    )
