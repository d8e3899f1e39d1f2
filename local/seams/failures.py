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


def failure(env: Any, error: str, cause: str) -> FailureEventException:
    """Return the exception that fails the current state with `error` and `cause`."""
    name = StatesErrorName(typ=_OF_STATES[error]) if error in _OF_STATES else CustomErrorName(error_name=error)
    return FailureEventException(
        failure_event=FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.MapRunFailed,
            event_details=EventDetails(mapRunFailedEventDetails={"error": error, "cause": cause}),
        )
    )
