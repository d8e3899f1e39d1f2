"""The Lambda proxy integration: the request as an event (REST, version 1.0), the answer as a response."""

import base64
import binascii
import json
import re
import threading
from typing import Any

from moto.awslambda.utils import get_backend
from werkzeug.datastructures import Headers
from werkzeug.wrappers import Response

from local.gateway.call import Call, matches
from local.gateway.errors import GatewayError
from local.lambdas.service import Lambdas, Outcome
from local.seams.awslambda import describe
from local.settings import ACCOUNT

_FUNCTION = re.compile(r"/functions/arn:[^:]+:lambda:([^:]+):[^:]*:function:([^:/]+)")
_MAX_EVENT = 6 * 1024 * 1024
_DEFAULT_MILLIS = 29_000


def invoke(call: Call, lambdas: Lambdas) -> Response:
    """Run the function of the call's integration.

    Raises:
        GatewayError: it failed, took too long, or answered something that is no response.
    """
    integration = call.method.method_integration
    match = _FUNCTION.search(integration.uri or "")
    if match is None:
        raise GatewayError("DEFAULT_5XX")
    payload = json.dumps(event(call)).encode()
    if len(payload) > _MAX_EVENT:
        raise GatewayError("REQUEST_TOO_LARGE", "Request Entity Too Large")
    try:
        function = describe(get_backend(ACCOUNT, match.group(1)).get_function(match.group(2)))
    except Exception as error:  # moto's own error for a function that is gone
        raise GatewayError("DEFAULT_5XX") from error
    seconds = float(integration.timeout_in_millis or _DEFAULT_MILLIS) / 1000
    outcome = _within(seconds, lambdas, function, payload)
    if outcome.error:
        raise GatewayError("DEFAULT_5XX")
    return to_response(outcome.payload, call)


def _within(seconds: float, lambdas: Lambdas, function: Any, payload: bytes) -> Outcome:
    """Wait for the function no longer than the gateway does; it may run on, as on AWS."""
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(lambdas.invoke(function, payload)), daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise GatewayError("INTEGRATION_TIMEOUT")
    if not outcomes:
        raise GatewayError("DEFAULT_5XX")
    return outcomes[0]


def event(call: Call) -> dict[str, Any]:
    """Return the event; what is empty is null, as AWS sends it."""
    request = call.request
    headers: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        headers.setdefault(name, []).append(value)
    headers |= _forwarded(call)
    arguments = {name: request.args.getlist(name) for name in request.args}
    return {
        "resource": call.resource_path,
        "path": call.path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in arguments.items()} or None,
        "multiValueQueryStringParameters": arguments or None,
        "pathParameters": call.parameters or None,
        "stageVariables": call.stage.variables or None,
        "requestContext": call.context(),
        "body": _body(call),
        "isBase64Encoded": bool(call.body) and call.binary,
    }


def _forwarded(call: Call) -> dict[str, list[str]]:
    """What the gateway says of the caller's side, whatever the caller said of it."""
    request = call.request
    port = request.host.partition(":")[2] or {"https": "443"}.get(request.scheme, "80")
    return {
        "X-Forwarded-For": [str(request.remote_addr)],
        "X-Forwarded-Port": [port],
        "X-Forwarded-Proto": [request.scheme],
    }


def _body(call: Call) -> str | None:
    if not call.body:
        return None
    return base64.b64encode(call.body).decode() if call.binary else call.body.decode(errors="replace")


def to_response(payload: bytes, call: Call) -> Response:
    """Turn the function's answer into a response.

    Raises:
        GatewayError: the answer has not the form that the proxy integration asks for.
    """
    try:
        answer = json.loads(payload)
        if not isinstance(answer, dict) or set(answer) - _MEMBERS:
            raise TypeError("not a proxy response")
        body = answer.get("body")
        if body is not None and not isinstance(body, str):
            raise TypeError("the body must be a text")
        content = _content(body or "", bool(answer.get("isBase64Encoded")), call)
        response = Response(content, status=int(answer["statusCode"]), headers=_headers(answer))
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error) as error:
        raise GatewayError("DEFAULT_5XX") from error
    if "Content-Type" not in _headers(answer):
        response.headers["Content-Type"] = "application/json"
    return response


_MEMBERS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}


def _content(text: str, encoded: bool, call: Call) -> bytes:
    """Decode a base64 body where the client accepts one of the API's binary media types."""
    accepted = call.request.headers.get("Accept", "*/*").partition(",")[0].partition(";")[0].strip()
    if encoded and matches(accepted, call.api.binaryMediaTypes):
        return base64.b64decode(text)
    return text.encode()


def _headers(answer: dict[str, Any]) -> Headers:
    headers = Headers()
    for name, value in (answer.get("headers") or {}).items():
        headers.set(name, _text(value))
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        headers.setlist(name, [_text(value) for value in values])
    return headers


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
