"""All endpoints that run, and the threads that work on them."""

import logging
import threading
from collections.abc import Callable

from local.sagemaker.hosting.host import Host

_CLOSING_SECONDS = 30
_log = logging.getLogger(__name__)


class Hosts:
    """One `Host` per endpoint, made when work on it begins."""

    def __init__(self, make: Callable[[str], Host]) -> None:
        self._make = make
        self._hosts: dict[str, Host] = {}
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._closed = False

    def find(self, name: str) -> Host | None:
        """Return the host of an endpoint."""
        return self._hosts.get(name)

    def forget(self, name: str) -> None:
        """Let a host go that was stopped."""
        with self._lock:
            self._hosts.pop(name, None)

    def begin(self, name: str, work: Callable[[Host], None]) -> None:
        """Do work on an endpoint in a thread of its own; after `close` nothing begins."""
        with self._lock:
            if self._closed:
                return
            if name not in self._hosts:
                self._hosts[name] = self._make(name)
            host = self._hosts[name]
            thread = threading.Thread(target=lambda: self._run(name, host, work), name=f"endpoint-{name}", daemon=True)
            self._threads.add(thread)
        thread.start()

    def _run(self, name: str, host: Host, work: Callable[[Host], None]) -> None:
        try:
            work(host)
        except Exception:
            _log.exception("endpoint %s", name)
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def close(self) -> None:
        """Stop every fleet, also those that are coming up, and wait for the threads."""
        with self._lock:
            self._closed = True
            hosts, threads = list(self._hosts.values()), list(self._threads)
        stops = [threading.Thread(target=host.close) for host in hosts]
        for thread in stops:
            thread.start()
        for thread in [*stops, *threads]:
            thread.join(_CLOSING_SECONDS)
