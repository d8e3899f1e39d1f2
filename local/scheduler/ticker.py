"""The clock's hand: again and again, whatever is due is fired. Tests hand in their own clock and call `tick`."""

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from local.scheduler.entries import Entry

LOG = logging.getLogger(__name__)
_EVERY_SECONDS = 1.0


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Ticker:
    """Fires entries; one thread, started once the server answers."""

    def __init__(self, entries: Callable[[], Iterable[Entry]], now: Callable[[], datetime] = utc_now) -> None:
        """`entries` says what there is, each time anew; `since` is when this began to look."""
        self._entries, self._now = entries, now
        self.since = now()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._end.set()
        self._thread.join(5)

    def tick(self) -> None:
        """Fire what is due now; one that breaks does not keep the others from firing."""
        now = self._now()
        for entry in list(self._entries()):
            try:
                self._look(entry, now)
            except Exception:
                LOG.exception("%s could not be fired", entry.key)

    def _look(self, entry: Entry, now: datetime) -> None:
        if not entry.enabled:
            return
        if due := entry.due(now, self.since):
            entry.fire(due, now)
        elif entry.over(now):
            entry.finish()

    def _run(self) -> None:
        while not self._end.wait(_EVERY_SECONDS):
            self.tick()
