"""One call of a SageMaker endpoint, and what its failures mean.

botocore's service model names the exceptions; throttling comes from the service's front and is in no model.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError, ResponseStreamingError

from predict import wire
from predict.problems import BadGateway, BadRequest, Problem, Timeout, TooMany, Unavailable

_THROTTLED = {"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"}
_STALE = {"ValidationError", "ValidationException"}
_INTERNAL = re.compile(r"arn:\S+|https?://\S+|s3://\S+|(?:/[\w.-]+){2,}|\b\d{12}\b")


class Stale(Exception):
    """SageMaker knows no such endpoint or variant that could answer: what was looked up is old."""


@dataclass(frozen=True)
class Call:
    """What is asked of whom."""

    endpoint: str
    body: bytes
    inference_id: str
    variant: str | None = None


@dataclass(frozen=True)
class Reply:
    """A variant's answer."""

    variant: str
    body: bytes


def invoke(runtime: Any, call: Call) -> Reply:
    """Call the endpoint once."""
    target = {} if call.variant is None else {"TargetVariant": call.variant}
    try:
        answer = runtime.invoke_endpoint(
            EndpointName=call.endpoint,
            ContentType=wire.MEDIA_TYPE,
            Body=call.body,
            InferenceId=call.inference_id,
            **target,
        )
        return Reply(answer.get("InvokedProductionVariant", ""), answer["Body"].read())
    except ReadTimeoutError as error:
        raise Timeout("The model did not answer in time: send fewer instances.") from error
    except ResponseStreamingError as error:
        raise BadGateway("The model's answer broke off.") from error
    except ClientError as error:
        raise _meaning(error) from error
    except BotoCoreError as error:
        raise Unavailable("The model cannot be reached just now.") from error


def _meaning(error: ClientError) -> Exception:
    code = error.response["Error"]["Code"]
    if code in _STALE:
        return Stale(code)
    if code in _THROTTLED:
        return TooMany("The model is asked too often just now: try again.")
    if code == "ModelError":
        return _model_error(error.response)
    if code in {
        "ModelNotReadyException",
        "ServiceUnavailable",
        "InternalDependencyException",
        "InternalFailure",
    }:
        return Unavailable("The model is not ready just now: try again.")
    return error


def _model_error(response: Any) -> Problem:
    status = int(response.get("OriginalStatusCode") or 500)
    if 400 <= status < 500:
        return BadRequest(f"The model refused the rows: {_reason(str(response.get('OriginalMessage') or ''))}")
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
