"""The file of a snapshot: a line of JSON that says what made it, then the state; replaced in one step.

Reading executes what the file says (it is a pickle), so it is read only when it belongs to this user, lies in a
folder of this user's, nobody else may write either, and the checksum holds.
"""

import hashlib
import json
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from local.persistence.errors import SnapshotUnusable

FORMAT = 1
_LONGEST_HEADER = 4096
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What made a snapshot: only the same can read it."""

    format: int
    trainyard: str
    moto: str
    python: str

    @classmethod
    @cache
    def here(cls) -> "Origin":
        """Return what this server would write."""
        python = f"{sys.version_info.major}.{sys.version_info.minor}"
        return cls(format=FORMAT, trainyard=version("trainyard"), moto=version("moto"), python=python)

    def __str__(self) -> str:
        return f"trainyard {self.trainyard}, moto {self.moto}, Python {self.python}, format {self.format}"


@dataclass(frozen=True, kw_only=True)
class Header:
    """The first line of the file; `saved` is in epoch seconds."""

    origin: Origin
    port: int
    runtime: str
    saved: float


def private_folder(folder: Path) -> None:
    """Make a folder that only this user can look into.

    Raises:
        SnapshotUnusable: there is one that is not this user's, or that others may change.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check(folder, folder.lstat(), stat.S_ISDIR)


def write(file: Path, header: Header, payload: bytes) -> None:
    """Replace the snapshot; a crash at any moment leaves the old one or the new one.

    Raises:
        OSError: no space, or no right to write.
    """
    line = json.dumps({**asdict(header), "size": len(payload), "sha256": hashlib.sha256(payload).hexdigest()})
    partial = file.with_suffix(".partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
            output.write(line.encode() + b"\n" + payload)
            output.flush()
            os.fsync(output.fileno())
        os.replace(partial, file)  # noqa: PTH105
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(file: Path) -> tuple[Header, bytes] | None:
    """Return header and state; None where there is no snapshot.

    Raises:
        SnapshotUnusable: it is damaged, another version's, or not safe to read.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SnapshotUnusable(f"{file} cannot be read: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as source:
        _check(file, os.fstat(descriptor), stat.S_ISREG)
        line, payload = source.readline(_LONGEST_HEADER), source.read()
    return _header(file, line, payload), payload


def _header(file: Path, line: bytes, payload: bytes) -> Header:
    try:
        told = json.loads(line)
        origin = Origin(**told["origin"])
        header = Header(origin=origin, port=told["port"], runtime=told["runtime"], saved=told["saved"])
        intact = told["size"] == len(payload) and told["sha256"] == hashlib.sha256(payload).hexdigest()
    except (ValueError, TypeError, KeyError) as error:
        raise SnapshotUnusable(f"{file} is damaged: its first line is no header") from error
    if origin != Origin.here():
        raise SnapshotUnusable(f"{file} was written by {origin}; this is {Origin.here()}")
    if not intact:
        raise SnapshotUnusable(f"{file} is damaged: its content does not fit its checksum")
    return header


def _check(path: Path, found: os.stat_result, expected: Callable[[int], bool]) -> None:
    if not expected(found.st_mode):
        raise SnapshotUnusable(f"{path} is not what it should be: a link, or something else than a file or folder")
    if found.st_uid != os.geteuid():
        raise SnapshotUnusable(f"{path} belongs to another user (id {found.st_uid})")
    if found.st_mode & _WRITABLE_BY_OTHERS:
        raise SnapshotUnusable(f"{path} may be changed by others (mode {stat.S_IMODE(found.st_mode):o}): chmod go-w")
