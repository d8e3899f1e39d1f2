"""Saves the state from a thread of its own: about a second after a change, and once more at the end."""

import logging
import threading
from typing import Protocol

LOG = logging.getLogger(__name__)

_PAUSE = 1.0
_PAUSE_AFTER_FAILURE = 5.0
_SHARE = 20  # requests wait for a snapshot at most this fraction of the time
_PATIENCE = 4.0


class Saved(Protocol):
    """What the saver saves."""

    @property
    def changed(self) -> bool:
        """Whether there is something to save."""

    def save(self, patience: float, *, whatever: bool = False) -> float:
        """Save, and return how long requests had to wait."""


class Saver:
    """Call `start`, and `close` at the end; a state that cannot be saved is told in the log, and tried again."""

    def __init__(self, kept: Saved, pause: float = _PAUSE) -> None:
        self._kept = kept
        self._pause = pause
        self._problem = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="saver", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Save what is not saved yet, and end."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._save(whatever=True)

    def _run(self) -> None:
        pause = self._pause
        while not self._stop.wait(pause):
            pause = self._save(whatever=False)

    def _save(self, *, whatever: bool) -> float:
        """Save if there is a change; return the pause until the next look."""
        try:
            if not self._kept.changed:
                return self._pause
            held = self._kept.save(_PATIENCE, whatever=whatever)
        except Exception as error:
            self._tell(f"{type(error).__name__}: {error}")
            return _PAUSE_AFTER_FAILURE
        if self._problem:
            LOG.warning("the state is saved again")
            self._problem = ""
        return max(self._pause, held * _SHARE)

    def _tell(self, problem: str) -> None:
        if problem != self._problem:
            LOG.error("the state cannot be saved, the server goes on without: %s", problem)
        self._problem = problem
