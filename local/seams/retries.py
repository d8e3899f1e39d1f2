"""Seam: a wait between two tries ends when the execution does, and errors match catchers as on AWS.

moto sleeps through a StopExecution. Its States.ALL matches everything; AWS leaves out States.Runtime and
States.DataLimitExceeded, and lets States.Timeout match a missing heartbeat too.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, attr-defined, no-untyped-call"

import time
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.retry.max_attempts_decl import MaxAttemptsOutcome
from moto.stepfunctions.parser.asl.component.common.retry.retrier_decl import RetrierDecl
from moto.stepfunctions.parser.asl.component.common.retry.retrier_outcome import RetrierOutcome

_BY_NAME_ONLY = frozenset({"States.Runtime", "States.DataLimitExceeded"})
_LOOK_SECONDS = 0.1


def install() -> None:
    """Replace the wait, wrap the match."""
    original = ErrorEqualsDecl._eval_body

    def eval_error_equals(self: Any, env: Any) -> None:
        error = getattr(env.stack[-1], "error_name", None)
        named = {name.error_name for name in self.error_names}
        if error in _BY_NAME_ONLY:
            env.stack[-1] = error in named
        elif error == "States.HeartbeatTimeout" and "States.Timeout" in named:
            env.stack[-1] = True
        else:
            original(self, env)

    ErrorEqualsDecl._eval_body = eval_error_equals
    RetrierDecl._eval_body = _eval_retrier


def _eval_retrier(self: Any, env: Any) -> None:
    self.error_equals.eval(env)
    if not env.stack.pop():
        env.stack.append(RetrierOutcome.Skipped)
        return
    self.max_attempts.eval(env=env)
    if env.stack.pop() == MaxAttemptsOutcome.EXHAUSTED:
        env.stack.append(RetrierOutcome.Failed)
        return
    for part in (self.interval_seconds, self.backoff_rate, self.max_delay_seconds, self.jitter_strategy):
        part.eval(env=env)
    _wait(env, float(env.stack.pop()))
    env.stack.append(RetrierOutcome.Executed)


def _wait(env: Any, seconds: float) -> None:
    until = time.monotonic() + seconds
    while env.is_running() and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK_SECONDS))
