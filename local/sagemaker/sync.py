"""Folders that S3 follows while a job runs: checkpoints and continuous outputs; and the clock that moves them."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from local.sagemaker.s3files import S3Files, S3Problem, files

_log = logging.getLogger(__name__)


class FolderSync:
    """Uploads what is new or changed below a folder; what was deleted stays in S3."""

    def __init__(self, s3: S3Files, folder: Path, uri: str) -> None:
        self._s3 = s3
        self._folder = folder
        self._uri = uri.rstrip("/") + "/"
        self._sent: dict[str, tuple[int, int]] = {}

    def restore(self) -> None:
        """Put what S3 has into the folder; nothing there is fine."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._s3.fetch_all(self._s3.under(self._uri), self._folder)
        self._sent = {self._name(file): _stamp(file) for file in files(self._folder)}

    def push(self) -> None:
        """Upload changes.

        Raises:
            S3Problem: S3 does not take a file.
        """
        for file in files(self._folder):
            try:
                stamp = _stamp(file)  # before the upload: what changes meanwhile is sent again
                if self._sent.get(self._name(file)) != stamp:
                    self._s3.upload(file, self._uri + self._name(file))
                    self._sent[self._name(file)] = stamp
            except (OSError, S3Problem):
                if file.exists():  # else the image removed it under our hands
                    raise

    def _name(self, file: Path) -> str:
        return file.relative_to(self._folder).as_posix()


def _stamp(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_mtime_ns, status.st_size


class Periodic:
    """Calls actions every so many seconds while a `with` block runs; a failing one is tried again next time."""

    def __init__(self, seconds: float, *actions: Callable[[], None]) -> None:
        self._seconds = seconds
        self._actions = actions
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="periodic", daemon=True)

    def __enter__(self) -> None:
        if self._actions:
            self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._actions:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._seconds):
            for action in self._actions:
                try:
                    action()
                except Exception as error:
                    _log.warning("%s: %s", action, error)


@contextmanager
def following(seconds: float, syncs: Sequence[FolderSync], *actions: Callable[[], None]) -> Iterator[None]:
    """Send changes while a `with` block runs, and the last ones when it ends, however it ends.

    Raises:
        S3Problem: the block went well, but S3 does not take the last changes.
    """
    try:
        with Periodic(seconds, *actions, *(sync.push for sync in syncs)):
            yield
    except BaseException:
        for sync in syncs:
            with suppress(S3Problem, OSError):
                sync.push()
        raise
    for sync in syncs:
        sync.push()
