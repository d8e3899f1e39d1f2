"""One function from request to answer, as the serving kernel asks for it, with the error bodies of AWS's toolkits."""

import json
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from serving import Answer

from framework.problems import RequestProblem

log = logging.getLogger(__name__)

Invoke = Callable[[bytes, str, str], Answer]
JSON = "application/json"


class FunctionService:
    """A service around `invoke`, which takes body, media type and wished media type.

    Args:
        invoke: what it raises besides RequestProblem is the model's fault: 500.
        inline_bytes: bodies up to this size are answered on the event loop; 0: a user's code, in the thread.
        default_accept: what is written for a caller who does not say.
        default_content: what is read from a caller who does not say.
        parameters: the answer to `/execution-parameters`; 404 without.
    """

    def __init__(
        self,
        invoke: Invoke,
        *,
        inline_bytes: int,
        default_accept: str = JSON,
        default_content: str = JSON,
        parameters: Any = None,
    ) -> None:
        self.inline_bytes = inline_bytes
        self._invoke = invoke
        self._accept = default_accept
        self._content = default_content
        self._parameters = None if parameters is None else json.dumps(parameters).encode()

    def invoke(self, body: bytes, content_type: str, accept: str) -> Answer:
        """Answer one request."""
        wished = self._accept if accept in ("", "*/*") else accept
        try:
            return self._invoke(body, content_type or self._content, wished)
        except RequestProblem as problem:
            log.warning("%d %s: %s", problem.status, problem.name, problem)
            return _told(problem.status, problem.name, str(problem))
        except Exception as error:  # whatever a user's functions raise
            log.exception("a request failed")
            return _told(500, type(error).__name__, str(error))

    def refused(self, status: int, reason: str) -> Answer:
        """Return what the kernel refuses in the form of the other errors: `NotFound`, and why."""
        return _told(status, HTTPStatus(status).phrase.title().replace(" ", ""), reason)

    def execution_parameters(self) -> bytes | None:
        """Return JSON for batch transform."""
        return self._parameters


def _told(status: int, name: str, text: str) -> Answer:
    return Answer(json.dumps({"error": name, "error-message": text}).encode(), JSON, status)
