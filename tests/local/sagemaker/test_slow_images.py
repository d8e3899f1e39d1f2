"""An image that is long in coming: what it takes to get it is not the container's time to start."""

import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.runtime.interface import Handle, Launch, LogLine, Runtime
from local.sagemaker.servers import ModelServer

pytestmark = pytest.mark.unit


class Healthy(http.server.BaseHTTPRequestHandler):
    """Answers every ping."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class Server(Handle):
    def __init__(self, url: str) -> None:
        self._url = url
        self._ended = threading.Event()

    @property
    def url(self) -> str:
        return self._url

    def wait(self, timeout: float | None = None) -> int | None:
        return 0 if self._ended.wait(timeout) else None

    def stop(self, grace: float = 1.0) -> None:
        self._ended.set()


class SlowRuntime(Runtime):
    """Has its image after some seconds; the server in it may answer or not."""

    name = "slow"

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url
        self._seconds = seconds

    def start(self, launch: Launch, log: LogLine) -> Handle:
        time.sleep(self._seconds)
        return Server(self._url)

    def close(self) -> None:
        pass


@pytest.fixture
def healthy() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Healthy)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def wait(url: str, folder: Path, *, image_takes: float, allowed: float) -> str:
    launch = Launch(name="test", image="x:1", base_dir=folder, serves=True)
    server = ModelServer(SlowRuntime(url, image_takes), launch, lambda _: None)
    server.start()
    try:
        return server.wait_healthy(time.monotonic() + allowed, threading.Event())
    finally:
        server.stop(0.1)


def test_getting_the_image_does_not_count(healthy: str, tmp_path: Path) -> None:
    assert wait(healthy, tmp_path, image_takes=1.5, allowed=1.0) == ""


def test_a_container_that_does_not_answer_in_its_time_is_given_up(tmp_path: Path) -> None:
    assert wait("http://127.0.0.1:9", tmp_path, image_takes=0.3, allowed=0.5) == "ping"
