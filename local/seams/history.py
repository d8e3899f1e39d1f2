"""Seam: `GetExecutionHistory` answers newest first, in pages and without data where the caller asks for it.

moto always answers the whole history, oldest first. A client that follows a run reads backwards until it meets
what it knows, so it would miss every event after its first look.
"""

import base64
import binascii
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.stepfunctions.responses import StepFunctionResponse

_DATA = ("input", "output")
_MOST = 1000
_DEFAULT = 100


def install() -> None:
    """Replace the answer to the operation."""
    StepFunctionResponse.get_execution_history = _get_execution_history  # type: ignore[method-assign]


def _get_execution_history(self: Any) -> ActionResult:
    history = self.stepfunction_backend.get_execution_history(self._get_param("executionArn"))
    wanted = self._get_param("includeExecutionData")
    events = list(history["events"]) if wanted in (None, True) else [without_data(each) for each in history["events"]]
    return ActionResult(
        page(
            events,
            reverse=bool(self._get_param("reverseOrder")),
            size=int(self._get_param("maxResults") or _DEFAULT),
            token=self._get_param("nextToken"),
        )
    )


def without_data(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event without the input and the output in its details."""
    return {
        name: {key: item for key, item in value.items() if key not in _DATA} if isinstance(value, dict) else value
        for name, value in event.items()
    }


def page(events: list[Any], *, reverse: bool, size: int, token: str | None) -> dict[str, Any]:
    """Return one page of events and the token of the next. The token is the last event's id: it stays valid."""
    ordered = sorted(events, key=lambda event: int(event["id"]), reverse=reverse)
    if token:
        last = _last_id(token)
        ordered = [event for event in ordered if (event["id"] < last if reverse else event["id"] > last)]
    shown = ordered[: min(size, _MOST)]
    answer: dict[str, Any] = {"events": shown}
    if len(shown) < len(ordered):
        answer["nextToken"] = base64.urlsafe_b64encode(str(shown[-1]["id"]).encode()).decode()
    return answer


def _last_id(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token))
    except (ValueError, binascii.Error) as error:
        raise JsonRESTError("InvalidToken", f"Invalid Token: '{token}'") from error
