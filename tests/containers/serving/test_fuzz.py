"""The same bytes in any pieces get the same answers, and no bytes at all hurt the server."""

import random
import socket
import time
from collections.abc import Iterator

import pytest

from tests.containers.serving.client import Client, ask, chunked, connected, request
from tests.containers.serving.servers import Server

SEED = 28
REQUESTS = (
    request(b"one", "Content-Type: text/csv", "Accept: a/b")
    + chunked(b"two ", b"and more")
    + request(method="GET", target="/ping?x=1")
    + request(b"", method="GET", target="/nothing")
    + request(b"POST /invocations HTTP/1.1\r\n\r\n", "Connection: Upgrade", "Upgrade: h2c")
    + request(b"refuse it", "Accept: a", "Accept: b", "Expect: 100-continue")
    + b"POST /invocations HTTP/1.0\r\ncontent-length: 4\r\n\r\nlast"
)


def answers(client: Client) -> list[tuple[int, bytes]]:
    """Return all answers up to the end of the connection, without those that only say to go on."""
    received: list[tuple[int, bytes]] = []
    while True:
        try:
            answer = client.answer()
        except EOFError:
            return received
        if answer.status != 100:
            received.append((answer.status, answer.body))


def whole(server: Server) -> list[tuple[int, bytes]]:
    with connected(server.port) as client:
        return answers(client.send(REQUESTS))


def test_requests_cut_at_any_byte_get_the_same_answers(server: Server) -> None:
    expected = whole(server)
    assert [status for status, _ in expected] == [200, 200, 200, 404, 200, 422, 200]
    for cut in range(1, len(REQUESTS)):
        with connected(server.port) as client:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            assert answers(client.send(REQUESTS[:cut], REQUESTS[cut:])) == expected


def test_requests_in_random_pieces_get_the_same_answers(server: Server) -> None:
    expected = whole(server)
    chance = random.Random(SEED)
    for _ in range(100):
        cuts = sorted(chance.sample(range(1, len(REQUESTS)), chance.randint(1, 40)))
        pieces = [REQUESTS[a:b] for a, b in zip([0, *cuts], [*cuts, len(REQUESTS)], strict=True)]
        with connected(server.port) as client:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            assert answers(client.send(*pieces)) == expected


def test_one_byte_at_a_time_gets_the_same_answers(server: Server) -> None:
    expected = whole(server)
    with connected(server.port) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert answers(client.send(*[bytes([byte]) for byte in REQUESTS])) == expected


def rubbish() -> Iterator[bytes]:
    chance = random.Random(SEED)
    for _ in range(150):
        yield chance.randbytes(chance.randint(1, 3000))
    for _ in range(300):
        damaged = bytearray(REQUESTS)
        for _ in range(chance.randint(1, 8)):
            place = chance.randrange(len(damaged))
            match chance.randrange(4):
                case 0:
                    damaged[place] = chance.randrange(256)
                case 1:
                    del damaged[place : place + chance.randint(1, 20)]
                case 2:
                    damaged[place:place] = chance.randbytes(chance.randint(1, 20))
                case 3:
                    damaged[place:place] = damaged[chance.randrange(len(damaged)) :]
        yield bytes(damaged)


def test_rubbish_is_answered_by_errors_and_the_connection_ends(server: Server) -> None:
    """Each client gets whole answers, at most the last of them an error of the connection, and no reset."""
    failed = server.log.count("Traceback")
    for sent in rubbish():
        with connected(server.port) as client:
            client.send(sent)
            client.socket.shutdown(socket.SHUT_WR)
            statuses = [status for status, _ in answers(client)]
        assert set(statuses) <= {200, 400, 404, 405, 408, 413, 414, 422, 431}, sent
        assert all(status in (200, 404, 405, 422) for status in statuses[:-1]), sent
    assert server.log.count("Traceback") == failed
    assert ask(server.port, b"x").status == 200


def test_client_that_does_not_stop_sending_rubbish_is_cut_off(server: Server) -> None:
    def send_on() -> None:
        for _ in range(1000):
            client.send(b"rubbish" * 1000)
            time.sleep(0.01)

    with connected(server.port) as client, pytest.raises(ConnectionError):
        send_on()
