"""POST /v1/workloads/{workload}/feedback: what turned out to be true, kept for joining with the predictions.

An object of S3 per inference id and hour, in the form in which SageMaker's Model Monitor reads ground truth. An
answer of 202 means that S3 has it: nothing waits in a buffer that could be lost. The predictions themselves are
SageMaker's data capture; the two are joined by inference id when somebody asks (`trainyard ab`), so feedback may
come before its capture is written, or weeks later, and of several answers to one id the last one counts.
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from predict import answer, media, strict
from predict.answer import Content
from predict.aws.errors import BrokenOff, Refused, TimedOut, Unreachable
from predict.live import LiveModels
from predict.problems import BadRequest, Unavailable, Unsupported
from predict.request import Request
from predict.schema import Schema
from predict.values import shown

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MEMBERS = {"inference_id", "actual"}
_FORM = 'Send {"inference_id": "...", "actual": ...}.'


class Store(Protocol):
    """Where feedback is kept."""

    def put_object(self, key: str, body: bytes, content_type: str) -> None: ...  # noqa: D102


@dataclass(frozen=True)
class Feedback:
    """Takes ground truth."""

    live: LiveModels
    store: Store
    now: Callable[[], datetime]

    def answer(self, request: Request) -> Content:
        """Check and keep; 202, since it is joined with its prediction later."""
        inference_id, actual = _members(request)
        _check(actual, self.live.get(request.workload).schema)
        key = f"{request.workload}/feedback/{self.now():%Y/%m/%d/%H}/{inference_id}.jsonl"
        try:
            self.store.put_object(key, _line(inference_id, actual), "application/jsonlines")
        except (Refused, Unreachable, TimedOut, BrokenOff) as error:
            raise Unavailable("The feedback could not be kept just now: send it again.") from error
        return answer.document({"inference_id": inference_id, "accepted": True}, status=202)


def _members(request: Request) -> tuple[str, Any]:
    body = media.read(request)
    if body.media_type != media.JSON:
        raise Unsupported(f"Feedback is read as {media.JSON} only.")
    document = strict.read(body.text, _FORM)
    if not isinstance(document, dict) or set(document) != _MEMBERS:
        raise BadRequest(f"The body is not an object with the members inference_id and actual alone. {_FORM}")
    inference_id = document["inference_id"]
    if not isinstance(inference_id, str) or not _ID.fullmatch(inference_id):
        raise BadRequest("inference_id is none of ours: send the one that came with the prediction.")
    return inference_id, document["actual"]


def _check(actual: Any, schema: Schema) -> None:
    """One value, or one per instance of the request in its order; a forecast's are lists over the horizon."""
    if schema.task == "forecasting":
        _check_periods(actual)
        return
    values = actual if isinstance(actual, list) else [actual]
    if not values:
        raise BadRequest("actual is empty: send one value, or one per instance of the request.")
    for number, value in enumerate(values, start=1):
        if schema.classes:
            if value not in schema.classes:
                raise BadRequest(
                    f"actual {number} is {shown(value)!r}, no class of this workload.", allowed=schema.classes
                )
        elif not _finite(value):
            raise BadRequest(f"actual {number} is {shown(value)!r}, not a finite number.")


def _check_periods(actual: Any) -> None:
    """A list of numbers for one series, or a list of such lists; null where a period has no value yet."""
    series = actual if isinstance(actual, list) and actual and isinstance(actual[0], list) else [actual]
    for periods in series:
        if not isinstance(periods, list) or not periods:
            raise BadRequest("actual is not a list with one number per period, or one such list per series.")
        if not all(value is None or _finite(value) for value in periods):
            raise BadRequest("actual has a value that is neither a finite number nor null.")


def _finite(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and isinstance(value, int | float) and math.isfinite(value)
    except OverflowError:  # an integer that no float can hold
        return False


def _line(inference_id: str, actual: Any) -> bytes:
    record = {
        "groundTruthData": {"data": json.dumps(actual), "encoding": "JSON"},
        "eventMetadata": {"eventId": inference_id},
        "eventVersion": "0",
    }
    return json.dumps(record).encode() + b"\n"
