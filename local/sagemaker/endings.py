"""Who waits for a job hears of its end at once, and need not ask for it again and again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_waiting: dict[str, list[threading.Event]] = {}


@contextmanager
def listening(name: str) -> Iterator[threading.Event]:
    """An event that is set whenever a job of this name, of whichever kind, has ended."""
    event = threading.Event()
    with _lock:
        _waiting.setdefault(name, []).append(event)
    try:
        yield event
    finally:
        with _lock:
            _waiting[name].remove(event)
            if not _waiting[name]:
                del _waiting[name]


def announce(name: str) -> None:
    """Wake who waits; for when everybody can see the end."""
    with _lock:
        for event in _waiting.get(name, ()):
            event.set()
