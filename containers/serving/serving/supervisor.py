"""Open the port, start the workers, hand them their connections, and end as one.

SIGTERM or SIGINT is passed on and every worker finishes what it has. A worker that dies ends the server, since
SageMaker restarts a container that ends and would never learn of one that limps; a worker whose service hangs is
replaced.
"""

import gc
import logging
import resource
import signal
import socket

from serving.children import Children
from serving.intake import Port
from serving.limits import FILES
from serving.process import STOPS, Load, work
from serving.settings import Settings

log = logging.getLogger(__name__)


def run(load: Load, settings: Settings, *, share: bool = True) -> int:
    """Serve until told to stop; return the exit code.

    Args:
        load: returns the service.
        settings: port, workers and limits.
        share: load once and fork, so that workers share the model's memory; False: each worker loads its own, as is
            right for a user's code and for libraries whose threads do not live through a fork.
    """
    for number in STOPS:
        signal.signal(number, _leave)
    _allow_files()
    try:
        listener = _bound(settings.port)
        if share:
            load = _loaded(load)
        log.info("serving on port %d, %d worker(s)", settings.port, settings.workers)
        # A service that hangs is replaced with its process, so there must be another one to do it.
        if settings.workers == 1 and not settings.invocation_seconds:
            return work(load, settings, lambda _: Port(listener))
        return Children(load, settings, listener).run()
    except (ValueError, OSError) as error:
        log.error("cannot serve: %s", error)
        return 1


def _leave(_signal: int, _frame: object) -> None:
    """Nothing is served yet."""
    raise SystemExit(0)


def _loaded(load: Load) -> Load:
    service = load()
    # The collector writes into every object that it looks at: pages that workers share would become each one's own.
    gc.collect()
    gc.freeze()
    return lambda: service


def _allow_files() -> None:
    """Each connection is an open file; many systems allow more than they give."""
    given, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if allowed == resource.RLIM_INFINITY else min(FILES, allowed)
    if given != resource.RLIM_INFINITY and given < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, allowed))


def _bound(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Accepted sockets inherit it; without, an answer may wait for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setblocking(False)
    try:
        listener.bind(("0.0.0.0", port))  # noqa: S104 - a container's port
    except OSError as error:
        raise OSError(f"port {port}: {error.strerror}") from error
    return listener
