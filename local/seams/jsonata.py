"""Seam: JSONata expressions are evaluated by us, with variables bound as values.

moto's evaluator is an empty shell around a Java library, and it passes variables by writing them into the
expression as text, where a quote or a newline in a value breaks it. Both string components that hold an
expression get our evaluation; `$states` and the variables are bound as JSON values.
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, typeddict-item"

import datetime
import json
import re
from typing import Any

from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.eval.variable_store import VariableStore

from local.jsonata import QueryError, evaluate

MAX_BYTES = 256 * 1024
_VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")


def install() -> None:
    """Give both kinds of JSONata strings our evaluation."""
    string_expression.StringJSONata._eval_body = _eval_body
    string_expression.StringVariableSample._eval_body = _eval_body
    VariableStore.get_assigned_variables = _assigned


def _assigned(self: Any) -> dict[str, str]:
    """Return the variables that a state assigned as JSON texts: moto forgets to escape strings."""
    return {name: json.dumps(self.get(name), ensure_ascii=False) for name in self._declaration_tracing}


def _eval_body(self: Any, env: Any) -> None:
    names = set(_VARIABLE.findall(self.expression))
    try:
        result = evaluate(self.expression, bindings(env, names))
        if len(json.dumps(result, ensure_ascii=False).encode()) > MAX_BYTES:
            raise QueryError(f"The JSONata expression '{self.expression}' returned more than 256 KiB.")
    except QueryError as error:
        raise FailureEventException(failure_event=evaluation_failure(env, str(error))) from error
    env.stack.append(result)


def bindings(env: Any, names: set[str]) -> dict[str, Any]:
    """Return the variables among `names` that are in scope, `$states` included, as plain JSON values."""
    store = env.variable_store
    scope = {**store._outer_scope, **store._inner_scope}
    bound = {name: plain(scope[name]) for name in names if name in scope}
    if "states" in names:
        bound["states"] = _states(env)
    return bound


def plain(value: Any) -> Any:
    """Copy a value into what JSON has; times become ISO 8601 with milliseconds, as AWS writes them."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        utc = value.astimezone(datetime.UTC)
        return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _states(env: Any) -> dict[str, Any]:
    """`$states`; `result` and `errorOutput` are there only in the fields that come after them."""
    data = env.states._states_data
    states = {"input": plain(data.get("input")), "context": plain(data["context"])}
    states["context"]["Execution"].setdefault("RedriveCount", 0)
    for name in ("result", "errorOutput"):
        if data.get(name) is not None:
            states[name] = plain(data[name])
    return states


def evaluation_failure(env: Any, cause: str) -> FailureEvent:
    """Return the event of a state that failed with States.QueryEvaluationError."""
    error = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    return FailureEvent(
        env=env,
        error_name=error,
        event_type=HistoryEventType.EvaluationFailed,
        event_details=EventDetails(
            evaluationFailedEventDetails=EvaluationFailedEventDetails(
                cause=cause, error=error.error_name, state=env.next_state_name or ""
            )
        ),
    )
