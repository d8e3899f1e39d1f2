"""The demo's caller against a server that answers as the deployed API does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest

from local.demo.api import Api, Refused

pytestmark = pytest.mark.local


class Server(ThreadingHTTPServer):
    """Variant b answers every tenth request; every fifth is throttled first; a row with `bad` is refused."""

    numbers = count(1)

    def reply(self, body: bytes, pinned: str | None) -> tuple[int, dict[str, object]]:
        number = next(self.numbers)
        if number % 5 == 0:
            return 429, {"title": "Too many requests"}
        if b"bad" in body:
            return 400, {"title": "Bad request", "detail": "row 1: bad is no feature"}
        variant = pinned or ("b" if number % 10 == 1 else "a")
        return 200, {"predictions": [1.5 if variant == "a" else 2.5], "variant": variant}


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        status, document = self.server.reply(body, self.headers["x-variant"])
        sent = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        yield Api(f"http://127.0.0.1:{server.server_port}", "key", "boston")
        server.shutdown()


def test_every_answer_is_counted_once_and_what_is_throttled_is_sent_again(api: Api) -> None:
    totals = [sum(answered.values()) for answered in api.ask({"rm": 6}, 40)]
    assert totals == list(range(1, 41))


def test_variants_are_counted_by_who_answered(api: Api) -> None:
    (*_, answered) = api.ask({"rm": 6}, 40)
    assert set(answered) == {"a", "b"}
    assert answered["a"] > answered["b"] > 0


def test_pinned_variant_answers(api: Api) -> None:
    assert [api.predict({"rm": 6}, variant).value for variant in ("a", "b")] == [1.5, 2.5]


def test_refusal_tells_the_apis_own_words(api: Api) -> None:
    with pytest.raises(Refused, match=r"400.*bad is no feature"):
        list(api.ask({"bad": 6}, 40))
