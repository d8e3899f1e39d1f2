"""Which request is which: the three routes, and the answers that need no model."""

from typing import NamedTuple
from urllib.parse import urlsplit

from serving.service import Answer, Service, refused

INVOCATIONS = b"/invocations"


class Reply(NamedTuple):
    """An answer that needs no model.

    Args:
        answer: the answer.
        extra: header lines.
        head: the request was HEAD: without the body.
        linger: the client may still be sending what nobody reads.
    """

    answer: Answer
    extra: bytes = b""
    head: bool = False
    linger: bool = False


class Routes:
    """The routes around one service."""

    __slots__ = ("_fixed", "_service")

    def __init__(self, service: Service) -> None:
        self._service = service
        healthy = Answer(b"", "", 200)
        self._fixed = {
            (b"GET", b"/ping"): Reply(healthy),
            (b"HEAD", b"/ping"): Reply(healthy, head=True),
        }

    def find(self, method: bytes, target: bytes) -> Reply | None:
        """Return the answer; None: ask the model."""
        if method == b"POST" and target == INVOCATIONS:
            return None
        return self._fixed.get((method, target)) or self._search(method, _path(target))

    def _search(self, method: bytes, path: bytes) -> Reply | None:
        head = method == b"HEAD"
        if path == INVOCATIONS:
            return None if method == b"POST" else self._not_allowed(method, path, b"POST")
        if path == b"/ping":
            allowed = method in (b"GET", b"HEAD")
            return self._fixed[method, path] if allowed else self._not_allowed(method, path, b"GET, HEAD")
        parameters = self._service.execution_parameters() if path == b"/execution-parameters" else None
        if parameters is None:
            return Reply(refused(self._service, 404, f"there is nothing at {_shown(path)}"), head=head)
        if not head and method != b"GET":
            return self._not_allowed(method, path, b"GET, HEAD")
        return Reply(Answer(parameters), head=head)

    def _not_allowed(self, method: bytes, path: bytes, allowed: bytes) -> Reply:
        reason = f"{method.decode('latin-1')} is not answered at {_shown(path)}; use {allowed.decode()}"
        answer = refused(self._service, 405, reason)
        return Reply(answer, b"Allow: %b\r\n" % allowed, method == b"HEAD")


def _path(target: bytes) -> bytes:
    """Strip the query, and what a client that believes in a proxy sends: RFC 9112, 3.2.2."""
    if not target.startswith(b"/"):
        try:
            return urlsplit(target).path or b"/"
        except ValueError:
            return target
    return target.partition(b"?")[0]


def _shown(path: bytes) -> str:
    text = path[:100].decode("latin-1")
    return text if len(path) <= 100 else text + "..."
