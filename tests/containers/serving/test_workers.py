"""Several processes behind one port: they share its clients, and they end as one."""

import signal
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.containers.serving.client import Client, ask, connected, request
from tests.containers.serving.servers import Server, running, starting, until


def processes(server: Server, count: int) -> list[int]:
    """Return who answers each of several clients that keep their connections."""
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(server.port)) for _ in range(count)]
        return [client.send(request(b"x")).answer().json()["process"] for client in clients]


def clients(server: Server) -> int:
    """Return how many connections the workers hold."""
    return sum(it.status != psutil.CONN_LISTEN for worker in server.workers for it in worker.net_connections("tcp"))


def test_clients_are_shared_out_evenly(tmp_path: Path) -> None:
    with running(tmp_path, workers=2) as server:
        for _ in range(5):
            until(lambda: not clients(server))
            answering = processes(server, 8)
            # A connection that has just ended may still count.
            assert sorted(answering.count(process) for process in set(answering)) in ([4, 4], [3, 5])


def test_worker_that_is_busy_gets_fewer_clients(tmp_path: Path) -> None:
    with running(tmp_path, workers=2, inline_bytes=0) as server, ExitStack() as stack:
        stack.enter_context(connected(server.port)).send(request(b"sleep 5"))
        time.sleep(0.2)
        begin = time.monotonic()
        for _ in range(10):
            assert ask(server.port, b"x").status == 200
        assert time.monotonic() - begin < 2


@pytest.mark.parametrize("share", [True, False])
def test_worker_that_dies_ends_the_server_and_leaves_no_orphan(tmp_path: Path, share: bool) -> None:
    with running(tmp_path, workers=2, share=share) as server:
        workers = server.workers
        assert len(workers) == 2
        workers[0].kill()
        assert server.ended(10) == 1
        assert psutil.wait_procs(workers, timeout=5)[1] == []
        assert f"worker {workers[0].pid} ended with status -9; stopping" in server.log


def test_service_that_ends_its_process_ends_the_server(tmp_path: Path) -> None:
    with running(tmp_path, workers=2) as server, connected(server.port) as client:
        client.send(request(b"end "))
        assert server.ended(10) == 1
        assert "ended with status 4" in server.log


def test_workers_do_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    with running(tmp_path, workers=2) as server, connected(server.port) as client:
        client.send(request(b"sleep 0.5" + b" " * 2000))
        workers = server.workers
        time.sleep(0.2)
        server.signal(signal.SIGKILL)
        assert client.answer().headers["connection"] == "close"
        client.close()
        assert psutil.wait_procs(workers, timeout=10)[1] == []


@pytest.mark.parametrize(("workers", "share"), [(1, True), (1, False), (2, True), (2, False)])
def test_taken_port_is_told(tmp_path: Path, workers: int, share: bool) -> None:
    with running(tmp_path) as first, starting(tmp_path, port=first.port, workers=workers, share=share) as second:
        log = second.ended(10), Path(second.log_file.name).read_text()
    assert log == (1, f"cannot serve: port {first.port}: Address already in use\n")


@pytest.mark.parametrize(("workers", "share"), [(1, True), (1, False), (2, True), (2, False)])
@pytest.mark.parametrize(("load", "told"), [("value", "cannot serve: the model is broken\n"), ("key", "KeyError")])
def test_model_that_does_not_load_is_told(tmp_path: Path, workers: int, share: bool, load: str, told: str) -> None:
    with starting(tmp_path, workers=workers, share=share, load=load) as server:
        assert server.ended(10) == 1
        assert told in server.log
        assert ("Traceback" in server.log) == (load == "key")


def test_code_that_ends_the_program_while_loading_is_told(tmp_path: Path) -> None:
    with starting(tmp_path, share=False, load="exit") as server:
        assert server.ended(10) == 1
        assert "the code that loads the model ended the program: the model is broken" in server.log


@pytest.mark.parametrize("workers", [1, 2])
def test_service_that_hangs_is_answered_for_and_replaced(tmp_path: Path, workers: int) -> None:
    with running(tmp_path, workers=workers, inline_bytes=0, share=False, invocation_seconds=1) as server:
        before = {process.pid for process in server.workers}
        assert len(before) == workers
        with connected(server.port) as hanging:
            answer = hanging.send(request(b"sleep 60")).answer()
            assert (answer.status, answer.reason) == (500, "the model took longer than 1 seconds")
        assert ask(server.port, b"x").status == 200
        server.logged("another one takes its place")
        assert len(before & {process.pid for process in server.workers}) == workers - 1
        assert server.stop() == 0


def test_others_are_served_while_one_hangs(tmp_path: Path) -> None:
    with (
        running(tmp_path, workers=2, inline_bytes=0, share=False, invocation_seconds=2) as server,
        connected(server.port) as hanging,
    ):
        hanging.send(request(b"sleep 60"))
        time.sleep(0.1)
        for _ in range(20):
            assert ask(server.port, b"x").status == 200
            time.sleep(0.1)
        assert hanging.answer().status == 500


def test_those_behind_a_service_that_hangs_are_told_to_come_again(tmp_path: Path) -> None:
    with running(tmp_path, inline_bytes=0, share=False, invocation_seconds=1) as server, ExitStack() as stack:
        clients = [stack.enter_context(connected(server.port)) for _ in range(3)]
        for client in clients:
            client.send(request(b"sleep 60"))
            time.sleep(0.05)
        assert [client.answer().status for client in clients] == [500, 503, 503]


def test_awaitable_that_hangs_is_cancelled(tmp_path: Path) -> None:
    with running(tmp_path, invocation_seconds=1) as server, connected(server.port) as client:
        workers = server.workers
        assert client.send(request(b"wait 60")).answer().status == 500
        assert client.send(request(b"x")).answer().status == 200
        assert server.workers == workers


def test_worker_that_cannot_look_at_its_clock_is_replaced(tmp_path: Path) -> None:
    with running(tmp_path, workers=2, invocation_seconds=1) as server, connected(server.port) as client:
        client.send(request(b"sleep 60"))  # on the loop itself
        server.logged("another one takes its place")
        assert ask(server.port, b"x").status == 200


def test_client_over_the_number_of_open_files_does_not_hurt_the_others(tmp_path: Path) -> None:
    with running(tmp_path) as server, ExitStack() as stack:
        psutil.Process(server.process.pid).rlimit(psutil.RLIMIT_NOFILE, (60, 60))
        first = stack.enter_context(connected(server.port))
        assert first.send(request(b"x")).answer().status == 200
        crowd: list[Client] = [stack.enter_context(connected(server.port)) for _ in range(80)]
        time.sleep(0.2)
        assert first.send(request(b"x")).answer().status == 200
        for client in crowd:
            client.close()
        until(lambda: answers(server))


def answers(server: Server) -> bool:
    try:
        return ask(server.port, b"x").status == 200
    except (ConnectionError, EOFError):
        return False
