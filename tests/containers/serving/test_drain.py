"""SIGTERM: what was sent is answered, nothing new is taken, and the server ends."""

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.containers.serving.client import connected, request
from tests.containers.serving.servers import listens, running, starting, until

BUSY = b" " * 2000
WORKERS = pytest.mark.parametrize("workers", [1, 2])


@WORKERS
@pytest.mark.parametrize("kind", [b"sleep 0.6" + BUSY, b"wait 0.6"])
def test_request_in_flight_and_those_behind_it_are_answered(tmp_path: Path, workers: int, kind: bytes) -> None:
    with (
        running(tmp_path, workers=workers) as server,
        connected(server.port) as client,
        connected(server.port) as other,
    ):
        client.send(request(kind), request(b"y"))
        other.send(request(kind))
        time.sleep(0.2)
        server.signal()
        first, second = client.answer(), client.answer()
        assert (first.status, second.status) == (200, 200)
        assert ("connection" in first.headers, second.headers["connection"]) == (False, "close")
        assert client.closed()
        assert other.answer().headers["connection"] == "close"
        client.close()
        other.close()
        assert server.ended() == 0


@WORKERS
def test_request_whose_body_is_still_coming_is_answered(tmp_path: Path, workers: int) -> None:
    with running(tmp_path, workers=workers) as server, connected(server.port) as client:
        client.send(b"POST /invocations HTTP/1.1\r\nContent-Length: 2\r\n\r\nx")
        time.sleep(0.1)
        server.signal()
        until(lambda: not listens(server))
        time.sleep(0.3)
        assert client.send(b"y").answer().json()["start"] == "xy"
        client.close()
        assert server.ended() == 0


@WORKERS
def test_idle_connections_do_not_hold_the_server(tmp_path: Path, workers: int) -> None:
    with running(tmp_path, workers=workers) as server, connected(server.port) as idle, connected(server.port) as new:
        assert idle.send(request(b"x")).answer().status == 200
        begin = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begin < 2
        assert idle.closed()
        assert new.closed()


@WORKERS
@pytest.mark.parametrize("group", [False, True])
def test_connections_that_wait_to_be_accepted_are_served(tmp_path: Path, workers: int, group: bool) -> None:
    with ExitStack() as stack, running(tmp_path, workers=workers) as server, connected(server.port) as client:
        # The loop itself is held up, so that what comes now is still in the system's hands when the signal comes.
        client.send(request(b"sleep 0.5"))
        if workers > 1:
            stack.enter_context(connected(server.port)).send(request(b"sleep 0.5"))
        time.sleep(0.1)
        late = stack.enter_context(connected(server.port))
        late.send(request(b"late"))
        if group:
            os.killpg(server.process.pid, signal.SIGTERM)
        else:
            server.signal()
        assert late.answer().json()["start"] == "late"
        stack.close()
        client.close()
        assert server.ended() == 0


@WORKERS
def test_service_that_takes_too_long_does_not_hold_the_server(tmp_path: Path, workers: int) -> None:
    with running(tmp_path, workers=workers, drain_seconds=1) as server, connected(server.port) as client:
        client.send(request(b"sleep 60" + BUSY))
        time.sleep(0.2)
        begin = time.monotonic()
        server.signal()
        assert server.ended(6) == 0
        assert 0.8 < time.monotonic() - begin < 4
        server.logged("1 connection(s) were not done within the time to drain")


def test_loop_that_is_held_up_does_not_hold_the_server(tmp_path: Path) -> None:
    with running(tmp_path, workers=2, drain_seconds=0.5) as server, connected(server.port) as client:
        client.send(request(b"sleep 60"))
        time.sleep(0.2)
        server.signal()
        assert server.ended(6) == 0


@WORKERS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_before_the_model_is_loaded_is_heard(tmp_path: Path, workers: int, number: int) -> None:
    for share in (True, False):
        with starting(tmp_path, workers=workers, load="hang", share=share) as server:
            until(lambda: "loading" in server.log)
            assert not listens(server)
            server.signal(number)
            assert server.ended(5) == 0, server.log


@WORKERS
@pytest.mark.parametrize("pause", [0, 0.01, 0.03])
def test_signal_at_any_moment_of_the_start_is_heard(tmp_path: Path, workers: int, pause: float) -> None:
    with starting(tmp_path, workers=workers * 3) as server:
        until(lambda: "serving on port" in server.log)
        time.sleep(pause)
        assert server.stop() == 0


@WORKERS
def test_service_is_told_when_it_starts_and_when_it_has_stopped(tmp_path: Path, workers: int) -> None:
    with running(tmp_path, workers=workers, hooks=True) as server:
        assert server.stop() == 0
        until(lambda: server.log.count("hook: started") == workers)
        assert server.log.count("hook: stopped") == workers
