"""One job from its turn to its end: `JobRun` lives the life that all jobs share.

A kind of job supplies `execute` and how its end is told. A run never raises: whatever happens, the table has
the end and the reason.
"""

import errno
import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from local.runtime.interface import RuntimeProblem
from local.sagemaker.context import Context
from local.sagemaker.endings import announce
from local.sagemaker.errors import AwsError
from local.sagemaker.logs import LogStream
from local.sagemaker.s3files import S3Problem
from local.sagemaker.store import Table

LONGEST_REASON = 1024
_FULL = (errno.ENOSPC, errno.EDQUOT)
_log = logging.getLogger(__name__)


class JobFailed(Exception):
    """The job failed; the message is its FailureReason."""


class JobStopped(Exception):
    """Somebody asked the job to stop."""


class JobTimedOut(Exception):
    """The job ran longer than its MaxRuntimeInSeconds."""


class JobWaitedTooLong(JobTimedOut):
    """The job did not end within its MaxWaitTimeInSeconds."""


_KNOWN = (JobFailed, JobStopped, JobTimedOut, S3Problem, RuntimeProblem, AwsError)


class JobRun(ABC):
    """One job from its turn to its end."""

    log_group: str

    def __init__(self, context: Context, table: Table, name: str) -> None:
        self.table = table
        self.name = name
        self.request = table.get(name)
        self.context = context.acting_as(self.role)
        self._stop = threading.Event()
        self.on_end: Callable[[], None] = lambda: None
        self.log = self.open_log()

    @property
    def role(self) -> str:
        """The ARN of the role that the job acts by."""
        return str(self.request.get("RoleArn", ""))

    def open_log(self) -> LogStream:
        """Return the job's log stream, named as AWS names it."""
        epoch = int(time.time() * 1000)
        return self.context.open_log(self.log_group, f"{self.name}/algo-1-{epoch}")

    def close_logs(self) -> None:
        """Send what is left of the log."""
        self.log.close()

    def stop(self) -> None:
        """Ask the run to stop; returns at once."""
        self._stop.set()

    def run(self) -> None:
        """Live the job's life; never raises. `on_end` is called when the table has the end."""
        try:
            self._live()
        finally:
            self.on_end()
            announce(self.name)

    def _live(self) -> None:
        try:
            self._attempt(self.retries)
            self.close_logs()
            self.completed()
        except JobStopped:
            self._ended(self.stopped)
        except JobWaitedTooLong:
            self._ended(self.waited_too_long)
        except JobTimedOut:
            self._ended(self.timed_out)
        except Exception as error:
            if not isinstance(error, _KNOWN):
                _log.exception("job %s", self.name)
            reason = _reason(error)
            self._ended(lambda: self.failed(reason))

    def _attempt(self, retries: int) -> None:
        for left in range(retries, -1, -1):
            try:
                self.check_stop()
                with self.context.sandbox(self.name, self.image) as folder:
                    self.execute(folder)
                return
            except _KNOWN:
                raise
            except Exception:
                if not left:
                    raise
                _log.exception("job %s starts again", self.name)
                self.restarting()

    def _ended(self, tell: Callable[[], None]) -> None:
        self.close_logs()
        with suppress(AwsError):
            tell()

    def check_stop(self) -> None:
        """Raise JobStopped once somebody asked for it."""
        if self._stop.is_set():
            raise JobStopped

    def heard(self, line: str) -> None:
        """Take a line that the image wrote."""
        self.log.write(line)

    @property
    def retries(self) -> int:
        """How often the job starts again after a failure that is neither the image's nor the request's."""
        return 0

    def restarting(self) -> None:  # noqa: B027  a kind of job without retries has nothing to tell
        """Record that the job starts again."""

    @property
    @abstractmethod
    def image(self) -> str:
        """The URI of the image that runs."""

    @abstractmethod
    def execute(self, folder: Path) -> None:
        """Do the work in `folder`; raise JobFailed, JobStopped or JobTimedOut."""

    @abstractmethod
    def completed(self) -> None:
        """Record success."""

    @abstractmethod
    def stopped(self) -> None:
        """Record that it was stopped."""

    @abstractmethod
    def timed_out(self) -> None:
        """Record that its time was over."""

    def waited_too_long(self) -> None:
        """Record that waiting and running took longer than allowed."""
        self.timed_out()

    @abstractmethod
    def failed(self, reason: str) -> None:
        """Record failure."""


def _reason(error: Exception) -> str:
    text = str(error)
    if isinstance(error, (S3Problem, RuntimeProblem)):
        text = f"ClientError: {text}"
    elif isinstance(error, OSError) and error.errno in _FULL:
        text = f"ClientError: Insufficient disk space ({error})"
    elif not isinstance(error, _KNOWN):
        text = f"InternalServerError: {error!r}"
    return text[:LONGEST_REASON]
