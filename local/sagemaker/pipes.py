"""Pipe mode: a channel as a row of named pipes, `train_0`, `train_1`, ..., one per epoch.

The next pipe is there before the last one ends, and one that was read is gone: whoever looks for it too late
gets an error rather than waiting for ever.
"""

import os
import select
import struct
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from local.sagemaker.s3files import S3Problem

_MAGIC = 0xCED7230A  # of a RecordIO record; https://mxnet.apache.org/versions/1.9.1/api/faq/recordio
_LONGEST_RECORD = 1 << 29
_LOOK_SECONDS = 0.05


class Pipe:
    """Feeds one channel of one instance until it is closed; `content` gives an epoch's bytes."""

    def __init__(self, path: Path, content: Callable[[int], Iterator[bytes]]) -> None:
        self._path = path
        self._content = content
        self._stop = threading.Event()
        self.problem: Exception | None = None
        self._make(0)
        self._thread = threading.Thread(target=self._run, name=f"pipe-{path.name}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop feeding."""
        self._stop.set()
        self._thread.join()

    def _epoch(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}_{number}")

    def _make(self, number: int) -> None:
        os.mkfifo(self._epoch(number))
        self._epoch(number).chmod(0o666)

    def _run(self) -> None:
        number = 0
        try:
            while (pipe := self._open(number)) is not None:
                self._make(number + 1)
                try:
                    self._feed(pipe, self._content(number))
                finally:
                    os.close(pipe)
                    self._epoch(number).unlink(missing_ok=True)
                number += 1
        except (S3Problem, OSError) as error:
            self.problem = error

    def _open(self, number: int) -> int | None:
        """Wait for a reader; without one, opening for writing fails at once."""
        while not self._stop.is_set():
            with suppress(OSError):
                return os.open(self._epoch(number), os.O_WRONLY | os.O_NONBLOCK)
            self._stop.wait(_LOOK_SECONDS)
        return None

    def _feed(self, pipe: int, content: Iterable[bytes]) -> None:
        with suppress(BrokenPipeError):  # the reader has had enough of this epoch
            for piece in content:
                if not self._write(pipe, piece):
                    return

    def _write(self, pipe: int, piece: bytes) -> bool:
        """Write all of a piece; False when the pipe was closed meanwhile."""
        rest = memoryview(piece)
        while rest and not self._stop.is_set():
            if select.select([], [pipe], [], _LOOK_SECONDS)[1]:
                with suppress(BlockingIOError):
                    rest = rest[os.write(pipe, rest) :]
        return not rest


def record(content: bytes) -> bytes:
    """Return `content` as one RecordIO record."""
    if len(content) >= _LONGEST_RECORD:
        raise S3Problem(f"an object of {len(content)} bytes does not fit into a RecordIO record")
    return struct.pack("<II", _MAGIC, len(content)) + content + b"\0" * (-len(content) % 4)


def gunzip(pieces: Iterable[bytes], uri: str) -> Iterator[bytes]:
    """Yield what a gzip file of one or several members holds."""
    engine = zlib.decompressobj(wbits=31)
    try:
        for piece in pieces:
            while piece:
                yield engine.decompress(piece)
                piece = engine.unused_data
                if engine.eof:
                    engine = zlib.decompressobj(wbits=31)
    except zlib.error as error:
        raise S3Problem(f"{uri} is not gzip ({error})") from error
