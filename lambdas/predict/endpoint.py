"""One call of a SageMaker endpoint, and what its failures mean.

botocore's service model names the errors; throttling comes from the service's front and is in no model.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

from predict.aws.errors import BrokenOff, Refused, TimedOut, Unreachable
from predict.aws.services import Invocation, Prediction
from predict.problems import BadGateway, BadRequest, Problem, Timeout, TooMany, Unavailable

_THROTTLED = {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"}
_STALE = {"ValidationError", "ValidationException"}
_INTERNAL = re.compile(r"arn:\S+|https?://\S+|s3://\S+|(?:/[\w.-]+){2,}|\b\d{12}\b")


class Stale(Exception):
    """SageMaker knows no such endpoint or variant that could answer: what was looked up is old."""


class Runtime(Protocol):
    """Who carries the call."""

    def invoke(self, call: Invocation, seconds: float) -> Prediction: ...  # noqa: D102


def invoke(runtime: Runtime, call: Invocation, seconds: float) -> Prediction:
    """Call the endpoint once."""
    try:
        return runtime.invoke(call, seconds)
    except TimedOut as error:
        raise Timeout("The model did not answer in time: send fewer instances.") from error
    except BrokenOff as error:
        raise BadGateway("The model's answer broke off.") from error
    except Unreachable as error:
        raise Unavailable("The model cannot be reached just now.") from error
    except Refused as error:
        raise _meaning(error) from error


def _meaning(error: Refused) -> Exception:
    code = error.code
    if code in _STALE:
        return Stale(code)
    if code in _THROTTLED:
        return TooMany("The model is asked too often just now: try again.")
    if code == "ModelError":
        return _model_error(error.members)
    if code in {
        "ModelNotReadyException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "InternalDependencyException",
        "InternalFailure",
    }:
        return Unavailable("The model is not ready just now: try again.")
    return error


def _model_error(members: Mapping[str, Any]) -> Problem:
    status = int(members.get("OriginalStatusCode") or 500)
    if 400 <= status < 500:
        return BadRequest(f"The model refused the rows: {_reason(str(members.get('OriginalMessage') or ''))}")
    return BadGateway("The model failed on these rows; the workload's logs tell why.")


def _reason(message: str) -> str:
    """The model's own words, without what is nobody's business."""
    try:
        document = json.loads(message)
    except ValueError:
        document = message
    if isinstance(document, dict):
        named = (document.get(name) for name in ("detail", "error", "message", "title"))
        document = next((text for text in named if isinstance(text, str)), "")
    if not isinstance(document, str) or "Traceback" in document or "<html" in document.lower():
        document = ""
    return _INTERNAL.sub("...", document.strip())[:500] or "it gave no reason."
