"""Try in a process of its own what may end a process: a model file that was tampered with, read by a C++ library."""

import os
import select
import signal
from collections.abc import Callable

SECONDS = 60.0


def run(work: Callable[[], str | None], seconds: float | None = None) -> str | None:
    """Return what the work returns or why it did not: what it raised, the signal that ended it, its time."""
    seconds = SECONDS if seconds is None else seconds
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        _child(work, writing)
    os.close(writing)
    said = None
    try:
        said = _read(reading, seconds)
    finally:
        os.close(reading)
        if said is None:
            os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    if said is None:
        return f"it takes longer than {seconds:g} seconds"
    if code := os.waitstatus_to_exitcode(status):
        return f"a process that read it ended with {code}"
    return said.decode(errors="replace") or None


def _child(work: Callable[[], str | None], writing: int) -> None:
    code = 1
    try:
        with os.fdopen(writing, "wb") as stream:
            stream.write(_said(work).encode()[:4096])
        code = 0
    finally:
        os._exit(code)


def _said(work: Callable[[], str | None]) -> str:
    try:
        return work() or ""
    except Exception as error:  # whatever it is, it is the reason
        return f"{type(error).__name__}: {error}"


def _read(reading: int, seconds: float) -> bytes | None:
    """Read to the end; None when that does not come in time."""
    said = b""
    while select.select([reading], [], [], seconds)[0]:
        part = os.read(reading, 4096)
        if not part:
            return said
        said += part
    return None
