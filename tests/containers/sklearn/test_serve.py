"""The server against good, bad and hostile requests over real HTTP."""

import http.client
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from tests.containers import runtimes
from tests.containers.runtimes import Processes, ProcessServer
from tests.containers.sklearn import samples
from tests.containers.sklearn.test_contract import post

pytestmark = pytest.mark.local

GOOD = "5.1,3.5,1.4,0.2,red"


@pytest.fixture(scope="module")
def runtime() -> Processes:
    return Processes(runtimes.python_program("sklearn_image", "sklearn"))


@pytest.fixture(scope="module")
def server(runtime: Processes, trained: Path) -> Iterator[ProcessServer]:
    with runtime.serve(trained, {"MAX_BODY_MB": "20", "SAGEMAKER_MODEL_SERVER_WORKERS": "2"}) as started:
        yield started


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("5.1,3.5,wide,0.2,red", "row 1, column petal_length: 'wide' is not a finite number"),
        (f"{GOOD}\n5.1,NaN,1.4,0.2,red", "row 2, column sepal_width: 'NaN' is not a finite number"),
        ("5.1,inf,1.4,0.2,red", "column sepal_width: 'inf'"),
        ("5.1,1e999,1.4,0.2,red", "column sepal_width: '1e999'"),
        ("5.1,1e300,1.4,0.2,red", "column sepal_width: 1e+300 is larger than"),
        ("5.1,,1.4,0.2,red", "row 1, column sepal_width: ''"),
        ("5.1,3.5,1.4,0.2,green", "row 1, column colour: 'green' is none of blue, red"),
        ("5.1,3.5,1.4,0.2", "row 1 has 4 cells, expected 5: sepal_length, "),
        (f"{GOOD}\n{GOOD},1", "row 2 has 6 cells"),
        (f"{GOOD}\n\n{GOOD}", "row 2 has 0 cells"),
        ('5.1,3.5,1.4,0.2,"red', "not valid CSV"),
        (b"\xff\xfe5.1", "byte 0 of the body is not UTF-8"),
        ("", "the body is empty"),
        ("\n \n", "the body is empty"),
        (",".join(samples.HEADER), "a header and no row"),
        ("setosa,5.1,3.5,1.4,0.2,red", "row 1 has 6 cells"),
    ],
)
def test_bad_csv_is_a_400_with_row_column_and_value(server: ProcessServer, body: str | bytes, reason: str) -> None:
    answer = post(server, body)
    assert answer.status_code == 400
    assert reason in answer.json()["error"]


ROW = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2, "colour": "red"}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "the body is not JSON"),
        ("[]", 'expected {"instances": [...]}'),
        ('{"instances": []}', "with at least one row"),
        ('{"instances": {"a": 1}}', 'expected {"instances": [...]}'),
        ('{"instances": [1]}', "row 1 must be a list of cells or an object"),
        (json.dumps({"instances": [ROW, {"colour": "red"}]}), "row 2 lacks sepal_length, "),
        (json.dumps({"instances": [{**ROW, "hue": 1}]}), "row 1 has unknown 'hue'"),
        (json.dumps({"instances": [{**ROW, "colour": "green"}]}), "column colour: 'green'"),
        (json.dumps({"instances": [{**ROW, "sepal_width": None}]}), "column sepal_width: null is no number"),
        (json.dumps({"instances": [{**ROW, "sepal_width": True}]}), "column sepal_width: true is no number"),
        (json.dumps({"instances": [{**ROW, "sepal_width": [1]}]}), "column sepal_width: [1] is no number"),
        (json.dumps({"instances": [{**ROW, "sepal_width": 10**400}]}), ""),
        ('{"instances": [[NaN]]}', "the body is not JSON"),
        ("[" * 100_000, "the body is not JSON"),
    ],
)
def test_bad_json_is_a_400_with_the_reason(server: ProcessServer, body: str, reason: str) -> None:
    answer = post(server, body, content_type="application/json")
    assert answer.status_code == 400
    assert reason in answer.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        GOOD,
        f"{GOOD}\n",
        f"{GOOD}\r\n",
        f"\ufeff{GOOD}",
        f"{GOOD}\n\n\n",
        '"5.1","3.5",1.4,0.2,"red"',
        " 5.1, 3.5 ,1.40,+0.2,red ",
        ",".join(samples.HEADER) + f"\n{GOOD}",
        ",".join(reversed(samples.HEADER)) + "\nred,0.2,1.4,3.5,5.1\n",
    ],
)
def test_one_row_in_many_dresses_is_the_same_row(server: ProcessServer, body: str) -> None:
    answer = post(server, body)
    assert answer.status_code == 200
    assert answer.text == post(server, GOOD).text
    assert answer.text.startswith("setosa,")


def test_other_media_types_are_a_415(server: ProcessServer) -> None:
    for media_type in ("text/plain", "application/x-npy", "nonsense", "multipart/form-data; boundary=x"):
        answer = post(server, GOOD, content_type=media_type)
        assert answer.status_code == 415
        assert "send text/csv or application/json" in answer.json()["error"]


def test_media_type_parameters_are_understood(server: ProcessServer) -> None:
    assert post(server, GOOD, content_type="Text/CSV; charset=utf-8").status_code == 200


def test_the_answer_comes_as_the_client_accepts_it(server: ProcessServer) -> None:
    assert post(server, GOOD, accept="application/json").json()["predictions"][0]["label"] == "setosa"
    assert post(server, GOOD, accept="image/png, */*;q=0.1").headers["content-type"].startswith("text/csv")
    assert post(server, GOOD, accept="image/png").status_code == 406


def test_a_body_over_the_limit_is_a_413(server: ProcessServer) -> None:
    answer = post(server, b"1" * (20 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert "larger than 20971520 bytes" in answer.json()["error"]


def test_an_endless_body_is_cut_at_the_limit(server: ProcessServer) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1000):
            yield b"1" * 1024 * 1024

    try:
        answer = requests.post(f"{server.url}/invocations", data=endless(), timeout=60)
    except requests.ConnectionError:
        pass
    else:
        assert answer.status_code == 413
    assert post(server, GOOD).status_code == 200


def test_unknown_routes_and_methods(server: ProcessServer) -> None:
    assert requests.get(f"{server.url}/", timeout=5).status_code == 404
    assert requests.get(f"{server.url}/invocations", timeout=5).status_code == 405


def test_a_hundred_thousand_rows_come_back_in_order(server: ProcessServer) -> None:
    rows = samples.iris(1)[0]
    body = "".join(samples.line(rows[i % len(rows)]) + "\n" for i in range(100_000))
    once, many = post(server, samples.body(1)).text.splitlines(), post(server, body).text.splitlines()
    assert len(many) == 100_000
    assert many == [once[i % len(once)] for i in range(100_000)]


def test_ping_answers_while_every_worker_computes(server: ProcessServer) -> None:
    body = (GOOD + "\n") * 100_000
    answered = 0
    with ThreadPoolExecutor(4) as pool:
        large = [pool.submit(post, server, body) for _ in range(4)]
        while not any(future.done() for future in large):
            assert requests.get(f"{server.url}/ping", timeout=10).status_code == 200
            answered += 1
    assert [future.result().status_code for future in large] == [200] * 4
    assert answered >= 3


def test_one_connection_serves_many_requests(server: ProcessServer) -> None:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    connection.connect()
    opened = connection.sock
    for _ in range(50):
        connection.request("POST", "/invocations", GOOD, {"content-type": "text/csv"})
        answer = connection.getresponse()
        assert (answer.status, answer.read()[:7]) == (200, b"setosa,")
    assert connection.sock is opened
    connection.close()


def test_concurrent_clients_get_their_own_answers(server: ProcessServer) -> None:
    rows = samples.iris(1)[0]
    expected = post(server, samples.body(1)).text.splitlines()

    def ask(i: int) -> bool:
        place = i % len(rows)
        return post(server, samples.line(rows[place])).text.strip() == expected[place]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(400)))


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nz",
        b"GET /ping SPDY/9\r\n\r\n",
        b"\r\n\r\n\r\n\r\nnonsense\r\n\r\n",
    ],
)
def test_malformed_http_is_refused_and_hurts_nobody(server: ProcessServer, request_bytes: bytes) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port)) as raw:
        raw.settimeout(10)
        raw.sendall(request_bytes)
        raw.shutdown(socket.SHUT_WR)
        answer = raw.recv(65536)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert post(server, GOOD).status_code == 200


def test_a_client_that_leaves_early_hurts_nobody(server: ProcessServer) -> None:
    address = urlsplit(server.url)
    for _ in range(20):
        with socket.create_connection((address.hostname, address.port)) as raw:
            raw.sendall(b"POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n5.1")
    assert post(server, GOOD).status_code == 200


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_lets_running_requests_finish(runtime: Processes, trained: Path, workers: str) -> None:
    body = (GOOD + "\n") * 200_000
    with runtime.serve(trained, {"SAGEMAKER_MODEL_SERVER_WORKERS": workers}) as server:
        answers: list[requests.Response] = []
        asking = threading.Thread(target=lambda: answers.append(post(server, body)))
        asking.start()
        time.sleep(0.4)
        assert not answers
        assert server.stop() == 0
        asking.join()
    assert len(answers[0].text.splitlines()) == 200_000


@pytest.mark.parametrize("moment", range(4))
def test_sigterm_while_workers_still_start_is_heard(runtime: Processes, trained: Path, moment: int) -> None:
    with runtime.serve(trained, {"SAGEMAKER_MODEL_SERVER_WORKERS": "8"}) as server:
        time.sleep(moment * 0.02)
        assert server.stop() == 0


def test_a_worker_that_dies_ends_the_server(runtime: Processes, trained: Path) -> None:
    with runtime.serve(trained, {"SAGEMAKER_MODEL_SERVER_WORKERS": "2"}) as server:
        workers = psutil.Process(server.process.pid).children()
        assert len(workers) == 2
        workers[0].kill()
        assert server.process.wait(10) == 1
        assert psutil.wait_procs(workers, timeout=10)[1] == []


def test_workers_do_not_outlive_a_killed_parent(runtime: Processes, trained: Path) -> None:
    with runtime.serve(trained, {"SAGEMAKER_MODEL_SERVER_WORKERS": "2"}) as server:
        workers = psutil.Process(server.process.pid).children()
        server.process.send_signal(signal.SIGKILL)
        assert psutil.wait_procs(workers, timeout=10)[1] == []


def test_a_taken_port_is_told(
    runtime: Processes, trained: Path, server: ProcessServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAGEMAKER_BIND_TO_PORT", str(urlsplit(server.url).port))
    finished = runtime.run("serve", trained)
    assert finished.code == 1
    assert "cannot serve" in finished.output
    assert "in use" in finished.output


@pytest.mark.parametrize(
    ("name", "value"),
    [("SAGEMAKER_MODEL_SERVER_WORKERS", "none"), ("SAGEMAKER_BIND_TO_PORT", "99999"), ("MAX_BODY_MB", "0")],
)
def test_a_wrong_setting_is_told_by_name(
    runtime: Processes, trained: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    finished = runtime.run("serve", trained)
    assert finished.code == 1
    assert f"environment variable {name}='{value}' must be a whole number" in finished.output
