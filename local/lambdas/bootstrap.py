"""The program of a worker process: loads the handler once, then answers one event after the other.

It speaks over the socket whose descriptor is its first argument: a JSON line in, a JSON line out. Standard
output and error are the function's log. It imports nothing of this package, so that a function sees what AWS
shows it.
"""

import importlib
import json
import logging
import os
import socket
import sys
import time
import traceback
from typing import Any

MARK = "\x00end-of-invocation"


class Context:
    """The second argument of a handler."""

    function_version = "$LATEST"
    client_context = None
    identity = None

    def __init__(self, request: dict[str, Any]) -> None:
        self.aws_request_id = request["id"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.invoked_function_arn = request["arn"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = time.monotonic() + request["timeout"]

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the handler may still run."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class LogFormat(logging.Formatter):
    """AWS's default text format: level, time, request, message."""

    request_id = ""

    def format(self, record: logging.LogRecord) -> str:
        """Format one record."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        message = super().format(record)
        return f"[{record.levelname}]\t{moment}.{record.msecs:03.0f}Z\t{self.request_id}\t{message}"


def load(handler: str) -> Any:
    """Import the handler; an error is returned as AWS words it."""
    module_name, _, function_name = handler.rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        return error_body("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}", error)
    except SyntaxError as error:
        return error_body("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", error)
    except Exception as error:
        return error_body(type(error).__name__, str(error), error)
    try:
        return getattr(module, function_name)
    except AttributeError:
        return error_body(
            "Runtime.HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'", None
        )


def error_body(kind: str, message: str, error: BaseException | None) -> dict[str, Any]:
    """Return an error in the form that the Lambda runtime answers."""
    trace = traceback.format_tb(error.__traceback__)[1:] if error is not None else []
    return {"errorMessage": message, "errorType": kind, "requestId": "", "stackTrace": trace}


def answer(handler: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Run the handler on one request."""
    if isinstance(handler, dict):
        return fail(handler, request)
    try:
        result = handler(request["event"], Context(request))
    except Exception as error:
        return fail(error_body(type(error).__name__, str(error), error), request)
    try:
        return {"payload": json.dumps(result)}
    except (TypeError, ValueError) as error:
        return fail(error_body("Runtime.MarshalError", f"Unable to marshal response: {error}", None), request)


def fail(body: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Log an error and return it as the request's answer."""
    body = {**body, "requestId": request["id"]}
    print(f"[ERROR] {body['errorType']}: {body['errorMessage']}", *body["stackTrace"], sep="\n")  # noqa: T201
    return {"payload": json.dumps(body), "error": "Unhandled"}


def main() -> None:
    """Answer until the server hangs up."""
    lines = socket.socket(fileno=int(sys.argv[1])).makefile("rwb")
    sys.path[0] = os.environ["LAMBDA_TASK_ROOT"]  # in place of this file's own folder
    log_format = LogFormat()
    stream = logging.StreamHandler(sys.stdout)
    stream.setFormatter(log_format)
    logging.getLogger().addHandler(stream)
    handler = load(os.environ["_HANDLER"])
    lines.write(b"ready\n")
    lines.flush()
    while line := lines.readline():
        request = json.loads(line)
        log_format.request_id = request["id"]
        reply = answer(handler, request)
        print(f"\n{MARK} {request['id']}", flush=True)  # noqa: T201
        sys.stderr.flush()
        lines.write(json.dumps(reply).encode() + b"\n")
        lines.flush()


if __name__ == "__main__":
    main()
