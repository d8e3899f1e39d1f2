"""What is no HTTP, or HTTP that two servers might read in two ways, is refused and the connection ended."""

import pytest

from tests.containers.serving.client import connected, request
from tests.containers.serving.servers import Server

POST = b"POST /invocations HTTP/1.1\r\n"
WRONG = {
    "no request line": b"hello\r\n\r\n",
    "binary": bytes(range(256)),
    "TLS": bytes.fromhex("16030100a5010000a10303"),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "unknown method": b"FETCH /ping HTTP/1.1\r\n\r\n",
    "unknown version": b"GET /ping HTTP/9.1\r\n\r\n",
    "no version": b"GET /ping\r\n\r\n",
    "space in the target": b"GET /pi ng HTTP/1.1\r\n\r\n",
    "NUL in the target": b"GET /pi\0ng HTTP/1.1\r\n\r\n",
    "NUL in a header": POST + b"Accept: a\0b\r\n\r\n",
    "NUL in a header's name": POST + b"Acc\0ept: a\r\n\r\n",
    "header without a colon": POST + b"nonsense\r\n\r\n",
    "header without a name": POST + b": value\r\n\r\n",
    "space before the colon": POST + b"Content-Length : 1\r\n\r\nx",
    "folded header": POST + b"Accept: a\r\n b\r\n\r\n",
    "bare CR": POST + b"Accept: a\rb\r\n\r\n",
    "negative length": POST + b"Content-Length: -1\r\n\r\n",
    "signed length": POST + b"Content-Length: +1\r\n\r\nx",
    "hexadecimal length": POST + b"Content-Length: 0x1\r\n\r\nx",
    "no number": POST + b"Content-Length: one\r\n\r\n",
    "empty length": POST + b"Content-Length:\r\n\r\n",
    "length of 30 digits": POST + b"Content-Length: 100000000000000000000000000000\r\n\r\n",
    "list of lengths": POST + b"Content-Length: 1, 1\r\n\r\nx",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "the same length twice": POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
    "length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "unknown encoding": POST + b"Transfer-Encoding: gzip\r\n\r\n",
    "chunked is not last": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "chunked twice": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "misspelt encoding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": b"POST /invocations HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunk without a size": POST + b"Transfer-Encoding: chunked\r\n\r\n\r\nx\r\n0\r\n\r\n",
    "negative chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n",
    "chunk longer than it says": POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n",
    "chunk size of 20 digits": POST + b"Transfer-Encoding: chunked\r\n\r\n11111111111111111111\r\nx\r\n0\r\n\r\n",
    "line ends without CR": POST + b"Transfer-Encoding: chunked\r\n\r\n1\nx\n0\n\n",
}


@pytest.mark.parametrize("sent", WRONG.values(), ids=WRONG.keys())
def test_malformed_request_is_told_and_the_connection_ended(server: Server, sent: bytes) -> None:
    with connected(server.port) as client:
        client.send(sent + request(b"smuggled"))
        answer = client.answer()
        assert (answer.status, answer.headers["connection"]) == (400, "close")
        assert answer.reason.startswith(("this is not HTTP/1.1: ", "Transfer-Encoding needs"))
        assert client.closed()


def test_header_that_is_too_large_is_told(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"x", f"X-Large: {'x' * 70_000}"))
        assert client.answer().status == 431
        assert client.closed()


def test_headers_that_are_too_many_are_told(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"x", *[f"X-{number}: x" for number in range(1000)]))
        assert client.answer().status == 431
        assert client.closed()


def test_head_that_never_ends_is_told(server: Server) -> None:
    with connected(server.port) as client:
        client.send(b"GET /ping HTTP/1.1\r\nX-Large: ", *[b"x" * 1000] * 400)
        assert client.answer().status == 431
        assert client.closed()


def test_large_body_before_a_head_that_comes_in_pieces_does_not_count(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"x" * 200_000) + b"GET /ping HT", b"TP/1.1\r\n", b"\r\n")
        assert [client.answer().status, client.answer().status] == [200, 200]


def test_hundred_headers_are_fine(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"x", *[f"X-Header-{number}: {'x' * 100}" for number in range(100)]))
        assert client.answer().status == 200


def test_target_that_is_too_long_is_told(server: Server) -> None:
    with connected(server.port) as client:
        client.send(b"GET /", *[b"x" * 1000] * 9)
        assert client.answer().status == 414
        assert client.closed()


def test_line_ends_before_a_request_are_skipped(server: Server) -> None:
    with connected(server.port) as client:
        client.send(b"\r\n\r\n" + request(b"x") + b"\r\n" + request(b"y"))
        assert [client.answer().json()["start"] for _ in range(2)] == ["x", "y"]
