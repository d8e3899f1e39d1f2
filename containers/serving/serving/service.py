"""What an image supplies: a service that turns the body of a request into an answer."""

import logging
from collections.abc import Awaitable
from typing import NamedTuple, Protocol

log = logging.getLogger(__name__)

FAILED = "the model failed on this input; see the log"


class Answer(NamedTuple):
    """What goes back."""

    body: bytes
    media_type: str = "application/json"
    status: int = 200


class Refusal(Exception):
    """A request that gets an error status; the text is the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Service(Protocol):
    """A loaded model.

    `inline_bytes`: bodies up to this size are answered on the event loop itself, larger ones in the worker's one
    thread, 0 means always there. Where it is not 0, `invoke` may run in both at once.

    Optional: `async def started(self)` and `async def stopped(self)`, in the worker's loop, before the first
    connection is taken and after the last answer.
    """

    inline_bytes: int

    def invoke(self, body: bytes, content_type: str, accept: str) -> Answer | Awaitable[Answer]:
        """Answer one request; headers as sent, "" where absent. What it raises besides Refusal is a 500."""

    def refused(self, status: int, reason: str) -> Answer:
        """Return an error in this image's own form."""

    def execution_parameters(self) -> bytes | None:
        """Return JSON for batch transform; None: 404."""


def failed(service: Service, error: BaseException) -> Answer:
    """Return the answer to a request that the service did not answer."""
    if isinstance(error, Refusal):
        return refused(service, error.status, str(error))
    log.error("a request failed", exc_info=error)
    return refused(service, 500, FAILED)


def refused(service: Service, status: int, reason: str) -> Answer:
    """Ask the service for the form of an error; plain text where even that fails."""
    try:
        return service.refused(status, reason)
    except Exception:
        log.exception("the form of an error could not be made")
        return Answer(reason.encode(), "text/plain; charset=utf-8", status)
