"""Clients that are slow, that leave, or that do not take their answers; nobody else waits for them."""

import socket
import struct
import time
from pathlib import Path

import psutil
import pytest

from tests.containers.serving.client import ask, connected, request
from tests.containers.serving.servers import Server, until

HEAD = b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"


@pytest.mark.parametrize(
    ("first", "rest", "what"),
    [
        (b"POST /invo", b"c", "head"),
        (b"POST /invocations HTTP/1.1\r\n", b"X", "head"),
        (HEAD, b"x", "body"),
        (b"POST /invocations HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", b"1", "body"),
    ],
)
def test_client_that_is_slow_is_told(hasty: Server, first: bytes, rest: bytes, what: str) -> None:
    with connected(hasty.port) as client:
        client.send(first)
        for _ in range(3):
            time.sleep(0.2)
            client.send(rest)
            assert ask(hasty.port, b"x").status == 200
        answer = client.answer()
        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert answer.reason == f"the request's {what} took longer than 1 seconds"
        assert client.closed()


@pytest.mark.parametrize("first", [b"", b"\r\n", request(b"x")])
def test_idle_connection_is_closed_without_a_word(hasty: Server, first: bytes) -> None:
    with connected(hasty.port) as client:
        client.send(first)
        if len(first) > 2:
            assert client.answer().status == 200
        begin = time.monotonic()
        assert client.closed()
        assert 0.5 < time.monotonic() - begin < 5


def test_large_body_has_the_time_that_its_size_needs(hasty: Server) -> None:
    with connected(hasty.port) as client:
        client.send(b"POST /invocations HTTP/1.1\r\nContent-Length: 300000\r\n\r\n")
        for _ in range(10):
            client.send(b"x" * 30_000)
            time.sleep(0.3)
        assert client.answer().json()["length"] == 300_000


@pytest.mark.parametrize("kind", [b"sleep 2.5", b"wait 2.5"])
def test_time_that_the_model_takes_is_not_the_clients(hasty: Server, kind: bytes) -> None:
    padding = b" " * 2000 if kind.startswith(b"sleep") else b""
    with connected(hasty.port) as client:
        assert client.send(request(kind + padding)).answer().status == 200
        assert client.send(request(b"x")).answer().status == 200


@pytest.mark.parametrize("reset", [True, False])
@pytest.mark.parametrize(
    "sent", [b"", b"POST /invo", HEAD, HEAD + b"x", request(b"sleep 0.2" + b" " * 2000), request(b"wait 0.2")]
)
def test_client_that_leaves_hurts_nobody(server: Server, sent: bytes, reset: bool) -> None:
    failures = server.log.count("Traceback")
    for _ in range(3):
        with connected(server.port) as client:
            client.send(sent)
            if reset:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert ask(server.port, b"x").status == 200
    assert ask(server.port, b"x" * 5000).status == 200
    assert server.log.count("Traceback") == failures
    assert "socket.send" not in server.log


def test_work_for_a_client_that_left_is_not_done(server: Server, tmp_path: Path) -> None:
    mark, other = tmp_path / "left", tmp_path / "stayed"
    with connected(server.port) as busy, connected(server.port) as leaving, connected(server.port) as staying:
        busy.send(request(b"sleep 0.5" + b" " * 2000))
        time.sleep(0.1)
        leaving.send(request(f"touch {mark}".encode() + b" " * 2000))
        staying.send(request(f"touch {other}".encode() + b" " * 2000))
        leaving.close()
        assert busy.answer().status == 200
        assert staying.answer().status == 200
    assert (mark.exists(), other.exists()) == (False, True)


def test_awaitable_of_a_client_that_left_is_cancelled(server: Server) -> None:
    with connected(server.port) as leaving:
        leaving.send(request(b"wait 61"))
        time.sleep(0.1)
    server.logged("61 cancelled")
    assert "Traceback" not in server.log.partition("61 cancelled")[2]


def connections(server: Server) -> int:
    return len([one for one in psutil.Process(server.process.pid).net_connections() if one.status == "ESTABLISHED"])


def test_client_that_takes_no_answers_is_not_read_and_let_go(hasty: Server) -> None:
    memory = memory_of(hasty)
    with connected(hasty.port) as client:
        client.socket.settimeout(3)
        with pytest.raises((socket.timeout, ConnectionError)):
            client.send(*[request(b"bytes 1000000")] * 100_000)
        assert memory_of(hasty) - memory < 100_000_000
        assert ask(hasty.port, b"x").status == 200
    until(lambda: connections(hasty) == 0)


def memory_of(server: Server) -> int:
    return int(psutil.Process(server.process.pid).memory_info().rss)


def test_client_that_takes_its_answer_slowly_gets_all_of_it(hasty: Server) -> None:
    with connected(hasty.port) as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.send(request(b"bytes 6000000", "Connection: close"))
        received = 0
        while part := client.socket.recv(500_000):
            received += len(part)
            time.sleep(0.05)
        assert received > 6_000_000
