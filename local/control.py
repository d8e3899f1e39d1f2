"""Starting and stopping the server as a background process, and what it must not leave behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil

from local.settings import Settings

_START_SECONDS = 60.0
_STOP_SECONDS = 20.0
_MARK = "TRAINYARD_SERVER_HOME"


class ControlError(RuntimeError):
    """The server cannot be started or stopped; the message says what is wrong and how to mend it."""


def health(settings: Settings) -> dict[str, Any] | None:
    """Return what the server of any home says of itself on this port, None where none answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{settings.port}/_trainyard/health", timeout=5) as answer:
            body: dict[str, Any] = json.load(answer)
            return body
    except (urllib.error.URLError, OSError, ValueError):
        return None


def is_ours(settings: Settings, answer: dict[str, Any] | None) -> bool:
    """Whether the server that answered belongs to this home."""
    return bool(answer) and Path(str((answer or {}).get("home"))) == settings.home


def up(settings: Settings) -> bool:
    """Start the server in the background and wait until it answers; False when it already ran.

    Raises:
        ControlError: the port is taken, or the server ended before it answered.
    """
    answer = health(settings)
    if is_ours(settings, answer):
        return False
    if answer:
        raise ControlError(
            f"port {settings.port} is taken by the embedded AWS of {answer.get('home')}: stop that one "
            f"(TRAINYARD_HOME={answer.get('home')} trainyard-local down) or set TRAINYARD_PORT"
        )
    process = _start(settings)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if is_ours(settings, answer := health(settings)) and (answer or {}).get("resumed", True):
            return True
        if process.poll() is not None:
            raise ControlError(_last_line(log_file(settings)))
        time.sleep(0.1)
    if is_ours(settings, health(settings)):
        return True  # it answers; some endpoints still come up
    down(settings)
    raise ControlError(f"the server did not answer within {_START_SECONDS:.0f} s: see {log_file(settings)}")


def down(settings: Settings) -> bool:
    """Stop the server and all it started; False when nothing ran. What it knows stays in `data/`."""
    processes = _processes(settings)
    server = [process for process in processes if process.pid == _pid(settings)]
    _end(server, _STOP_SECONDS)
    left = _processes(settings)
    _end(left, 2.0)
    shutil.rmtree(settings.state, ignore_errors=True)
    return bool(processes)


def clean(settings: Settings) -> None:
    """Stop the server and forget all it knows; the cache of environments stays.

    Raises:
        ControlError: something cannot be removed.
    """
    down(settings)
    for folder in [settings.data, *settings.home.glob(f"{settings.data.name}.aside-*")]:
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ControlError(f"{folder} cannot be removed: {error}") from error


def log_file(settings: Settings) -> Path:
    """Where the server in the background logs."""
    return settings.state / "log" / "server.log"


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    log = log_file(settings)
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "TRAINYARD_HOME": str(settings.home),
        "TRAINYARD_PORT": str(settings.port),
        "TRAINYARD_RUNTIME": settings.runtime,
        # The server marks what it starts; before it has written its pid file, the mark finds the server itself.
        _MARK: str(settings.home),
    }
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "local", "serve"],
            cwd=Path(__file__).parents[1],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _pid(settings: Settings) -> int | None:
    try:
        return int((settings.state / "server.pid").read_text())
    except (FileNotFoundError, ValueError):
        return None


def _processes(settings: Settings) -> list[psutil.Process]:
    """Return the server by its pid file, and what it started: all carry the mark of this home."""
    mark = str(settings.home)
    found = []
    for process in psutil.process_iter():
        try:
            served = process.environ().get(_MARK) == mark
            if served and process.pid != os.getpid():
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found + _by_pid_file(settings, found)


def _by_pid_file(settings: Settings, found: list[psutil.Process]) -> list[psutil.Process]:
    pid = _pid(settings)
    if pid is None or pid in {process.pid for process in found}:
        return []
    try:
        process = psutil.Process(pid)
        command = process.cmdline()
        return [process] if "serve" in command and any("local" in word for word in command) else []
    except psutil.Error:
        return []


def _end(processes: list[psutil.Process], seconds: float) -> None:
    for process in processes:
        _signal(process, signal.SIGTERM)
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=5)


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


def _last_line(path: Path) -> str:
    lines = [line for line in path.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].removeprefix("trainyard-local: ") if lines else f"the server ended at once: see {path}"
