"""The process runtime: an image's program as a process of this machine.

The keeper (see `keeper.py`) starts it in a session of its own: it can be stopped whole and dies with the
server. Processes share this machine's network: host names such as algo-2 resolve only in containers, and two
instances of a job that listen must choose different ports.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from local.runtime import catalog, dockerfile, environments, keeper, rootfs
from local.runtime.dockerfile import Definition
from local.runtime.images import PublishedImage
from local.runtime.interface import (
    STOP_GRACE_SECONDS,
    Handle,
    ImageNotFoundError,
    Launch,
    LogLine,
    Runtime,
    RuntimeProblem,
    stop_all,
)
from local.runtime.library import ImageLibrary
from local.runtime.reaper import PidFiles, kill_marked
from local.settings import Settings

_PACKAGES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE", "HTTPS_PROXY", "https_proxy")
_LIBRARIES = ("LD_LIBRARY_PATH", "R_LIBS")
_KEPT = ("LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", *_LIBRARIES, *_PACKAGES)
_LONGEST_LINE = 64 * 1024
_ML = "/opt/ml"


class ProcessRuntime(Runtime):
    """Runs published images without a container engine."""

    name = "process"

    def __init__(
        self,
        settings: Settings,
        progress: Callable[[str], None] = lambda _: None,
        stand_ins: Path = catalog.ROOT,
    ) -> None:
        self._settings = settings
        self._images = ImageLibrary(settings, stand_ins)
        self._progress = progress
        self._pids = PidFiles(settings.state / "processes")
        self._handles: set[ProcessHandle] = set()
        self._lock = threading.Lock()
        self._closed = False
        self._pids.reap()

    def start(self, launch: Launch, log: LogLine) -> Handle:
        """Start the image's program with `launch.base_dir` as its `/opt/ml`."""
        image = self._image(launch.image)
        definition = dockerfile.read(image.context / image.dockerfile, image.build_args)
        root = rootfs.ensure(image, definition)
        needs = rootfs.requirements(root, definition)
        venv = environments.ensure(self._settings.cache, needs, self._progress)
        port = free_port() if launch.serves else 0
        layout = _Layout(root=root, venv=venv, base_dir=launch.base_dir)
        environment = layout.environment(definition, launch, port)
        command = layout.command(definition, launch, environment["PATH"])
        folder = rootfs.inside(root, definition.workdir)
        return self._spawn(command, folder, environment, log, port)

    def _image(self, uri: str) -> PublishedImage:
        image = self._images.find(uri)
        if image is None:
            raise ImageNotFoundError(self._images.missing(uri, "Any other image needs a container engine"))
        if not image.context.is_dir():
            raise RuntimeProblem(f"image {uri} was built for a container engine, and none answers")
        return image

    def _spawn(
        self, command: list[str], folder: Path, environment: dict[str, str], log: LogLine, port: int
    ) -> "ProcessHandle":
        with self._lock:
            if self._closed:
                raise RuntimeProblem("the embedded AWS is shutting down")
            handle = ProcessHandle(command, folder, environment, log, port, self._forget)
            self._handles.add(handle)
        self._pids.add(handle.pid)
        return handle

    def _forget(self, handle: "ProcessHandle") -> None:
        self._pids.remove(handle.pid)
        with self._lock:
            self._handles.discard(handle)

    def close(self) -> None:
        """Stop every program that still runs."""
        with self._lock:
            self._closed = True
            handles = list(self._handles)
        stop_all(handles, grace=1.0)


class ProcessHandle(Handle):
    """A keeper and the program it runs."""

    def __init__(
        self,
        command: list[str],
        folder: Path,
        environment: Mapping[str, str],
        log: LogLine,
        port: int,
        ended: Callable[["ProcessHandle"], None],
    ) -> None:
        self._port = port
        self._log = log
        self._ended = ended
        self._done = threading.Event()
        self._temporary = Path(tempfile.mkdtemp(prefix="trainyard-"))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", keeper.__file__, str(self._temporary), *command],
                cwd=folder,
                env={**environment, "TMPDIR": str(self._temporary)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            shutil.rmtree(self._temporary, ignore_errors=True)
            raise RuntimeProblem(f"cannot start {command[0]}: {error.strerror}") from error
        threading.Thread(target=self._read, name=f"log-{self.pid}", daemon=True).start()
        threading.Thread(target=self._watch, name=f"keeper-{self.pid}", daemon=True).start()

    @property
    def pid(self) -> int:
        """The keeper's process id."""
        return self._process.pid

    @property
    def url(self) -> str:
        """Where the program was told to listen."""
        return f"http://127.0.0.1:{self._port}"

    def wait(self, timeout: float | None = None) -> int | None:
        """Return the program's exit code, 128 + n where signal n ended it."""
        if not self._done.wait(timeout):
            return None
        code = self._process.returncode  # below 0 when the keeper itself was killed
        return 128 - code if code < 0 else code

    def stop(self, grace: float = STOP_GRACE_SECONDS) -> None:
        """SIGTERM to the program's group; when `grace` is over the keeper kills what is left."""
        if self._done.is_set():
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        if self._done.wait(grace):
            return
        with suppress(OSError):
            self._hang_up()
        if not self._done.wait(5):
            self._process.kill()
            self._done.wait(5)

    def _hang_up(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()

    def _watch(self) -> None:
        """A keeper that was itself killed leaves its program's children: they hold the log open until they go."""
        if self._process.wait() < 0:
            kill_marked("TMPDIR", str(self._temporary))

    def _read(self) -> None:
        output = self._process.stdout
        if output:
            while line := output.readline(_LONGEST_LINE):
                self._log(line.decode("utf-8", "replace").rstrip("\r\n"))
            output.close()
        self._process.wait()
        with suppress(OSError):
            self._hang_up()
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._ended(self)
        self._done.set()


class _Layout:
    """Where the image's paths are on this machine."""

    def __init__(self, *, root: Path, venv: Path, base_dir: Path) -> None:
        self._root = root
        self._venv = venv
        self._base_dir = base_dir

    def path(self, text: str) -> str:
        """Return the place of an absolute path of the image; other texts stay."""
        if text == _ML or text.startswith(_ML + "/"):
            copied = rootfs.inside(self._root, text)
            return str(copied) if copied.exists() else str(self._base_dir) + text[len(_ML) :]
        if text.startswith("/") and text != "/" and (place := rootfs.inside(self._root, text)).exists():
            return str(place)
        return text

    def environment(self, definition: Definition, launch: Launch, port: int) -> dict[str, str]:
        inherited = {key: os.environ[key] for key in _KEPT if key in os.environ}
        own = {key: self._value(value) for key, value in definition.environment.items() if key != "PATH"}
        result = {
            **inherited,
            "HOME": str(self._base_dir),
            "PYTHONUNBUFFERED": "1",
            **own,
            **catalog.variables(launch.image),
            **launch.environment,
        }
        result["PATH"] = self._search_path(definition.environment.get("PATH", ""))
        result["VIRTUAL_ENV"] = str(self._venv)
        result["SAGEMAKER_BASE_DIR"] = str(self._base_dir)
        if port:
            result["SAGEMAKER_BIND_TO_PORT"] = str(port)
        return result

    def _value(self, value: str) -> str:
        return ":".join(self.path(part) for part in value.split(":")) if value.startswith("/") else value

    def _search_path(self, declared: str) -> str:
        own = [place for part in declared.split(":") if (place := self.path(part)) != part]
        return ":".join([str(self._venv / "bin"), *own, os.environ.get("PATH", os.defpath)])

    def command(self, definition: Definition, launch: Launch, search_path: str) -> list[str]:
        if launch.entrypoint:
            words = [*launch.entrypoint, *launch.arguments]
        else:
            words = [*definition.entrypoint, *(launch.arguments or definition.command)]
        if not words:
            raise RuntimeProblem(f"image {launch.image} has no ENTRYPOINT and the job names none")
        program, *rest = words
        return [self._program(program, search_path), *(self.path(word) for word in rest)]

    def _program(self, program: str, search_path: str) -> str:
        placed = self.path(program)
        if placed != program:
            return placed
        name = Path(program).name
        if name.startswith(("python", "pip")) and (self._venv / "bin" / "python").exists():
            candidate = self._venv / "bin" / name
            return str(candidate if candidate.exists() else self._venv / "bin" / "python")
        found = shutil.which(name if program.startswith("/") else program, path=search_path)
        if found is None and name == "Rscript":
            raise RuntimeProblem(
                "this image needs R and no container engine answers: install R (apt-get install r-base-core,"
                " with the packages of the image's Dockerfile) or start Docker or Podman"
            )
        if found is None:
            raise RuntimeProblem(f"exec: {program!r}: executable file not found in $PATH")
        return found


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
