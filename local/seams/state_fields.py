"""Seam: values of fields that do not fit fail the state with the error that AWS names, and times are in UTC.

moto turns a condition that is no boolean, seconds that are no number and a Choice without a way out into
States.Runtime with a text of Python's, reads timestamps in the host's time zone, waits for whole seconds only,
and breaks on an error named `States.` that comes out of an iteration.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, attr-defined, assignment, misc"

import datetime
import json
import time
from typing import Any

from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
from moto.stepfunctions.parser.asl.component.common.timeouts.heartbeat import HeartbeatSecondsJSONata
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import TimeoutSecondsJSONata
from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison import ConditionStringJSONata
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import iteration_worker
from moto.stepfunctions.parser.asl.component.state.exec.state_map.max_concurrency import MaxConcurrencyJSONata
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.seconds import SecondsJSONata
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from local.seams.failures import error_name_of, failure
from local.seams.jsonata import evaluation_failure

_MOST_SECONDS = 99_999_999


def install() -> None:
    """Replace how the fields are read."""
    _choices()
    ConditionStringJSONata._eval_body = _eval_condition
    SecondsJSONata._get_wait_seconds = _whole("Seconds", least=0)
    TimeoutSecondsJSONata._eval_seconds = _whole("TimeoutSeconds", least=1)
    HeartbeatSecondsJSONata._eval_seconds = _whole("HeartbeatSeconds", least=1)
    MaxConcurrencyJSONata._eval_max_concurrency = _whole("MaxConcurrency", least=0)
    WaitFunction._wait_interval = _wait
    Timestamp._from_timestamp_string = staticmethod(_moment)
    Timestamp._get_wait_seconds = _seconds_until
    iteration_worker.CustomErrorName = error_name_of


def _choices() -> None:
    original = StateChoice._eval_state

    def eval_state(self: Any, env: Any) -> None:
        try:
            original(self, env)
        except RuntimeError as error:
            if self.default_state is not None:
                raise
            cause = f"Failed to transition out of the state '{self.name}': no choice matched and there is no default"
            raise failure(env, "States.NoChoiceMatched", cause) from error

    StateChoice._eval_state = eval_state


def _eval_condition(self: Any, env: Any) -> None:
    self.string_jsonata.eval(env=env)
    if not isinstance(env.stack[-1], bool):
        raise _unexpected(env, self.string_jsonata.expression, "Condition", "boolean", env.stack[-1])


def _whole(field: str, least: int) -> Any:
    def read(self: Any, env: Any) -> int:
        self.string_jsonata.eval(env=env)
        value = env.stack.pop()
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _MOST_SECONDS:
            raise _unexpected(env, self.string_jsonata.expression, field, "integer", value)
        return value

    return read


def _unexpected(env: Any, expression: str, field: str, expected: str, value: Any) -> FailureEventException:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    cause = (
        f"The JSONata expression '{expression}' specified for the field '{field}' returned an unexpected result type. "
        f"Expected '{expected}', but was '{kinds.get(type(value), 'null')}' for value: {json.dumps(value)}"
    )
    return FailureEventException(failure_event=evaluation_failure(env, cause))


def _moment(text: Any) -> datetime.datetime | None:
    """Read RFC 3339: a date, a `T`, a time, and `Z` or an offset."""
    if not isinstance(text, str) or "T" not in text:
        return None
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _seconds_until(self: Any, env: Any) -> float:
    self.string.eval(env=env)
    text = env.stack.pop()
    moment = _moment(text)
    if moment is None:
        raise FailureEventException(failure_event=self._create_failure_event(env, str(text)))
    return max(0.0, (moment - datetime.datetime.now(tz=datetime.UTC)).total_seconds())


def _wait(self: Any, env: Any, wait_seconds: float) -> None:
    """Wait until the time is over, or the execution; an event wakes all states of it."""
    until = time.monotonic() + wait_seconds
    while env.is_running() and (left := until - time.monotonic()) > 0:
        env.program_state_event.wait(left)
