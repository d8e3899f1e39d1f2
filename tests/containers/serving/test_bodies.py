"""How large a body may be, and how it may come."""

import socket

import pytest

from tests.containers.serving.client import Client, ask, chunked, connected, request
from tests.containers.serving.conftest import LIMIT
from tests.containers.serving.servers import Server


def test_chunks_are_one_body(server: Server) -> None:
    with connected(server.port) as client:
        assert client.send(chunked(b"ab", b"c" * 5000, b"d")).answer().json()["length"] == 5003
        assert client.send(chunked()).answer().json()["length"] == 0
        assert client.send(request(b"x")).answer().json()["start"] == "x"


def test_trailer_and_chunk_extension_change_nothing(server: Server) -> None:
    head = b"POST /invocations HTTP/1.1\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n"
    with connected(server.port) as client:
        client.send(head + b"1;name=value\r\nx\r\n0\r\nContent-Type: evil\r\nConnection: close\r\n\r\n")
        assert client.answer().json()["content_type"] == "a/b"


@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT])
def test_body_up_to_the_limit_is_taken(server: Server, size: int) -> None:
    assert ask(server.port, b"x" * size).json()["length"] == size
    with connected(server.port) as client:
        half = size // 2
        assert client.send(chunked(b"x" * half, b"x" * (size - half))).answer().json()["length"] == size


def test_announced_body_over_the_limit_is_refused_before_it_is_sent(server: Server) -> None:
    with connected(server.port) as client:
        client.send(b"POST /invocations HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (LIMIT + 1))
        answer = client.answer()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert answer.reason == f"the body is larger than {LIMIT} bytes"
        assert client.closed()


@pytest.mark.parametrize("target", ["/invocations", "/ping", "/nothing"])
def test_client_that_sends_too_much_sees_the_answer_and_no_reset(server: Server, target: str) -> None:
    with connected(server.port) as client:
        client.send(request(b"x" * (20 * LIMIT), target=target))
        assert client.answer().status == 413
        assert client.closed()


def test_chunks_over_the_limit_are_refused_when_they_are(server: Server) -> None:
    with connected(server.port) as client:
        client.send(b"POST /invocations HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(LIMIT // 65536 + 1):
            client.send(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        assert client.answer().status == 413


@pytest.mark.parametrize("length", ["99999999999", "18446744073709551615"])
def test_absurd_lengths_are_too_large(server: Server, length: str) -> None:
    with connected(server.port) as client:
        client.send(f"POST /invocations HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode())
        assert client.answer().status == 413


def expecting(client: Client, body: bytes) -> bytes:
    head = b"POST /invocations HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    client.send(head % len(body))
    client.socket.settimeout(5)
    return client._file.readline()


def test_client_that_waits_for_a_word_gets_it(server: Server) -> None:
    with connected(server.port) as client:
        assert expecting(client, b"x" * 2000) == b"HTTP/1.1 100 Continue\r\n"
        assert client._file.readline() == b"\r\n"
        assert client.send(b"x" * 2000).answer().json()["length"] == 2000


def test_client_that_waits_is_refused_at_once_where_its_body_is_too_large(server: Server) -> None:
    with connected(server.port) as client:
        assert expecting(client, b"x" * (LIMIT + 1)).startswith(b"HTTP/1.1 413 ")


def test_client_gets_the_word_after_the_answers_before(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"sleep 0.1" + b" " * 2000))
        client.send(b"POST /invocations HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        assert client.answer().json()["start"].startswith("sleep")
        assert client._file.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert client._file.readline() == b"\r\n"
        assert client.send(b"x").answer().json()["start"] == "x"


def test_http_1_0_gets_no_word(server: Server) -> None:
    with connected(server.port) as client:
        client.send(b"POST /invocations HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        client.socket.settimeout(0.2)
        with pytest.raises(socket.timeout):
            client.socket.recv(1, socket.MSG_PEEK)


def test_client_that_does_not_wait_for_the_word_is_answered_too(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"x", "Expect: 100-continue"))
        assert client.answer().status == 100
        assert client.answer().status == 200
