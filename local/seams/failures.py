"""Failures of states, in moto's form."""
# moto's classes are not typed
# mypy: disable-error-code="typeddict-item, misc"

from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

_OF_STATES = {kind.to_name(): kind for kind in StatesErrorNameType}


def error_name_of(error_name: str | None) -> Any:
    """Return moto's form of an error's name, whether Step Functions or somebody else gave it."""
    if error_name in _OF_STATES:
        return StatesErrorName(typ=_OF_STATES[error_name])
    return CustomErrorName(error_name=error_name)


def failure(env: Any, error: str, cause: str) -> FailureEventException:
    """Return the exception that fails the current state with `error` and `cause`."""
    return FailureEventException(
        failure_event=FailureEvent(
            env=env,
            error_name=error_name_of(error),
            event_type=HistoryEventType.MapRunFailed,
            event_details=EventDetails(mapRunFailedEventDetails={"error": error, "cause": cause}),
        )
    )
