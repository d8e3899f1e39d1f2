"""A server that is killed leaves nothing behind."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from local.runtime.reaper import PidFiles

pytestmark = pytest.mark.local

KEEPER = Path(__file__).parents[3] / "local" / "runtime" / "keeper.py"

PROGRAM = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""

SERVER = """
import subprocess, sys
keeper = subprocess.Popen([sys.executable, "-I", "-S", *sys.argv[1:]], stdin=subprocess.PIPE)
keeper.wait()
"""


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_kill_9_of_the_server_ends_the_program_its_children_and_its_folder(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    command = [sys.executable, "-c", SERVER, str(KEEPER), str(temporary), sys.executable, "-c", PROGRAM]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    started = [int(word) for word in server.stdout.readline().split()]
    assert len(started) == 2
    server.send_signal(signal.SIGKILL)
    server.wait()
    assert soon(lambda: all(gone(pid) for pid in started))
    assert soon(lambda: not temporary.exists())


def test_kill_9_of_the_keeper_ends_the_program(tmp_path: Path) -> None:
    command = [sys.executable, "-I", str(KEEPER), str(tmp_path / "t"), sys.executable, "-c", PROGRAM]
    keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert keeper.stdout is not None
    program, child = (int(word) for word in keeper.stdout.readline().split())
    keeper.kill()
    keeper.wait()
    assert soon(lambda: gone(program))
    psutil.Process(child).kill()


def test_the_next_start_reaps_what_is_still_there(tmp_path: Path) -> None:
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    PidFiles(tmp_path / "processes").add(left.pid)
    assert PidFiles(tmp_path / "processes").reap() == 1
    assert gone(left.pid)
    left.wait(5)
    assert PidFiles(tmp_path / "processes").reap() == 0
