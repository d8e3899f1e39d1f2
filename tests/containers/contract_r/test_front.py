"""The front and R together, over HTTP: what goes wrong with one must be seen, and must not harm the other."""

import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import requests

from tests.containers import rscripts, runtimes
from tests.containers.runtimes import Processes, ProcessServer

pytestmark = pytest.mark.local


@pytest.fixture(scope="module")
def runtime() -> Processes:
    rscripts.require_packages("jsonlite")
    return Processes(runtimes.r_program(str(Path(__file__).parent / "image")))


@pytest.fixture(scope="module")
def server(runtime: Processes, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessServer]:
    with runtime.serve(tmp_path_factory.mktemp("base"), {"MODEL_SERVER_WORKERS": "2"}) as started:
        yield started


@pytest.fixture
def single(runtime: Processes, tmp_path: Path) -> Iterator[ProcessServer]:
    """A server of one worker, which a test may harm."""
    with runtime.serve(tmp_path, {"MODEL_SERVER_WORKERS": "1"}) as started:
        yield started


def ask(server: ProcessServer, body: str, **headers: str) -> str:
    answer = requests.post(f"{server.url}/invocations", data=body.encode(), headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.text


def later(server: ProcessServer, body: str, answers: list[str]) -> threading.Thread:
    """Ask without waiting for the answer, but so that the request is there when this returns."""
    thread = threading.Thread(target=lambda: answers.append(ask(server, body)))
    thread.start()
    time.sleep(0.3)
    return thread


def log(server: ProcessServer) -> str:
    assert server.process.stdout is not None
    return server.process.stdout.read()


def r_processes(server: ProcessServer) -> list[psutil.Process]:
    return psutil.Process(server.process.pid).children()


def test_r_gets_types_without_parameters_and_the_body_as_it_is(server: ProcessServer) -> None:
    accept = "text/html;q=0.5, application/json"
    headers = {"content-type": "Application/JSON; charset=utf-8", "accept": accept}
    assert ask(server, "größer", **headers) == "6 application/json application/json,text/html"
    assert ask(server, "x", accept="*/*") == "1 text/csv "


def test_bodies_and_answers_of_many_pipes_full_arrive_whole(server: ProcessServer) -> None:
    assert ask(server, "y" * 20_000_000).split()[0] == "20000000"
    assert ask(server, "long 20000000") == "x" * 20_000_000


def test_workers_answer_at_the_same_time(server: ProcessServer) -> None:
    begun = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        pids = list(pool.map(lambda _: (ask(server, "sleep 1"), ask(server, "pid"))[1], range(2)))
    assert time.monotonic() - begun < 1.9
    assert set(pids) <= {str(process.pid) for process in r_processes(server)}


def test_what_r_prints_is_log_and_no_answer(single: ProcessServer) -> None:
    assert ask(single, "noise") in ("0", "")
    assert ask(single, "x") == "1 text/csv "
    assert single.stop() == 0
    told = log(single)
    assert all(text in told for text in ("printed", "told", "by a child"))


def test_ping_does_not_wait_behind_a_long_request(single: ProcessServer) -> None:
    answers: list[str] = []
    asking = later(single, "sleep 2", answers)
    assert requests.get(f"{single.url}/ping", timeout=1).status_code == 200
    assert not answers
    asking.join(10)


def test_who_waits_is_answered_in_order(single: ProcessServer) -> None:
    answers: list[list[str]] = [[], [], [], []]
    bodies = ("sleep 2", "asked", "asked", "asked")
    asking = [later(single, body, answer) for body, answer in zip(bodies, answers, strict=True)]
    for thread in asking:
        thread.join(10)
    assert answers[1:] == [["2"], ["3"], ["4"]]


def test_who_waits_is_answered_together_where_the_image_allows_it(runtime: Processes, tmp_path: Path) -> None:
    answers: list[list[str]] = [[], [], []]
    with runtime.serve(tmp_path, {"MODEL_SERVER_WORKERS": "1", "JOINS": "text/csv"}) as started:
        bodies = ("sleep 2", "lines", "lines and\nlines")
        asking = [later(started, body, answer) for body, answer in zip(bodies, answers, strict=True)]
        for thread in asking:
            thread.join(10)
    assert answers[1:] == [["2\n"], ["2\n2\n"]]


def test_nothing_is_computed_for_a_client_that_left_while_it_waited(single: ProcessServer) -> None:
    answers: list[str] = []
    asking = later(single, "sleep 1", answers)
    with socket.create_connection(("127.0.0.1", int(single.url.rpartition(":")[2]))) as client:
        client.sendall(b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nasked")
        time.sleep(0.2)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    asking.join(10)
    assert ask(single, "asked") == "2"


def test_sigterm_to_all_lets_what_runs_and_what_waits_finish(single: ProcessServer) -> None:
    answers: list[str] = []
    asking = [later(single, body, answers) for body in ("sleep 1", "x")]
    workers = r_processes(single)
    for process in (psutil.Process(single.process.pid), *workers):
        process.terminate()
    assert single.process.wait(20) == 0
    for thread in asking:
        thread.join(10)
    assert len(answers) == 2
    assert not any(worker.is_running() for worker in workers)


@pytest.mark.parametrize("how", ["die", "kill"])
def test_a_worker_that_dies_ends_the_server_with_the_reason(runtime: Processes, tmp_path: Path, how: str) -> None:
    with runtime.serve(tmp_path, {"MODEL_SERVER_WORKERS": "2"}) as started:
        workers = r_processes(started)
        if how == "die":
            with pytest.raises(requests.ConnectionError):
                ask(started, "die")
        else:
            workers[0].kill()
        assert started.process.wait(20) == 1
        code = 3 if how == "die" else -signal.SIGKILL
        assert f"cannot serve: an R worker ended by itself, exit code {code}" in log(started)
        assert not psutil.wait_procs(workers, 5)[1]


def test_r_does_not_outlive_a_front_that_is_killed(single: ProcessServer) -> None:
    workers = r_processes(single)
    with pytest.raises(requests.Timeout):
        requests.post(f"{single.url}/invocations", data="hang", timeout=0.5)
    os.kill(single.process.pid, signal.SIGKILL)
    assert not psutil.wait_procs(workers, 5)[1]


def test_an_r_that_does_not_get_ready_ends_the_server_with_the_reason(runtime: Processes, tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="no healthy"),
        runtime.serve(tmp_path, {"MODEL_SERVER_STARTUP_SECONDS": "1", "LOADING_SECONDS": "60"}),
    ):
        pass


def test_workers_that_are_no_number_are_refused(runtime: Processes, tmp_path: Path) -> None:
    program = Processes(
        runtimes.Program(runtime.program.command, {**runtime.program.environment, "MODEL_SERVER_WORKERS": "x"})
    )
    finished = program.run("serve", tmp_path)
    assert finished.code == 1
    assert "MODEL_SERVER_WORKERS='x' must be a whole number from 1 to" in finished.output
