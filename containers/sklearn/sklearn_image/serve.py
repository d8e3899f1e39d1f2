"""Load the model once, open the port, and let a few processes answer.

The model is loaded before the workers are forked, so they share its memory. The parent only watches:
SIGTERM or SIGINT is passed on and every worker finishes what it has; a worker that dies ends the server,
since SageMaker restarts a container that ends and would never learn of one that limps.
"""

import ctypes
import logging
import os
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from contract.errors import UserError
from contract.paths import Paths

from sklearn_image import model, settings
from sklearn_image.server import Server

log = logging.getLogger(__name__)

DRAIN_SECONDS = 25
STOPS = (signal.SIGTERM, signal.SIGINT)
# Linux's prctl: a worker does not outlive a parent that was killed outright.
PR_SET_PDEATHSIG = 1


def run(paths: Paths) -> int:
    """Serve until told to stop."""
    try:
        wanted = settings.read()
        loaded = model.load(paths.model)
        listener = _listen(wanted.port)
    except (UserError, OSError) as error:
        log.error("cannot serve: %s", error)
        return 1
    server = Server(loaded, wanted)
    log.info("serving %s on port %d, %d worker(s)", loaded.schema.task, wanted.port, wanted.workers)
    if wanted.workers == 1:
        return _work(server, listener)
    return _watch(server, listener, wanted.workers)


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("0.0.0.0", port))  # noqa: S104 - a container's port
    listener.listen(1024)
    return listener


def _work(server: Server, listener: socket.socket) -> int:
    config = uvicorn.Config(
        server.app(),
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=75,
        server_header=False,
    )
    worker = uvicorn.Server(config)

    def leave(_signal: int, _frame: FrameType | None) -> None:
        worker.should_exit = True

    # uvicorn has handlers of its own only while it runs, and raises what it got again when it has drained.
    # Raising out of these would get lost in the event loop when a signal comes while it starts.
    for stop in STOPS:
        signal.signal(stop, leave)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    worker.run(sockets=[listener])
    return 0


def _fork(server: Server, listener: socket.socket) -> int:
    # Until the worker has handlers of its own, a signal waits: the parent's would swallow it.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    process = os.fork()
    if process:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        return process
    code = 1
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        code = _work(server, listener)
    finally:
        os._exit(code)


def _watch(server: Server, listener: socket.socket, count: int) -> int:
    """Start the workers and wait for them; the first to end by itself ends all."""
    workers: list[int] = []
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        _terminate(workers)

    for number in STOPS:
        signal.signal(number, stop)
    while len(workers) < count and not stopping:
        workers.append(_fork(server, listener))
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
