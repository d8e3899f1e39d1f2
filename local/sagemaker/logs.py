"""CloudWatch Logs: lines of running images, in order, in batches, by one writer thread for all streams."""

import logging
import threading
import time
from contextlib import suppress
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.clients import client
from local.settings import Settings

_FLUSH_SECONDS = 1.0
_BATCH = 500
_LONGEST_EVENT = 200_000
_log = logging.getLogger(__name__)


class LogStream:
    """One stream; whoever writes need not wait for CloudWatch."""

    def __init__(self, writer: "LogWriter", group: str, name: str, role: str = "") -> None:
        self.group = group
        self.name = name
        self._role = role
        self._writer = writer
        self._lines: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._flushing = threading.Lock()
        self._made = False

    def write(self, line: str) -> None:
        """Add a line."""
        event = {"timestamp": int(time.time() * 1000), "message": line[:_LONGEST_EVENT] or " "}
        with self._lock:
            self._lines.append(event)

    def flush(self) -> None:
        """Send what is waiting; a refused batch is dropped, for a log must not stop a job."""
        with self._flushing:
            with self._lock:
                events, self._lines = self._lines, []
            if not events:
                return
            if not self._made:
                self._writer.make(self.group, self.name, self._role)
                self._made = True
            for start in range(0, len(events), _BATCH):
                self._writer.send(self.group, self.name, events[start : start + _BATCH], self._role)

    def close(self) -> None:
        """Send the rest and let the stream go."""
        self.flush()
        self._writer.forget(self)


class LogWriter:
    """Flushes all open streams every second: each call costs some milliseconds, whatever it brings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._streams: set[LogStream] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    def open(self, group: str, name: str, role: str = "") -> LogStream:
        """Return a stream to write to, by right of a role."""
        stream = LogStream(self, group, name, role)
        with self._lock:
            self._streams.add(stream)
        return stream

    def forget(self, stream: LogStream) -> None:
        """Stop flushing a closed stream."""
        with self._lock:
            self._streams.discard(stream)

    def close(self) -> None:
        """End the thread; streams still open lose their last lines."""
        self._stop.set()
        self._thread.join(5)

    def make(self, group: str, stream: str, role: str = "") -> None:
        """Create group and stream where they are missing."""
        logs = client("logs", self._settings, role)
        for call, arguments in (
            (logs.create_log_group, {"logGroupName": group}),
            (logs.create_log_stream, {"logGroupName": group, "logStreamName": stream}),
        ):
            with suppress(ClientError, BotoCoreError):
                call(**arguments)

    def send(self, group: str, stream: str, events: list[dict[str, Any]], role: str = "") -> None:
        """Put events, oldest first."""
        try:
            logs = client("logs", self._settings, role)
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        except (ClientError, BotoCoreError) as error:
            _log.warning("%s %s: %d log lines lost: %s", group, stream, len(events), error)

    def _run(self) -> None:
        while not self._stop.wait(_FLUSH_SECONDS):
            with self._lock:
                streams = list(self._streams)
            for stream in streams:
                stream.flush()
