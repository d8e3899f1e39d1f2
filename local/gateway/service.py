"""API Gateway: answers calls of REST APIs that moto's backend holds.

A call passes: route, key and usage plan, validator, integration. Whatever refuses it raises a `GatewayError`,
which becomes the API's gateway response. Every answer carries the request's id and goes to the access log.
"""

import re
import time
from typing import Any

from moto.apigateway.models import apigateway_backends
from werkzeug.wrappers import Request, Response

from local.gateway import mock, proxy, responses, routes, validation
from local.gateway.call import Call
from local.gateway.errors import GatewayError
from local.gateway.keys import Keys
from local.gateway.templates import render
from local.lambdas.service import Lambdas
from local.settings import ACCOUNT, REGION, Settings

_PATH = re.compile(r"/_aws/execute-api/([^/]+)/([^/]+)(/.*)?$", re.DOTALL)
_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.")
_HOST_PATH = re.compile(r"/([^/]+)(/.*)?$", re.DOTALL)
_MAX_BODY = 10 * 1024 * 1024


class Gateway:
    """All REST APIs of the account and region."""

    def __init__(self, settings: Settings, lambdas: Lambdas, kept: dict[str, Any] | None = None) -> None:
        self._settings = settings
        self._lambdas = lambdas
        self._keys = Keys((kept or {}).get("used"))

    def handle(self, request: Request) -> Response:
        """Answer one call."""
        call = self._call(request)
        if call is None:
            return _forbidden()
        try:
            response = self._answer(call)
        except GatewayError as error:
            response = responses.answer(call, error)
        response.headers["x-amzn-RequestId"] = call.request_id
        response.headers["x-amz-apigw-id"] = call.context()["extendedRequestId"]
        self._log(call, response)
        return response

    def state(self) -> dict[str, Any]:
        """Return what the gateway counts, for `kept` of a later one; the buckets of the throttle start full."""
        return {"used": self._keys.used()}

    def close(self) -> None:
        """Nothing runs here: the workers are Lambda's."""

    def _call(self, request: Request) -> Call | None:
        place = _place(request)
        api = self._backend.apis.get(place[0]) if place else None
        stage = api.stages.get(place[1]) if api is not None and place else None
        if place is None or stage is None:
            return None
        return Call(request=request, api=api, stage=stage, path=place[2], body=request.get_data())

    def _answer(self, call: Call) -> Response:
        routes.resolve(call)
        self._keys.check(call, self._backend)
        if len(call.body) > _MAX_BODY:
            raise GatewayError("REQUEST_TOO_LARGE")
        validation.validate(call)
        started = time.monotonic()
        try:
            return self._integrate(call)
        finally:
            call.integration_ms = round((time.monotonic() - started) * 1000)

    def _integrate(self, call: Call) -> Response:
        integration = call.method.method_integration
        if integration is not None and integration.integration_type == "AWS_PROXY":
            return proxy.invoke(call, self._lambdas)
        if integration is not None and integration.integration_type == "MOCK":
            return mock.answer(call)
        raise GatewayError("DEFAULT_5XX")

    def _log(self, call: Call, response: Response) -> None:
        setting = call.stage.access_log_settings or {}
        group = setting.get("destinationArn", "").partition(":log-group:")[2].removesuffix(":*")
        if not group or "format" not in setting:
            return
        context = {
            **call.context(),
            "status": response.status_code,
            "responseLength": response.calculate_content_length() or 0,
            "responseLatency": round((time.time() - call.started) * 1000),
            "integrationLatency": call.integration_ms,
            "error": {"responseType": call.error_kind or None},
        }
        self._lambdas.logs.write(group, f"{call.api.id}_{call.stage.name}", [render(setting["format"], context, "-")])

    @property
    def _backend(self) -> Any:
        return apigateway_backends[ACCOUNT][REGION]


def _place(request: Request) -> tuple[str, str, str] | None:
    """Return the API, stage and path that a request names, in its path or its host name."""
    match = _PATH.match(request.path)
    if match:
        return match.group(1), match.group(2), match.group(3) or "/"
    host, path = _HOST.match(request.host), _HOST_PATH.match(request.path)
    return (host.group(1), path.group(1), path.group(2) or "/") if host and path else None


def _forbidden() -> Response:
    """Answer for an API or a stage that does not exist."""
    response = Response('{"message":"Forbidden"}', status=403, content_type="application/json")
    response.headers["x-amzn-ErrorType"] = "ForbiddenException"
    return response
