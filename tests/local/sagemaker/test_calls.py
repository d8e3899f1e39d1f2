"""Requests to a model's server."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from local.sagemaker.calls import call

pytestmark = pytest.mark.local


class Server(ThreadingHTTPServer):
    """Counts connections, and would keep them."""

    connections = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = False
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as serving:
        thread = Thread(target=serving.serve_forever)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


def test_every_request_has_its_own_connection_whatever_the_server_says(server: Server) -> None:
    for _ in range(3):
        answer = call("POST", f"http://127.0.0.1:{server.server_port}/invocations", body=b"1", seconds=5)
        assert answer.status == 200
    assert server.connections == 3
