"""Gateway responses: the answer to a `GatewayError`, in the shape that the API gives it."""

from typing import Any

from werkzeug.wrappers import Response

from local.gateway.call import Call
from local.gateway.errors import GatewayError
from local.gateway.templates import error_context, render

_DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'
_HEADER = "gatewayresponse.header."


def answer(call: Call, error: GatewayError) -> Response:
    """Return the API's response for an error, or AWS's default."""
    call.error_kind = error.kind
    custom = _custom(call.api, error)
    context = {**call.context(), "error": error_context(error.kind, error.message, error.validation)}
    media_type, template = _template(call, custom)
    status = int(custom.status_code) if custom is not None and custom.status_code else error.status
    response = Response(render(template, context), status=status, content_type=media_type)
    response.headers["x-amzn-ErrorType"] = _error_type(error.kind)
    for name, value in ((custom.response_parameters if custom else None) or {}).items():
        response.headers[name.removeprefix(_HEADER)] = _value(value, call, context)
    return response


def _custom(api: Any, error: GatewayError) -> Any:
    family = "DEFAULT_4XX" if error.status < 500 else "DEFAULT_5XX"
    return api.gateway_responses.get(error.kind) or api.gateway_responses.get(family)


def _template(call: Call, custom: Any) -> tuple[str, str]:
    templates = (custom.response_templates if custom else None) or {}
    for media_type, _ in call.request.accept_mimetypes:
        if media_type in templates:
            return media_type, templates[media_type]
    return "application/json", templates.get("application/json") or _DEFAULT_TEMPLATE


def _value(value: str, call: Call, context: dict[str, Any]) -> str:
    """Evaluate a header: a text in single quotes, a header of the request, or a context variable."""
    if value.startswith("'"):
        return value.strip("'")
    if value.startswith("method.request.header."):
        return call.request.headers.get(value.removeprefix("method.request.header."), "")
    return render(f"${value}", context)


def _error_type(kind: str) -> str:
    known = {
        "INVALID_API_KEY": "ForbiddenException",
        "MISSING_AUTHENTICATION_TOKEN": "MissingAuthenticationTokenException",
        "THROTTLED": "TooManyRequestsException",
        "QUOTA_EXCEEDED": "LimitExceededException",
        "BAD_REQUEST_BODY": "BadRequestException",
        "BAD_REQUEST_PARAMETERS": "BadRequestException",
        "REQUEST_TOO_LARGE": "RequestTooLargeException",
        "UNSUPPORTED_MEDIA_TYPE": "UnsupportedMediaTypeException",
    }
    return known.get(kind, "InternalServerErrorException")
