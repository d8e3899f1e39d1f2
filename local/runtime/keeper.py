"""Runs one program and sees to it that nothing of it outlives the server. A script, standard library only.

Its standard input is a pipe that the server holds: it closes when the server goes, however it goes. The
keeper then kills all descendants (as their sub-reaper it finds those too that left the process group) and
removes their folder for temporary files. Should the keeper itself be killed, the kernel kills the program
(PR_SET_PDEATHSIG). SIGTERM is passed on to the program's group.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _in_child() -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _descendants() -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError, ValueError):
            stat = (entry / "stat").read_text()
            parent = int(stat.rpartition(")")[2].split()[1])
            parents.setdefault(parent, []).append(int(entry.name))
    found, queue = [], [os.getpid()]
    while queue:
        children = parents.get(queue.pop(), [])
        found += children
        queue += children
    return found


def _kill_descendants() -> None:
    for _ in range(10):
        remaining = _descendants()
        if not remaining:
            return
        for pid in remaining:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def main(command: list[str]) -> int:
    """Run `command` until it ends or the server goes; return its exit code as a shell would."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_in_child,  # noqa: PLW1509
        )
    except OSError as error:
        print(f"cannot start {command[0]}: {error.strerror}", flush=True)  # noqa: T201
        return 127
    signal.signal(signal.SIGTERM, lambda *_: _pass_on(child.pid))
    while child.poll() is None:
        ready = select.select([0, wake], [], [], 5.0)[0]
        if wake in ready:
            os.read(wake, 512)
        if 0 in ready and not os.read(0, 512):
            break
    with suppress(OSError):
        os.killpg(child.pid, signal.SIGKILL)
    code = child.wait()
    _kill_descendants()
    return 128 - code if code < 0 else code


def _pass_on(group: int) -> None:
    with suppress(OSError):
        os.killpg(group, signal.SIGTERM)


if __name__ == "__main__":
    temporary, *program = sys.argv[1:]
    status = main(program)
    shutil.rmtree(temporary, ignore_errors=True)
    sys.exit(status)
