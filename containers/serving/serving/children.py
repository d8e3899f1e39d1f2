"""The parent of several workers: it starts them, hands them connections, and ends with them."""

import logging
import mmap
import os
import signal
import socket
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from time import monotonic

from serving.forking import forked
from serving.handing import Child, Handing
from serving.intake import COUNTS, READY, Handed
from serving.process import HUNG, STOPS, Load, work
from serving.settings import Settings

log = logging.getLogger(__name__)

# After the time to drain, a worker that has not ended is killed.
_KILL_SECONDS = 2
# When every worker's channel is full.
_RETRY_SECONDS = 0.05
# A worker that could not even look at its clock was ended by the system.
_HUNG = (HUNG, -signal.SIGALRM)


class Children:
    """The workers of one server."""

    def __init__(self, load: Load, settings: Settings, listener: socket.socket) -> None:
        self._load = load
        self._settings = settings
        self._handing = Handing(listener, settings.workers)
        self._children: dict[int, Child] = {}
        # What each worker counts, in memory that all share.
        self._counts = memoryview(mmap.mmap(-1, 8 * COUNTS * settings.workers)).cast("Q")
        self._selector = DefaultSelector()
        # The port is watched.
        self._watched = False
        self._kill_at = 0.0
        self._code = 0

    def run(self) -> int:
        """Serve until all workers have ended; return the exit code."""
        self._hear_signals()
        for place in range(self._settings.workers):
            self._start(place)
        while self._children:
            self._watch_port()
            for key, _ in self._selector.select(self._seconds()):
                key.data()
            self._handing.hand_on()
            if self._kill_at and monotonic() > self._kill_at:
                self._signal(signal.SIGKILL)
        return self._code

    def _seconds(self) -> float | None:
        if self._handing.waiting:
            return _RETRY_SECONDS
        return max(0.0, self._kill_at - monotonic()) if self._kill_at else None

    def _watch_port(self) -> None:
        wanted = self._handing.wants and not self._kill_at
        if wanted and not self._watched:
            self._selector.register(self._handing.listener, EVENT_READ, self._accept)
        elif self._watched and not wanted:
            self._selector.unregister(self._handing.listener)
        self._watched = wanted

    def _accept(self) -> None:
        if not self._kill_at:
            self._handing.accept()

    def _hear_signals(self) -> None:
        """Let signals wake the loop."""
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)
        self._selector.register(self._ear, EVENT_READ, self._signalled)
        signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        for number in (*STOPS, signal.SIGCHLD):
            signal.signal(number, lambda _signal, _frame: None)

    def _signalled(self) -> None:
        with suppress(BlockingIOError):
            if any(number in STOPS for number in self._ear.recv(4096)):
                self._stop()
        self._reap()

    def _start(self, place: int) -> None:
        ours, theirs = socket.socketpair()
        counts = self._counts[place * COUNTS : (place + 1) * COUNTS]
        counts[0] = counts[1] = 0
        process = forked(lambda: self._work(theirs, counts))
        theirs.close()
        ours.setblocking(False)
        child = self._children[process] = Child(process, place, ours, counts)
        self._selector.register(ours, EVENT_READ, lambda: self._heard(child))

    def _work(self, channel: socket.socket, counts: memoryview) -> int:
        """Be a worker, without what is the parent's."""
        self._selector.close()
        channels = (child.channel for child in self._children.values())
        for not_ours in (self._handing.listener, self._ear, self._mouth, *self._handing.waiting, *channels):
            not_ours.close()
        return work(self._load, self._settings, lambda orphaned: Handed(channel, counts, orphaned))

    def _heard(self, child: Child) -> None:
        """A worker is ready, or takes no more."""
        if child.process not in self._children:
            return
        try:
            said = child.channel.recv(1)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if said != READY:
            self._selector.unregister(child.channel)
            self._handing.remove(child)
        elif not self._kill_at:
            self._ready(child)

    def _ready(self, child: Child) -> None:
        try:
            self._handing.add(child)
        except OSError as error:
            log.error("cannot serve: port %d: %s", self._settings.port, error.strerror)
            self._fail()

    def _reap(self) -> None:
        while self._children:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            if child := self._children.pop(process, None):
                self._ended_with(child, os.waitstatus_to_exitcode(status))

    def _ended_with(self, child: Child, code: int) -> None:
        self._handing.remove(child)
        with suppress(KeyError):  # it had said so before
            self._selector.unregister(child.channel)
        child.channel.close()
        if self._kill_at:
            return
        if code in _HUNG:
            log.warning("worker %d hung and was ended; another one takes its place", child.process)
            self._start(child.place)
        else:
            log.error("worker %d ended with status %d; stopping", child.process, code)
            self._fail()

    def _fail(self) -> None:
        self._code = 1
        self._stop()

    def _stop(self) -> None:
        if self._kill_at:
            return
        self._kill_at = monotonic() + self._settings.drain_seconds + _KILL_SECONDS
        self._watch_port()
        self._handing.close()
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        for process in self._children:
            os.kill(process, number)
