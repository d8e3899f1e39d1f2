"""Ctrl-C at any moment of the demo leaves nothing running."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from local.demo import ROOT
from tests.journey.conftest import settings_for

pytestmark = [pytest.mark.local, pytest.mark.timeout(600)]


def belonging_to(home: Path) -> list[str]:
    """Processes that carry the home in their environment or command line, zombies aside."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if str(home) in " ".join([*process.cmdline(), *process.environ().values()]):
                found.append(" ".join(process.cmdline()))
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def listen_to_ctrl_c() -> None:
    """Where the tests run in the background, shells have them ignore SIGINT, and so would the demo."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("moment", ["Starting the embedded AWS", "cdk bootstrap", "cdk deploy", "Prepare"])
def test_ctrl_c_leaves_no_process_port_or_state(tmp_path: Path, moment: str) -> None:
    settings = settings_for("process", tmp_path / "home")
    environment = os.environ | {
        "TRAINYARD_HOME": str(settings.home),
        "TRAINYARD_PORT": str(settings.port),
        "TRAINYARD_RUNTIME": "process",
    }
    log = tmp_path / "demo.log"
    with log.open("w") as output:
        demo = subprocess.Popen(
            [sys.executable, "-u", "-m", "local.demo", "iris-sklearn"],
            cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True,
            preexec_fn=listen_to_ctrl_c,  # noqa: PLW1509  no other thread runs here
        )  # fmt: skip
        deadline = time.monotonic() + 240
        while moment not in log.read_text():
            assert demo.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        time.sleep(1)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=90) == 130, log.read_text()
    assert belonging_to(settings.home) == []
    assert not (settings.home / "state").exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", settings.port)) != 0
