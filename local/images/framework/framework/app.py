"""SageMaker's routes as a WSGI application around one function."""

import json
import logging
import traceback
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from framework.handlers import Answer, RequestProblem

log = logging.getLogger(__name__)

Environ = dict[str, Any]
Invoke = Callable[[bytes, str, str], Answer]
JSON = "application/json"


class Application:
    """`/ping`, `/invocations` and, where the image knows its own, `/execution-parameters`.

    Args:
        invoke: takes body, media type and wished media type.
        default_accept: what is written for a caller who does not say.
        default_content: what is read from a caller who does not say.
        limit: bytes of the largest body that is read.
        parameters: the answer to `/execution-parameters`; 404 without.
    """

    def __init__(
        self,
        invoke: Invoke,
        *,
        default_accept: str = JSON,
        default_content: str = JSON,
        limit: int,
        parameters: Callable[[], Any] | None = None,
    ) -> None:
        self._invoke = invoke
        self._accept = default_accept
        self._content = default_content
        self._limit = limit
        self._parameters = parameters

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._answer(environ)
        status = HTTPStatus(answer.status)
        headers = [("Content-Type", answer.media_type), ("Content-Length", str(len(answer.body)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [answer.body]

    def _answer(self, environ: Environ) -> Answer:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if path == "/ping" and method in ("GET", "HEAD"):
            return Answer(200, JSON, b"")
        if path == "/execution-parameters" and method == "GET" and self._parameters:
            return Answer(200, JSON, json.dumps(self._parameters()).encode())
        if path != "/invocations":
            return _problem(404, "NotFound", f"there is nothing at {path}")
        if method != "POST":
            return _problem(405, "MethodNotAllowed", f"{method} is not answered at {path}")
        return self._invocation(environ)

    def _invocation(self, environ: Environ) -> Answer:
        media_type = environ.get("CONTENT_TYPE") or self._content
        accept = environ.get("HTTP_ACCEPT") or ""
        try:
            body = self._body(environ)
            return self._invoke(body, media_type, self._accept if accept in ("", "*/*") else accept)
        except RequestProblem as problem:
            log.warning("%d %s: %s", problem.status, problem.name, problem)
            return _problem(problem.status, problem.name, str(problem))
        except Exception as error:  # whatever the user's functions raise
            log.error("%s", traceback.format_exc())
            return _problem(500, type(error).__name__, str(error))

    def _body(self, environ: Environ) -> bytes:
        stream = environ["wsgi.input"]
        body = bytes(stream.read(self._limit + 1))
        if len(body) > self._limit:
            raise RequestProblem(413, ValueError(f"the body is larger than {self._limit} bytes"))
        return body


def _problem(status: int, name: str, text: str) -> Answer:
    return Answer(status, JSON, json.dumps({"error": name, "error-message": text}).encode())
