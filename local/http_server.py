"""The HTTP server: one thread per connection, HTTP/1.1 with keep-alive, on the loopback interface only.

Calls nest here: the API calls a Lambda, which calls an endpoint, which answers from a model; a state machine
calls the very server that runs it. A server with a bounded pool of threads stands still once the outer calls
hold them all, so each connection has its own. Werkzeug's own handler closes every connection and waits 10 ms
for stray input; this one reads the body first and then keeps the connection.
"""

import io
import logging
import socket
import tempfile
from collections.abc import Callable, Iterable
from typing import IO, Any, cast

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

LOG = logging.getLogger(__name__)

WsgiApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]

_IN_MEMORY = 16 * 1024 * 1024
_CHUNK = 1024 * 1024
_BACKLOG = 1024
_WITHOUT_BODY = (204, 304)


class PortTakenError(OSError):
    """Another program listens on the port; the message says how to mend it."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} is taken by another program: stop it, or choose another, as in TRAINYARD_PORT=4567"
        )


def listen(port: int) -> socket.socket:
    """Bind the loopback interface.

    Raises:
        PortTakenError: another program listens there.
    """
    try:
        return socket.create_server(("127.0.0.1", port), backlog=_BACKLOG)
    except OSError as error:
        raise PortTakenError(port) from error


def make_server(listener: socket.socket, application: WsgiApplication) -> ThreadedWSGIServer:
    """Return a server of `application` on a socket that already listens."""
    host, port = listener.getsockname()
    server = ThreadedWSGIServer(host, port, application, handler=Handler, fd=listener.fileno())
    server.daemon_threads = True
    server.block_on_close = False
    return server


class Handler(MotoRequestHandler):
    """Reads a whole request, answers it, and leaves the connection ready for the next."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024

    def run_wsgi(self) -> None:
        """Answer one request."""
        self.environ = self.make_environ()
        try:
            self._read_body()
            status, headers, body = self._call()
        except (ConnectionError, TimeoutError):
            self.close_connection = True
            return
        except NotImplementedError as error:
            LOG.warning("%s %s: %s", self.command, self.path, error)
            status, headers, body = _not_implemented(self.environ.get("CONTENT_TYPE", ""))
        except Exception:
            LOG.exception("%s %s failed", self.command, self.path)
            status, headers, body = _internal_error()
        self._write(status, headers, body)

    def handle_expect_100(self) -> bool:
        """Ask for the body; the write buffer must not hold the question back."""
        answered = super().handle_expect_100()
        self.wfile.flush()
        return answered

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log each request at debug level only."""
        LOG.debug("%s %s %s", self.command, self.path, code)

    def _read_body(self) -> None:
        environ = self.environ
        if environ.pop("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            body, length = _spool(environ["wsgi.input"], None)
        else:
            body, length = _spool(self.rfile, int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = body
        if length or "CONTENT_LENGTH" in environ:
            environ["CONTENT_LENGTH"] = str(length)

    def _call(self) -> tuple[str, list[tuple[str, str]], bytes]:
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            started[:] = [status, headers]

        answer = self.server.app(self.environ, cast(Any, start_response))
        try:
            body = b"".join(answer)
        finally:
            close = getattr(answer, "close", None)
            if close:
                close()
        return started[0], started[1], body

    def _write(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        bodyless = self.command == "HEAD" or int(code) in _WITHOUT_BODY
        for name, value in headers:
            if name.lower() not in {"connection", "transfer-encoding", "server", "date"}:
                self.send_header(name, value)
        if not bodyless and not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        try:
            self.end_headers()
            if not bodyless:
                self.wfile.write(body)
            self.wfile.flush()
        except ConnectionError:
            self.close_connection = True


def _spool(source: Any, length: int | None) -> tuple[IO[bytes], int]:
    """Copy `length` bytes (all, when None) from `source` to memory, or to a file when there are many."""
    if length == 0:
        return io.BytesIO(), 0
    spooled: IO[bytes] = (
        io.BytesIO()
        if length is not None and length <= _IN_MEMORY
        else cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115  the request owns it
    )
    copied = 0
    while length is None or copied < length:
        chunk = source.read(_CHUNK if length is None else min(_CHUNK, length - copied))
        if not chunk:
            break
        spooled.write(chunk)
        copied += len(chunk)
    if length is not None and copied < length:
        raise ConnectionError("the client hung up before the end of the body")
    spooled.seek(0)
    return spooled, copied


def _not_implemented(asked: str) -> tuple[str, list[tuple[str, str]], bytes]:
    """Clients do not repeat a 501, as they would a 500; those of the query protocol (IAM, STS) read XML."""
    message = b"The embedded AWS does not have this operation."
    if asked.startswith("application/x-www-form-urlencoded"):
        error = b"<Error><Code>NotImplemented</Code><Message>%s</Message></Error>" % message
        return "501 Not Implemented", [("Content-Type", "text/xml")], b"<ErrorResponse>%s</ErrorResponse>" % error
    body = b'{"__type":"NotImplemented","message":"%s"}' % message
    return "501 Not Implemented", [("Content-Type", "application/json")], body


def _internal_error() -> tuple[str, list[tuple[str, str]], bytes]:
    body = b'{"__type":"InternalFailure","message":"The embedded AWS failed; see its log."}'
    return "500 Internal Server Error", [("Content-Type", "application/json")], body
