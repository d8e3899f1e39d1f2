"""Run the user's entry point: a Python script, a module of a package with setup.py, or any other command."""

import collections
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from framework.problems import ExecuteUserScriptError, ScriptModeError

# The line of a traceback that says what happened: `ValueError: ...`, `package.SomeException: ...`.
_ERROR_LINE = re.compile(r"^[\w.]*(?:Error|Exception|Interrupt|Warning|Exit)\b")
_KEPT_LINES = 100
_SHOWN_LINES = 10


def is_module(folder: Path, entry_point: str) -> bool:
    """Tell whether the code is a package that is installed and run by `python -m`."""
    return not entry_point.endswith(".sh") and (folder / "setup.py").exists()


def command(folder: Path, entry_point: str, arguments: Sequence[str]) -> list[str]:
    """Return the command line for an entry point in `folder`.

    Raises:
        ScriptModeError: none is named, or it is not there.
    """
    if not entry_point:
        raise ScriptModeError("no entry point: neither the hyperparameter sagemaker_program nor SAGEMAKER_PROGRAM")
    if is_module(folder, entry_point):
        return [sys.executable, "-m", entry_point.removesuffix(".py"), *arguments]
    if not (folder / entry_point).is_file():
        there = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
        raise ScriptModeError(f"entry point {entry_point} is not in {folder}, which holds: {there}")
    if entry_point.endswith(".py"):
        return [sys.executable, entry_point, *arguments]
    (folder / entry_point).chmod(0o777)
    return ["/bin/sh", "-c", shlex.join([f"./{entry_point}", *arguments])]


def run(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Run it to its end, passing its output on as it comes, and SIGTERM to it.

    Raises:
        ExecuteUserScriptError: it ended with a code other than 0.
    """
    kept: collections.deque[str] = collections.deque(maxlen=_KEPT_LINES)
    with subprocess.Popen(
        words, cwd=folder, env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True, errors="replace"
    ) as process:
        assert process.stderr is not None  # noqa: S101 - a pipe was asked for
        with _forwarded(process):
            for line in process.stderr:
                sys.stderr.write(line)
                sys.stderr.flush()
                kept.append(line.rstrip())
            code = process.wait()
    if code:
        raise ExecuteUserScriptError(shlex.join(words), code, "\n".join(_reason(list(kept))))


@contextmanager
def _forwarded(process: subprocess.Popen[str]) -> Iterator[None]:
    def forward(number: int, _frame: FrameType | None) -> None:
        process.send_signal(number)

    before = signal.signal(signal.SIGTERM, forward)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _reason(lines: list[str]) -> list[str]:
    """Return the last error of what was written, with what follows it."""
    starts = [index for index, line in enumerate(lines) if _ERROR_LINE.match(line)]
    found = lines[starts[-1] :] if starts else lines
    return found[:_SHOWN_LINES] if starts else found[-_SHOWN_LINES:]
