"""The server and its command line, as a user starts and stops them."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from local import clients, control
from local.settings import Settings
from tests.conftest import free_port

pytestmark = pytest.mark.local


def run(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TRAINYARD_HOME": str(settings.home), "TRAINYARD_PORT": str(settings.port)}
    return subprocess.run(
        [sys.executable, "-m", "local", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Settings]:
    settings = Settings(home=tmp_path / "home", port=free_port(), runtime="process")
    yield settings
    control.clean(settings)


def test_up_twice_then_down_leaves_nothing(own: Settings) -> None:
    assert run(own, "status").returncode == 3
    assert "is started" in run(own, "up").stdout
    pid = int((own.state / "server.pid").read_text())
    again = run(own, "up")
    assert again.returncode == 0
    assert "already running" in again.stdout
    assert run(own, "status").returncode == 0
    assert run(own, "down").returncode == 0
    assert not psutil.pid_exists(pid)
    assert not own.state.exists()
    assert control.health(own) is None


def test_a_killed_server_is_cleaned_up_by_down(own: Settings) -> None:
    run(own, "up")
    os.kill(int((own.state / "server.pid").read_text()), signal.SIGKILL)
    assert run(own, "down").returncode == 0
    assert not own.state.exists()
    assert run(own, "up").returncode == 0


def test_down_ends_a_server_that_is_still_starting(own: Settings) -> None:
    process = control._start(own)
    assert not (own.state / "server.pid").exists()
    assert control.down(own)
    assert not psutil.pid_exists(process.pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_in_order(own: Settings, number: signal.Signals) -> None:
    run(own, "up")
    process = psutil.Process(int((own.state / "server.pid").read_text()))
    process.send_signal(number)
    process.wait(20)
    assert not (own.state / "server.pid").exists()


@pytest.mark.parametrize("command", ["up", "serve"])
def test_a_taken_port_is_one_line_that_says_how_to_mend_it(own: Settings, command: str) -> None:
    with socket.create_server(("127.0.0.1", own.port)):
        result = run(own, command)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"port {own.port} is taken" in result.stderr
    assert "TRAINYARD_PORT" in result.stderr


def test_a_wrong_setting_is_exit_code_2() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "local", "status"],
        env={**os.environ, "TRAINYARD_PORT": "many"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert "TRAINYARD_PORT='many'" in result.stderr


def test_env_points_a_shell_here(embedded_aws: Settings) -> None:
    assert f"export AWS_ENDPOINT_URL={embedded_aws.endpoint_url}" in run(embedded_aws, "env").stdout


def test_connections_are_kept(embedded_aws: Settings) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", embedded_aws.port)
    for _ in range(3):
        connection.request("GET", "/_trainyard/health")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        assert not answer.will_close


def test_only_the_loopback_interface_listens(embedded_aws: Settings) -> None:
    listening = {c.laddr.ip for c in psutil.net_connections("tcp") if c.laddr and c.laddr.port == embedded_aws.port}
    assert listening == {"127.0.0.1"}


def test_bodies_of_any_size_and_many_at_once(embedded_aws: Settings) -> None:
    s3 = clients.client("s3", embedded_aws)
    s3.create_bucket(Bucket="sizes")
    body = os.urandom(20 * 1024 * 1024)
    s3.put_object(Bucket="sizes", Key="big", Body=body)
    assert s3.get_object(Bucket="sizes", Key="big")["Body"].read() == body
    with ThreadPoolExecutor(40) as pool:
        list(pool.map(lambda n: s3.put_object(Bucket="sizes", Key=f"k{n}", Body=b"x"), range(200)))
    assert len(s3.list_objects_v2(Bucket="sizes")["Contents"]) == 201
