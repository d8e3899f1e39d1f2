"""S3's bodies: each content is one file, named by its hash, written when it arrives and removed when unused.

So a snapshot holds hashes only, and is small however much is stored. A body that could not be written (a full
disk) stays in memory, and the next snapshot tries again.
"""

import hashlib
import logging
import os
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from local.persistence.snapshot import private_folder, sync_folder

LOG = logging.getLogger(__name__)


class Body:
    """One content, read like a file; `digest` is empty while it is in memory only."""

    def __init__(self, store: "Bodies", digest: str, size: int, content: bytes | None = None) -> None:
        self.store = store
        self.digest = digest
        self.size = size
        self._content = content
        self._position = 0

    def __deepcopy__(self, memory: object) -> "Body":
        """Return another reader of the same content."""
        return Body(self.store, self.digest, self.size, self._content)

    def seek(self, position: int) -> int:
        """Go to a position."""
        self._position = position
        return position

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes from the position, or all that follow."""
        if self._content is not None:
            end = None if size < 0 else self._position + size
            data = self._content[self._position : end]
        else:
            with self.store.path(self.digest).open("rb") as file:
                file.seek(self._position)
                data = file.read(size)
        self._position += len(data)
        return data

    def close(self) -> None:
        """Nothing is open between reads."""

    def stored(self) -> str:
        """Return the digest of the file, written now if it could not be before.

        Raises:
            OSError: it still cannot.
        """
        if self._content is not None:
            self.digest = self.store.write(self._content)
            self._content = None
        return self.digest


class Bodies:
    """The folder of bodies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        private_folder(folder)
        self._lock = threading.Lock()
        self._known = {file.name for file in folder.glob("??/*") if not file.name.startswith(".")}
        self._fresh: set[str] = set()  # used since the last snapshot began, by objects it may not have seen
        self._unused: set[str] = set()

    def path(self, digest: str) -> Path:
        """Return the file of a content."""
        return self._folder / digest[:2] / digest

    def put(self, content: bytes) -> Body:
        """Store a content."""
        try:
            return Body(self, self.write(content), len(content))
        except OSError as error:
            LOG.error("an object of %d bytes is kept in memory only: %s", len(content), error)
            return Body(self, "", len(content), content)

    def write(self, content: bytes) -> str:
        """Write a content unless it is there; return its digest."""
        digest = hashlib.sha256(content).hexdigest()
        with self._lock:
            self._fresh.add(digest)
            there = digest in self._known
        if not there:
            self._write(digest, content)
            with self._lock:
                self._known.add(digest)
        return digest

    def _write(self, digest: str, content: bytes) -> None:
        path = self.path(digest)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        partial = path.with_name(f".{digest}-{threading.get_ident()}")
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            partial.rename(path)
        except OSError:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise

    def restored(self, digest: str, size: int) -> Body:
        """Return a body that a snapshot names; one whose file is lost cannot be read."""
        try:
            whole = self.path(digest).stat().st_size == size
        except OSError:
            whole = False
        if not whole:
            LOG.error("the content %s of an object is lost or cut off: reading it will fail", digest)
        return Body(self, digest, size)

    def begin(self) -> set[str]:
        """Note that a snapshot begins (nobody puts now); return what was put since the last one."""
        with self._lock:
            begun, self._fresh = self._fresh, set()
        return begun

    def again(self, digests: set[str]) -> None:
        """Take back what `begin` gave: the snapshot failed."""
        with self._lock:
            self._fresh |= digests

    def sync(self, digests: Iterable[str]) -> None:
        """Let new bodies reach the disk before a snapshot names them."""
        folders = set()
        for digest in digests:
            with suppress(FileNotFoundError), self.path(digest).open("rb") as file:
                os.fsync(file.fileno())
                folders.add(self.path(digest).parent)
        for folder in folders:
            sync_folder(folder)

    def clean(self, used: set[str]) -> None:
        """Remove what two snapshots in a row did not name: a request may still read what was just deleted."""
        with self._lock:
            unused = self._known - used - self._fresh
            for digest in unused & self._unused:
                self._known.discard(digest)
                with suppress(OSError):
                    self.path(digest).unlink(missing_ok=True)
            self._unused = unused
