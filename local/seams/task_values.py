"""Between JSON, as a state machine has it, and what boto3 takes and gives, guided by the service's model."""

import base64
import datetime
import json
from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.response import StreamingBody

Times = Callable[[datetime.datetime], Any]


def to_request(value: Any, shape: Shape | None) -> Any:
    """Turn JSON into the parameters of a boto3 call: names in the model's case, bytes for blobs."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        if getattr(shape, "is_document_type", False):
            return value
        members: dict[str, str] = {name[:1].upper() + name[1:]: name for name in shape.members}
        named = {key if key in shape.members else members.get(key, key): item for key, item in value.items()}
        return {key: to_request(item, shape.members.get(str(key))) for key, item in named.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [to_request(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: to_request(item, shape.value) for key, item in value.items()}
    if shape is not None and shape.type_name == "blob":
        return _to_bytes(value)
    return value


def _to_bytes(value: Any) -> bytes:
    """Everything is sent as JSON, a text in quotes too: Step Functions has no way to send a plain one."""
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def to_result(value: Any, shape: Shape | None, times: Times) -> Any:
    """Turn a boto3 answer into JSON: PascalCase members, text for bodies, times by `times`."""
    if isinstance(value, StreamingBody):
        return _to_text(value.read())
    if isinstance(value, bytes | bytearray):
        return _to_text(bytes(value))
    if isinstance(value, datetime.datetime):
        return times(value)
    if isinstance(value, dict):
        return _structure(value, shape, times)
    if isinstance(value, list | tuple | set):
        member = shape.member if isinstance(shape, ListShape) else None
        return [to_result(item, member, times) for item in value]
    return value


def _structure(value: dict[str, Any], shape: Shape | None, times: Times) -> dict[str, Any]:
    if isinstance(shape, StructureShape):
        return {
            key[:1].upper() + key[1:]: to_result(item, shape.members.get(key), times) for key, item in value.items()
        }
    inner = shape.value if isinstance(shape, MapShape) else None
    return {key: to_result(item, inner, times) for key, item in value.items()}


def _to_text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()


def iso(moment: datetime.datetime) -> str:
    """A time as the `aws-sdk` integrations give it."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_millis(moment: datetime.datetime) -> int:
    """A time as the optimized SageMaker integrations give it."""
    return round(moment.timestamp() * 1000)
