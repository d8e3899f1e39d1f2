"""Keep-alive, HTTP/1.0, pipelining, upgrades."""

import time
from contextlib import ExitStack

import pytest

from tests.containers.serving.client import ask, chunked, connected, request
from tests.containers.serving.servers import Server


def test_connection_is_kept(server: Server) -> None:
    with connected(server.port) as client:
        for number in range(50):
            answer = client.send(request(b"%d" % number)).answer()
            assert answer.json()["start"] == str(number)
            assert "connection" not in answer.headers


def test_connection_ends_where_the_client_says_so(server: Server) -> None:
    with connected(server.port) as client:
        answer = client.send(request(b"x", "Connection: close")).answer()
        assert answer.headers["connection"] == "close"
        assert client.closed()


def test_what_follows_the_last_request_is_not_answered(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"x", "Connection: close") + request(b"y"))
        assert client.answer().json()["start"] == "x"
        with pytest.raises((EOFError, ConnectionResetError)):
            client.answer()


@pytest.mark.parametrize("body", [b"x", b"x" * 5000])
def test_http_1_0_gets_one_answer(server: Server, body: bytes) -> None:
    with connected(server.port) as client:
        client.send(b"POST /invocations HTTP/1.0\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        answer = client.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert client.closed()


def test_http_1_0_may_ask_to_keep_the_connection(server: Server) -> None:
    with connected(server.port) as client:
        for _ in range(3):
            client.send(b"GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            assert client.answer().headers["connection"] == "keep-alive"


def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    bodies = [b"0", b"1" + b" " * 3000, b"2", b"wait 0.1", b"4", b"sleep 0.1" + b" " * 3000, b"6", b"raise it", b"8"]
    ping = request(method="GET", target="/ping")
    with connected(server.port) as client:
        client.send(b"".join(request(body) + ping for body in bodies))
        answers = []
        for _ in bodies:
            answers.append(client.answer())
            assert client.answer().body == b""
    assert [answer.status for answer in answers] == [200] * 7 + [500, 200]
    starts = [answer.json()["start"][0] for answer in answers if answer.status == 200 and answer.body != b"later"]
    assert starts == ["0", "1", "2", "4", "s", "6", "8"]
    assert answers[3].body == b"later"


def test_pipelined_requests_of_all_kinds(server: Server) -> None:
    with connected(server.port) as client:
        client.send(
            request(b"sleep 0.05" + b" " * 2000)
            + request(method="HEAD", target="/ping")
            + chunked(b"a", b"b")
            + request(method="GET", target="/nothing")
            + request(method="DELETE")
            + request(b"nothing ")
        )
        statuses = [client.answer(head=number == 1).status for number in range(6)]
    assert statuses == [200, 200, 200, 404, 405, 204]


def test_many_pipelined_requests_behind_a_slow_one(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"sleep 0.2" + b" " * 2000), *[request(b"%d" % number) for number in range(2000)])
        assert client.answer().status == 200
        assert [client.answer().json()["start"] for _ in range(2000)] == [str(number) for number in range(2000)]


def test_malformed_request_is_told_after_the_answers_before_it(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"sleep 0.1" + b" " * 2000) + request(b"x") + b"RUBBISH\r\n\r\n" + request(b"y"))
        assert [client.answer().status for _ in range(3)] == [200, 200, 400]
        assert client.closed()


@pytest.mark.parametrize("work", [b"sleep 3", b"spin 3"])
def test_ping_is_answered_while_the_thread_works(threaded: Server, work: bytes) -> None:
    with connected(threaded.port) as busy:
        busy.send(request(work))
        begin = time.monotonic()
        for _ in range(10):
            assert ask(threaded.port, method="GET", target="/ping").status == 200
        assert time.monotonic() - begin < 2.5
        assert busy.answer().json()["start"] == work.decode()


def test_thread_answers_several_clients_one_after_another(threaded: Server) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(threaded.port)) for _ in range(8)]
        for number, client in enumerate(clients):
            client.send(request(b"sleep 0.02" if number % 2 else b"%d" % number))
        assert [client.answer().status for client in clients] == [200] * 8


def test_users_code_is_loaded_where_it_is_invoked(threaded: Server) -> None:
    assert ask(threaded.port, b"x").json()["loaded_here"] is True


H2C = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA")


def test_wish_for_another_protocol_is_not_granted(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"", *H2C, method="GET", target="/ping") + request(b"y"))
        assert client.answer().status == 200
        assert client.answer().json()["start"] == "y"


@pytest.mark.parametrize("pause", [0, 0.05])
def test_body_of_a_wish_for_another_protocol_is_a_body(server: Server, pause: float) -> None:
    smuggled = request(b"smuggled")
    wish = request(smuggled, *H2C, "Content-Type: a/b", "Accept: c/d")
    chunks = chunked(smuggled).replace(b"Host: x", "\r\n".join(H2C).encode(), 1)
    with connected(server.port) as client:
        for sent in (wish, chunks):
            client.send(sent[:-20])
            time.sleep(pause)
            client.send(sent[-20:] + request(b"y"))
            told, after = client.answer().json(), client.answer().json()
            assert (told["length"], after["start"]) == (len(smuggled), "y")
            assert (told["content_type"], told["accept"]) == (("a/b", "c/d") if sent is wish else ("", ""))


def test_tunnel_is_not_made(server: Server) -> None:
    with connected(server.port) as client:
        client.send(b"CONNECT host:443 HTTP/1.1\r\nHost: host\r\n\r\n")
        assert client.answer().status in (400, 404, 405)


def variants(body: bytes, *headers: str) -> list[list[bytes]]:
    """Ways to send a request after which the connection is as before."""
    whole = request(body, "Content-Type: a/b", "Accept: c/d", *headers)
    cut = whole.index(b"\r\n\r\n") + 4
    return [
        [whole],
        [whole[:cut], whole[cut:]],
        [whole[:1], whole[1:]],
        [whole[:-1], whole[-1:]],
        [b"\r\n" + whole],
        [whole + whole],
        [whole + whole[:cut], whole[cut:]],
    ]


def test_head_that_came_before_means_the_same_again(server: Server) -> None:
    """A head that is the same byte for byte is not parsed again; one that differs in one header is."""
    with connected(server.port) as client:
        for number in range(30):
            ways, others = variants(b"%03d" % number), variants(b"%03d" % number, f"X-Number: {number}")
            for known, other in zip(ways, others, strict=True):
                for sent in (known, other):
                    for part in sent:
                        client.send(part)
                        time.sleep(0.001 if len(sent) > 1 else 0)
                    for _ in range(b"".join(sent).count(b"POST")):
                        told = client.answer().json()
                        assert (told["start"], told["length"]) == (f"{number:03}", 3)
                        assert (told["content_type"], told["accept"]) == ("a/b", "c/d")


def test_piece_before_a_known_head_is_not_forgotten(server: Server) -> None:
    with connected(server.port) as client:
        assert client.send(request(b"x")).answer().status == 200
        client.send(b"P")
        time.sleep(0.05)
        assert client.send(request(b"x")).answer().status == 400


def test_answer_does_not_wait_for_the_acknowledgement_of_the_one_before(server: Server) -> None:
    """Without TCP_NODELAY each would, for the 40 ms that a client may take."""
    with connected(server.port) as client:
        begin = time.monotonic()
        client.send(request(b"wait 0.002") * 40)
        assert [client.answer().status for _ in range(40)] == [200] * 40
        assert time.monotonic() - begin < 1.2
