"""Seam: an attempt at a task ends as soon as the execution does.

moto waits for what a task calls, a Lambda function of a quarter of an hour, say, before a StopExecution or a
time-out of the state machine has any effect. The call goes on and nobody listens.
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, no-untyped-call"

import copy
import threading
import time
from typing import Any

from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import EvalTimeoutError
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState

_LOOK_SECONDS = 0.2


def install() -> None:
    """Replace how an attempt is waited for."""
    ExecutionState._evaluate_with_timeout = _evaluate_with_timeout


class _Attempt(threading.Thread):
    """Evaluates a state's execution in a frame of its own."""

    def __init__(self, state: Any, frame: Any) -> None:
        super().__init__(daemon=True)
        self._state, self._frame = state, frame
        self.over = threading.Event()
        self.output: Any = None
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self._state._eval_execution(self._frame)
            self.output = self._frame.stack[-1] if self._frame.stack else None
        except Exception as error:
            self.error = error
        self.over.set()


def _evaluate_with_timeout(self: Any, env: Any) -> None:
    self.timeout.eval(env=env)
    seconds = env.stack.pop()
    frame = env.open_frame()
    frame.states.reset(input_value=env.states.get_input())
    frame.stack = copy.deepcopy(env.stack)
    attempt = _Attempt(self, frame)
    attempt.start()
    on_time = _await(env, attempt.over, seconds)
    frame.set_ended()
    env.close_frame(frame)
    if not env.is_running():
        return
    if attempt.error is not None:
        raise attempt.error
    if not on_time:
        raise EvalTimeoutError()
    _take_output(self, env, attempt.output)


def _await(env: Any, over: threading.Event, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while env.is_running() and (left := until - time.monotonic()) > 0:
        if over.wait(min(left, _LOOK_SECONDS)):
            return True
    return over.is_set()


def _take_output(state: Any, env: Any, output: Any) -> None:
    env.stack.append(output)
    if not state._is_language_query_jsonpath():
        env.states.set_result(output)
    for part in (state.assign_decl, state.result_selector, state.result_path):
        if part:
            part.eval(env)
    if not state.result_path:
        env.states.reset(input_value=env.stack.pop())
