"""A server on loopback that keeps what it was sent and answers what it was told, once per request."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Sent:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Wire:
    url: str
    sent: list[Sent] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    connections: int = 0

    def answer(self, body: bytes = b"{}", status: int = 200, **headers: str) -> "Wire":
        self.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}, body))
        return self


@contextmanager
def wire() -> Iterator[Wire]:
    """A header `X-Test: cut` ends the connection before the answer, `short` in the middle, `slow` waits a second."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            made.connections += 1

        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            made.sent.append(Sent(self.command, self.path, headers, body))
            status, told, answer = made.answers.pop(0)
            how = told.pop("X-Test", "")
            if how == "slow":
                stop.wait(1)
            self.close_connection = bool(how)
            if how == "cut":
                return
            self.send_response(status)
            for name, value in told.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer) + (how == "short")))
            self.end_headers()
            self.wfile.write(answer)
            self.close_connection = self.close_connection or told.get("Connection") == "close"

        do_GET = do_POST = do_PUT = do

        def log_message(self, *_: object) -> None:
            pass

    stop = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Wire(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
