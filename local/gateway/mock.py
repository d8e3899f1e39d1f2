"""The MOCK integration: the answer is configuration. It is what CORS preflights are made of."""

import json
import re
from typing import Any

from werkzeug.wrappers import Response

from local.gateway.call import Call
from local.gateway.errors import GatewayError

_HEADER = "method.response.header."


def answer(call: Call) -> Response:
    """Return the integration response that the request template's status selects.

    Raises:
        GatewayError: the media type has no template and may not pass, or no status is configured.
    """
    integration = call.method.method_integration
    template = _template(call, integration)
    status = _status(template)
    selected = _select(integration.integration_responses or {}, status)
    if selected is None:
        raise GatewayError("DEFAULT_5XX")
    templates = selected.response_templates or {}
    media_type = next(iter(templates), "application/json")
    response = Response(templates.get(media_type) or "", status=int(selected.status_code), content_type=media_type)
    for name, value in (selected.response_parameters or {}).items():
        response.headers[name.removeprefix(_HEADER)] = value.strip("'")
    return response


def _template(call: Call, integration: Any) -> str:
    templates = integration.request_templates or {}
    if call.media_type in templates:
        return str(templates[call.media_type])
    behaviour = integration.passthrough_behaviour or "WHEN_NO_MATCH"
    if behaviour == "NEVER" or (behaviour == "WHEN_NO_TEMPLATES" and templates):
        raise GatewayError("UNSUPPORTED_MEDIA_TYPE")
    return call.body.decode(errors="replace")


def _status(template: str) -> str:
    try:
        return str(json.loads(template)["statusCode"])
    except (ValueError, KeyError, TypeError):
        found = re.search(r'"?statusCode"?\s*:\s*(\d{3})', template)
        if found is None:
            raise GatewayError("DEFAULT_5XX") from None
        return found.group(1)


def _select(responses: dict[str, Any], status: str) -> Any:
    for response in responses.values():
        if response.selection_pattern and re.fullmatch(response.selection_pattern, status):
            return response
    return next((response for response in responses.values() if not response.selection_pattern), None)
