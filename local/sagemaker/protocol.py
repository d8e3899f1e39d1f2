"""The wire: AWS JSON 1.1 for the control plane, rest-json for invocations."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import botocore.session
from werkzeug import Request, Response

from local.sagemaker import validation
from local.sagemaker.errors import AwsError

TARGET = "SageMaker."
_MODEL = botocore.session.get_session().get_service_model("sagemaker")
_OPERATIONS = frozenset(_MODEL.operation_names)
_JSON = "application/x-amz-json-1.1"


def operation(request: Request) -> str:
    """Return the operation that a control plane request asks for."""
    return request.headers.get("X-Amz-Target", "").removeprefix(TARGET)


def exists(name: str) -> bool:
    """Tell whether AWS's SageMaker has that operation."""
    return name in _OPERATIONS


def parse(name: str, body: bytes) -> dict[str, Any]:
    """Return a checked request of operation `name`; unknown members are dropped as AWS does.

    Raises:
        AwsError: not JSON, or not what the service model allows.
    """
    try:
        value = json.loads(body or b"{}", parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise AwsError("SerializationException", "the request body is not JSON") from error
    shape = _MODEL.operation_model(name).input_shape
    if shape is None:
        return {}
    validation.check(shape, value)
    return dict(_shaped(shape, value))


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def answer(name: str, result: dict[str, Any]) -> Response:
    """Return the response of operation `name`: only members that the model has, times as epoch seconds."""
    shape = _MODEL.operation_model(name).output_shape
    return _response(json.dumps(_shaped(shape, result)) if shape else "{}", 200)


def failure(error: AwsError) -> Response:
    """Return the response that makes a client raise `error`."""
    body = {"__type": error.code, "message": error.message, **error.members}
    response = _response(json.dumps(body), error.status)
    response.headers["x-amzn-ErrorType"] = error.code
    return response


def runtime_failure(error: AwsError) -> Response:
    """Return an invocation's error."""
    body = {"ErrorCode": error.code, "Message": error.message, **error.members}
    response = Response(json.dumps(body), error.status, content_type="application/json")
    response.headers["x-amzn-ErrorType"] = error.code
    response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return response


def _response(body: str, status: int) -> Response:
    response = Response(body, status, content_type=_JSON)
    response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return response


def _shaped(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure":
        return {
            name: _shaped(member, value[name]) for name, member in shape.members.items() if value.get(name) is not None
        }
    if shape.type_name == "list":
        return [_shaped(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: _shaped(shape.value, item) for key, item in value.items()}
    if shape.type_name == "timestamp":
        return _epoch(value)
    return value


def _epoch(value: Any) -> float:
    if isinstance(value, str):
        parsed = datetime.fromisoformat(value)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    return round(float(value), 3)
