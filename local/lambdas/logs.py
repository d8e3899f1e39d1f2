"""What Lambda writes to CloudWatch Logs around each invocation, written behind the caller's back."""

import contextlib
import logging
import queue
import threading
import time
from typing import Any

from local import clients
from local.lambdas.function import Function
from local.settings import Settings

LOG = logging.getLogger(__name__)


def report(request_id: str, lines: list[str], seconds: float, memory_mb: int) -> list[str]:
    """Return the whole log of one invocation."""
    millis = seconds * 1000
    return [
        f"START RequestId: {request_id} Version: $LATEST",
        *lines,
        f"END RequestId: {request_id}",
        f"REPORT RequestId: {request_id}\tDuration: {millis:.2f} ms\tBilled Duration: {int(millis) + 1} ms\t"
        f"Memory Size: {memory_mb} MB\tMax Memory Used: {memory_mb} MB",
    ]


class LogWriter:
    """Puts lines into log groups from a thread of its own, so that no caller waits for its log."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._queue: queue.Queue[tuple[str, str, int, list[str]] | None] = queue.Queue()
        self._known: set[tuple[str, str]] = set()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def write(self, group: str, stream: str, lines: list[str]) -> None:
        """Write lines, all with the time of now."""
        self._queue.put((group, stream, int(time.time() * 1000), lines))

    def write_function(self, function: Function, stream: str, lines: list[str]) -> None:
        """Write the log of an invocation."""
        self.write(function.log_group, stream, lines)

    def close(self) -> None:
        """Write what is left, briefly, and stop."""
        self._queue.put(None)
        self._thread.join(timeout=2)

    def _run(self) -> None:
        logs = clients.client("logs", self._settings)
        while (entry := self._queue.get()) is not None:
            try:
                self._put(logs, *entry)
            except Exception:
                LOG.exception("a log could not be written to %s", entry[0])

    def _put(self, logs: Any, group: str, stream: str, moment: int, lines: list[str]) -> None:
        if (group, stream) not in self._known:
            with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
                logs.create_log_group(logGroupName=group)
            with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
                logs.create_log_stream(logGroupName=group, logStreamName=stream)
            self._known.add((group, stream))
        events = [{"timestamp": moment, "message": line or " "} for line in lines]
        try:
            logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        except logs.exceptions.ResourceNotFoundException:  # deleted since: the next line makes it anew
            self._known.discard((group, stream))
