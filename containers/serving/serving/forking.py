"""A process of its own for a worker: it hears signals from its first moment, and does not outlive its parent."""

import ctypes
import logging
import os
import signal
from collections.abc import Callable
from contextlib import suppress

from serving.process import STOPS

log = logging.getLogger(__name__)

# Linux's prctl: the signal that a process gets when its parent ends, even if that was killed outright.
_PR_SET_PDEATHSIG = 1


def forked(work: Callable[[], int]) -> int:
    """Let a new process do the work and end with the code that it returns; return its number."""
    parent = os.getpid()
    # Until the worker has handlers of its own, a signal waits: the parent's would swallow it.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    process = os.fork()
    if not process:
        _be(work, parent)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    return process


def _be(work: Callable[[], int], parent: int) -> None:
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with suppress(AttributeError):  # only Linux has it; elsewhere the end of the channel tells
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == parent:
            code = work()
    except BaseException:
        log.exception("a worker failed")
    finally:
        logging.shutdown()
        os._exit(code)
