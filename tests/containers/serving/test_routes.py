import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from tests.containers.serving.client import Received, ask, connected, request
from tests.containers.serving.servers import Server, running, until


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_ping_is_healthy_and_empty(server: Server, method: str) -> None:
    answer = ask(server.port, method=method, target="/ping")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")


def test_invocation_gets_body_and_headers_as_sent(server: Server) -> None:
    told = ask(server.port, b"1,2", "Content-Type: text/csv; charset=utf-8", "ACCEPT: application/json").json()
    assert told["start"] == "1,2"
    assert (told["content_type"], told["accept"]) == ("text/csv; charset=utf-8", "application/json")


def test_absent_headers_are_empty(server: Server) -> None:
    told = ask(server.port, b"x").json()
    assert (told["content_type"], told["accept"]) == ("", "")


def test_repeated_accept_is_one_list(server: Server) -> None:
    assert ask(server.port, b"x", "Accept: a/b", "Accept: c/d").json()["accept"] == "a/b, c/d"


def test_headers_of_one_request_do_not_reach_the_next(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"x", "Content-Type: a/b", "Accept: c/d")).answer()
        told = client.send(request(b"y")).answer().json()
    assert (told["start"], told["content_type"], told["accept"]) == ("y", "", "")


def test_answer_has_type_length_and_date(server: Server) -> None:
    answer = ask(server.port, b"bytes 5")
    assert answer.headers["content-type"] == "text/plain"
    assert answer.headers["content-length"] == "5"
    assert abs(parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()) < 5


def test_execution_parameters_are_the_services(server: Server) -> None:
    answer = ask(server.port, method="GET", target="/execution-parameters")
    assert (answer.status, answer.headers["content-type"], answer.json()) == (200, "application/json", {"a": 1})
    head = ask(server.port, method="HEAD", target="/execution-parameters")
    assert (head.status, head.headers["content-length"], head.body) == (200, "8", b"")


def test_service_without_execution_parameters_has_none(tmp_path: Path) -> None:
    with running(tmp_path, parameters=None) as server:
        for method in ("GET", "POST"):
            assert ask(server.port, method=method, target="/execution-parameters").status == 404


@pytest.mark.parametrize(
    ("method", "target", "allowed"),
    [
        ("GET", "/invocations", "POST"),
        ("HEAD", "/invocations", "POST"),
        ("DELETE", "/invocations", "POST"),
        ("POST", "/ping", "GET, HEAD"),
        ("PUT", "/ping", "GET, HEAD"),
        ("OPTIONS", "/ping?x=1", "GET, HEAD"),
        ("POST", "/execution-parameters", "GET, HEAD"),
    ],
)
def test_other_methods_are_told_what_is_allowed(server: Server, method: str, target: str, allowed: str) -> None:
    answer = ask(server.port, method=method, target=target)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    if method != "HEAD":
        assert answer.reason == f"{method} is not answered at {target.partition('?')[0]}; use {allowed}"


@pytest.mark.parametrize("target", ["/", "/pin", "/ping/", "/invocations/", "//ping", "/PING", "*"])
def test_other_paths_are_not_there(server: Server, target: str) -> None:
    answer = ask(server.port, method="GET", target=target)
    assert (answer.status, answer.reason) == (404, f"there is nothing at {target}")


@pytest.mark.parametrize("target", ["/ping?a=1", "http://host/ping", "http://host:8080/ping?a"])
def test_target_may_have_a_query_or_a_host(server: Server, target: str) -> None:
    assert ask(server.port, method="GET", target=target).status == 200


def test_body_of_another_route_is_not_the_next_request(server: Server) -> None:
    with connected(server.port) as client:
        client.send(request(b"GET /ping HTTP/1.1\r\n\r\n", target="/nothing"), request(b"x"))
        assert [client.answer().status, client.answer().status] == [404, 200]


def refusal(server: Server, body: bytes) -> Received:
    """Ask, and see that the connection is as good as before."""
    with connected(server.port) as client:
        answer = client.send(request(body)).answer()
        assert client.send(request(b"x")).answer().status == 200
    return answer


def test_refusal_has_the_images_own_form(server: Server) -> None:
    answer = refusal(server, b"refuse row 2 is empty")
    assert (answer.status, answer.json()) == (422, {"error": "row 2 is empty"})


@pytest.mark.parametrize("body", [b"raise key", b"exit ", b"wait 0", b"none ", b"odd text", b"type a/b\r\nX-Evil: 1"])
@pytest.mark.parametrize("padding", [b"", b" " * 2000])
def test_service_that_fails_is_a_500_and_the_log_says_why(server: Server, body: bytes, padding: bytes) -> None:
    told = server.log.count("a request failed\nTraceback")
    answer = refusal(server, body + padding)
    assert answer.status == 500
    assert answer.reason == "the model failed on this input; see the log"
    assert "x-evil" not in answer.headers
    until(lambda: server.log.count("a request failed\nTraceback") == told + 1)


def test_refusal_without_a_form_is_told_in_plain_text(server: Server) -> None:
    answer = refusal(server, b"refuse formless")
    assert (answer.status, answer.headers["content-type"], answer.body) == (
        422,
        "text/plain; charset=utf-8",
        b"formless",
    )


def test_answer_without_content_has_no_length(server: Server) -> None:
    answer = refusal(server, b"nothing at all")
    assert answer.status == 204
    assert not {"content-length", "content-type"} & answer.headers.keys()


@pytest.mark.parametrize("size", [0, 1, 1024, 1025, 300_000])
def test_large_and_small_bodies_arrive_whole(server: Server, size: int) -> None:
    assert ask(server.port, b"x" * size).json()["length"] == size


@pytest.mark.parametrize("size", [0, 70_000, 5_000_000])
def test_large_and_small_answers_arrive_whole(server: Server, size: int) -> None:
    answer = ask(server.port, f"bytes {size}".encode())
    assert answer.body == b"x" * size


def test_awaitable_is_awaited_and_others_are_answered_meanwhile(server: Server) -> None:
    with connected(server.port) as slow, connected(server.port) as quick:
        slow.send(request(b"wait 0.3"))
        begin = time.monotonic()
        assert quick.send(request(b"x")).answer().status == 200
        assert time.monotonic() - begin < 0.25
        assert slow.answer().body == b"later"
