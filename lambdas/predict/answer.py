"""Responses in the gateway's form, with the headers that every one of them carries."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from predict.problems import Problem, TooLarge

Response = dict[str, Any]
# Lambda's own limit is 6 MB of the escaped response.
_LIMIT = 6_000_000
# A character is at most 6 bytes there (\\u0000), so short answers need not be measured.
_MOST_ESCAPED = 6
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Content:
    """What a verb answers when all is well."""

    body: str
    status: int = 200
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def document(members: Mapping[str, Any], status: int = 200) -> Content:
    """JSON."""
    return Content(json.dumps(members, ensure_ascii=False, allow_nan=False), status)


def success(content: Content, request_id: str) -> Response:
    """Answer with the content, unless that is more than can be carried."""
    if (
        len(content.body) * _MOST_ESCAPED > _LIMIT
        and len(json.dumps(content.body, ensure_ascii=False).encode()) > _LIMIT
    ):
        raise TooLarge("The predictions are more than one answer can carry: send fewer instances.")
    return _response(content.status, content.media_type, content.body, request_id, content.headers)


def failure(problem: Problem, request_id: str) -> Response:
    """Answer with the problem's document."""
    document = {**problem.body(), "request_id": request_id}
    return _response(problem.status, "application/problem+json", json.dumps(document), request_id, problem.headers)


def _response(status: int, media_type: str, body: str, request_id: str, headers: Mapping[str, str]) -> Response:
    own = {"Content-Type": media_type, "X-Request-Id": request_id}
    return {
        "statusCode": status,
        "headers": {**_HEADERS, **own, **headers},
        "body": body,
        "isBase64Encoded": False,
    }
