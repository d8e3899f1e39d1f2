"""Open the port, fork the workers, and end as one.

SIGTERM or SIGINT is passed on and every worker finishes what it has. A worker that dies ends the server, since
SageMaker restarts a container that ends and would never learn of one that limps.
"""

import ctypes
import logging
import os
import signal
import socket
from collections.abc import Callable
from types import FrameType

from serving.service import Service
from serving.settings import Settings
from serving.worker import STOPS, work

log = logging.getLogger(__name__)

# Linux's prctl: a worker does not outlive a parent that was killed outright.
PR_SET_PDEATHSIG = 1

Load = Callable[[], Service]


def run(load: Load, settings: Settings, *, share: bool = True) -> int:
    """Serve until told to stop; return the exit code.

    Args:
        load: returns the service.
        settings: port, workers and limits.
        share: load once and fork, so that workers share the model's memory; False: each worker loads its own, as is
            right for a user's code and for libraries whose threads do not live through a fork.
    """
    try:
        listener = _listen(settings.port)
    except OSError as error:
        log.error("cannot serve: port %d: %s", settings.port, error.strerror)
        return 1
    if share:
        try:
            service = load()
        except (ValueError, OSError) as error:
            log.error("cannot serve: %s", error)
            return 1
        load = lambda: service  # noqa: E731
    log.info("serving on port %d, %d worker(s)", settings.port, settings.workers)
    if settings.workers == 1:
        return work(load, settings, listener)
    return _watch(load, settings, listener)


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted sockets inherit it; without, an answer may wait for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(("0.0.0.0", port))  # noqa: S104 - a container's port
    listener.listen(1024)
    return listener


def _fork(load: Load, settings: Settings, listener: socket.socket) -> int:
    # Until the worker has handlers of its own, a signal waits: the parent's would swallow it.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    process = os.fork()
    if process:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        return process
    code = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        code = work(load, settings, listener)
    finally:
        os._exit(code)


def _watch(load: Load, settings: Settings, listener: socket.socket) -> int:
    """Start the workers and wait for them; the first to end by itself ends all."""
    workers: list[int] = []
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        _terminate(workers)

    for number in STOPS:
        signal.signal(number, stop)
    while len(workers) < settings.workers and not stopping:
        workers.append(_fork(load, settings, listener))
    return _wait(workers, lambda: stopping)


def _wait(workers: list[int], stopping: Callable[[], bool]) -> int:
    code = 0
    if stopping():
        _terminate(workers)
    while workers:
        process, status = os.wait()
        workers.remove(process)
        if not stopping() and code == 0:
            log.error("worker %d ended with status %d; stopping", process, os.waitstatus_to_exitcode(status))
            code = 1
            _terminate(workers)
    return code


def _terminate(workers: list[int]) -> None:
    for process in workers:
        os.kill(process, signal.SIGTERM)
