"""The gateway's event (REST proxy integration, format 1.0) as a request."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from predict.problems import BadRequest

_REQUEST_ID = re.compile(r"[\w.:/+=@-]{1,128}", re.ASCII)


@dataclass(frozen=True)
class Request:
    """What the caller sent, header names in lower case, and how long the function may still take."""

    id: str
    method: str
    resource: str
    workload: str
    headers: Mapping[str, str]
    event: Mapping[str, Any]
    seconds_left: Callable[[], float]

    def header(self, name: str) -> str:
        """Return the header's value, or an empty text."""
        return self.headers.get(name.lower(), "").strip()

    def body(self) -> bytes:
        """Return the body's bytes."""
        text = self.event.get("body") or ""
        if not self.event.get("isBase64Encoded"):
            return str(text).encode("utf-8", "surrogatepass")
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise BadRequest("The body is not valid base64.") from None


def read(event: Mapping[str, Any], fallback_id: str, seconds_left: Callable[[], float]) -> Request:
    """Read the event; every part of it may be null."""
    headers = _headers(event)
    gateway_id = (event.get("requestContext") or {}).get("requestId") or fallback_id
    return Request(
        id=_request_id(headers.get("x-request-id", "").strip(), str(gateway_id)),
        method=str(event.get("httpMethod") or "").upper(),
        resource=str(event.get("resource") or ""),
        workload=str((event.get("pathParameters") or {}).get("workload") or ""),
        headers=headers,
        event=event,
        seconds_left=seconds_left,
    )


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    single = {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    several = event.get("multiValueHeaders") or {}
    return single | {name.lower(): ", ".join(map(str, values)) for name, values in several.items() if values}


def _request_id(sent: str, gateways: str) -> str:
    """Only what is safe in a header and a log line is echoed."""
    return sent if _REQUEST_ID.fullmatch(sent) else gateways
