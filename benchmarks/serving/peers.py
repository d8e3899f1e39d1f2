"""What a user would take instead: public libraries, each in an environment of its own, used as its guides say.

A peer is a folder of `peers/`: its pinned requirements, the few lines that a user writes, and `start`, which is told
by variables where the model is (MODEL), its ports (PORT, PORT_2, PORT_3), its own folder (PEER) and all peers' (PEERS).
"""

import itertools
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from local.runtime.environments import environment_key
from local.runtime.interface import LogLine
from local.runtime.locks import file_lock
from local.runtime.process import ProcessHandle

FOLDER = Path(__file__).parent / "peers"
PORTS = 48
SKLEARN_CONTAINER = "sklearn_container"
_NO_CHECKOUT = "not on PyPI: give a checkout of github.com/aws/sagemaker-scikit-learn-container by --sklearn-container"
_KEPT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "JAVA_HOME", "R_LIBS")


class MissingError(Exception):
    """A peer cannot be measured here; the message says what it needs."""


class Peers:
    """Makes environments in `cache`, once for each content of a requirements file, and starts peers in them."""

    def __init__(self, cache: Path, sklearn_container: Path | None, port: int) -> None:
        self._cache, self._source = cache, sklearn_container
        # Below those that the system gives away, which multi-model-server refuses; one that was just left, last again.
        self._ports = itertools.cycle(range(port, port + PORTS))

    def environment(self, name: str) -> Path | None:
        """Return the peer's virtual environment; None for a peer in another language.

        Raises:
            MissingError: it cannot be installed.
        """
        if name == SKLEARN_CONTAINER and self._source is None:
            raise MissingError(_NO_CHECKOUT)
        file = FOLDER / name / "requirements.txt"
        if not file.exists():
            return None
        folder = self._cache / f"{name}-{environment_key([file.read_text(encoding='utf-8')])}"
        with file_lock(self._cache / f"{folder.name}.lock"):
            if not (folder / "complete").exists():
                shutil.rmtree(folder, ignore_errors=True)
                _uv("venv", "--quiet", "--python", sys.executable, str(folder))
                _uv("pip", "sync", "--quiet", "--compile-bytecode", "--python", str(folder / "bin/python"), str(file))
                (folder / "complete").touch()
        return folder

    def start(self, name: str, model: Path, more: Mapping[str, str], log: LogLine) -> ProcessHandle:
        """Start a peer."""
        venv = self.environment(name)
        ports = [self._port() for _ in range(3)]
        search = [str(venv / "bin")] if venv else []
        environment = {
            **{key: os.environ[key] for key in _KEPT if key in os.environ},
            "HOME": str(model),
            "PATH": ":".join([*search, os.environ.get("PATH", os.defpath)]),
            "PYTHONPATH": str(FOLDER),
            "PYTHONUNBUFFERED": "1",
            "MODEL": str(model),
            "PEERS": str(FOLDER),
            "PEER": str(FOLDER / name),
            "SOURCE": str(self._source or ""),
            **dict(zip(("PORT", "PORT_2", "PORT_3"), map(str, ports), strict=True)),
            **more,
        }
        command = ["bash", str(FOLDER / name / "start")]
        return ProcessHandle(command, model, environment, log, ports[0], lambda _: None)

    def _port(self) -> int:
        for port in itertools.islice(self._ports, PORTS):
            if _free(port):
                return port
        raise MissingError(f"none of {PORTS} ports is free: give others by --port")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def require(*programs: str) -> None:
    """Say which programs a peer lacks.

    Raises:
        MissingError: one of them is not installed.
    """
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise MissingError(f"{', '.join(missing)} not installed")


def _uv(*arguments: str) -> None:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise MissingError("uv not installed (it is in requirements-dev.txt)")
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    done = subprocess.run([uv, *arguments], capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise MissingError(f"cannot be installed: {' '.join(lines[-3:])[:400]}")
