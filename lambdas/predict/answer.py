"""Responses in the gateway's form, with the headers that every one of them carries."""

import json
from collections.abc import Mapping
from typing import Any

from predict.problems import Problem, TooLarge

Response = dict[str, Any]
# Lambda's own limit is 6 MB of the escaped response.
_LIMIT = 6_000_000
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


def success(document: Mapping[str, Any], request_id: str) -> Response:
    """Answer 200, unless that is more than can be carried."""
    body = json.dumps(document, ensure_ascii=False, allow_nan=False)
    if len(json.dumps(body, ensure_ascii=False).encode()) > _LIMIT:
        raise TooLarge("The predictions are more than one answer can carry: send fewer instances.")
    return _response(200, "application/json", body, request_id, {})


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
