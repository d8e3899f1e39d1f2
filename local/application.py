"""Who answers a request: the API gateway, our SageMaker, the health page, or moto for everything else."""

import json
import re
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any, Protocol

from werkzeug.wrappers import Request, Response

from local.access.record import Recorder
from local.persistence import requests
from local.persistence.gate import Gate
from local.settings import Settings

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
Health = Callable[[], dict[str, Any]]

HEALTH = "/_trainyard/health"
_INVOCATIONS = re.compile(r"/endpoints/[^/]+/(async-)?invocations(-response-stream)?$")
_EXECUTE_API_HOST = re.compile(r"^([a-z0-9]+)\.execute-api\.")


class Service(Protocol):
    """A service of the embedded AWS that answers whole requests."""

    def handle(self, request: Request) -> Response:
        """Answer one request."""

    def close(self) -> None:
        """Stop everything that the service runs."""


class Application:
    """The WSGI application of the whole embedded AWS."""

    def __init__(
        self,
        *,
        settings: Settings,
        sagemaker: Service,
        gateway: Service,
        moto: Wsgi,
        gate: Gate,
        health: Health,
        calls: Recorder,
    ) -> None:
        self._settings = settings
        self._sagemaker = sagemaker
        self._gateway = gateway
        self._moto = moto
        self._gate = gate
        self._told = health
        self._calls = calls

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Route one request."""
        self._calls.hear(environ)
        path = environ.get("PATH_INFO", "")
        if path == HEALTH:
            return self._health()(environ, start_response)
        if path.startswith("/_aws/execute-api/") or _EXECUTE_API_HOST.match(environ.get("HTTP_HOST", "")):
            return self._gateway.handle(Request(environ))(environ, start_response)
        if _is_sagemaker(environ, path):
            return self._sagemaker.handle(Request(environ))(environ, start_response)
        if requests.runs_code(environ):
            self._gate.changed()
            return self._moto(environ, start_response)
        with self._gate.shared(changes=requests.may_change(environ)):
            return self._moto(environ, start_response)

    def _health(self) -> Response:
        body = {
            "services": {"aws": "ready", "sagemaker": "ready", "execute-api": "ready"},
            "version": version("trainyard"),
            "runtime": getattr(self._sagemaker, "runtime", self._settings.runtime),
            "home": str(self._settings.home),
            **self._told(),
        }
        return Response(json.dumps(body), mimetype="application/json")


def _is_sagemaker(environ: dict[str, Any], path: str) -> bool:
    if environ.get("HTTP_X_AMZ_TARGET", "").startswith("SageMaker."):
        return True
    return environ.get("REQUEST_METHOD") == "POST" and bool(_INVOCATIONS.fullmatch(path))
