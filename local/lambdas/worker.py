"""One warm process that runs a function's handler, one event at a time."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

from local.access.credentials import access_key
from local.lambdas import bootstrap
from local.lambdas.function import Function, Outcome, failure
from local.settings import Settings

_INIT_SECONDS = 30.0
_LOG_SECONDS = 1.0


class Worker:
    """Starts the process at once; `invoke` runs one event in it. A worker that failed hard is not `alive`."""

    def __init__(self, function: Function, code: Path, settings: Settings) -> None:
        day = time.strftime("%Y/%m/%d", time.gmtime())
        self.log_stream = f"{day}/[$LATEST]{uuid.uuid4().hex}"
        self.function = function
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-u", bootstrap.__file__, str(theirs.fileno())],
                cwd=code,
                env=_environment(function, code, settings, self.log_stream),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self._socket = ours
        self._buffer = b""
        self._log: list[str] = []
        self._logged = threading.Event()
        self._ready = False
        threading.Thread(target=self._read_log, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the process can take another event."""
        return self._process.poll() is None

    def invoke(self, payload: bytes, request_id: str) -> Outcome:
        """Run one event and return what came of it; the function's time-out ends the process."""
        if not self._ready and self._line(_INIT_SECONDS) is None:
            return self._died(request_id, _INIT_SECONDS)
        self._ready = True
        self._log, self._logged = [], threading.Event()
        function = self.function
        request = {
            "id": request_id,
            "event": json.loads(payload),
            "arn": function.arn,
            "timeout": function.timeout,
        }
        with contextlib.suppress(OSError):
            self._socket.sendall(json.dumps(request).encode() + b"\n")
        line = self._line(function.timeout)
        if line is None:
            return self._died(request_id, function.timeout)
        self._logged.wait(_LOG_SECONDS)
        reply = json.loads(line)
        return Outcome(payload=reply["payload"].encode(), error=reply.get("error"), lines=list(self._log))

    def close(self) -> None:
        """End the process and all it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._socket.close()

    def _line(self, seconds: float) -> bytes | None:
        """Read one line; None when time is up or the process has ended."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._socket], [], [], left)[0]:
                return None
            try:
                data = self._socket.recv(1 << 20)
            except OSError:
                return None
            if not data:
                return None
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _died(self, request_id: str, seconds: float) -> Outcome:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.1)
        code = self._process.poll()
        lines = list(self._log)
        self.close()
        if code is None:
            outcome = failure(
                "Sandbox.Timedout",
                f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds",
            )
        else:
            what = f"signal: {-code}" if code < 0 else f"exit status {code}"
            outcome = failure("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {what}")
        message = json.loads(outcome.payload)["errorMessage"]
        return Outcome(payload=outcome.payload, error=outcome.error, lines=[*lines, message])

    def _read_log(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  asked for at the start
        for raw in self._process.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            if line.startswith(bootstrap.MARK):
                self._logged.set()
            elif line:
                self._log.append(line)


def _environment(function: Function, code: Path, settings: Settings, log_stream: str) -> dict[str, str]:
    """Return what a function finds in its environment: AWS's own variables, its own, and where AWS is."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": "/tmp",  # noqa: S108  as on AWS, the only place where a function may write
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_PROXY": "localhost,127.0.0.1",
        "TRAINYARD_SERVER_HOME": str(settings.home),
        **function.environment,
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": str(code),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python3.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ACCESS_KEY_ID": access_key(function.role),
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": settings.endpoint_url,
    }
