"""Seam: `lambda.invoke` runs the function for real.

moto runs functions in Docker containers or answers with a canned text. Its function keeps what it is; only
the invocation goes to our workers. Deleting a function ends its workers.
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign"

import base64
import json
from typing import Any

from moto.awslambda.models import LambdaBackend, LambdaFunction

from local.lambdas.service import Function, Lambdas


def install(lambdas: Lambdas) -> None:
    """Send invocations to `lambdas`."""

    def invoke(self: Any, body: Any, request_headers: Any, response_headers: Any) -> bytes:
        function = describe(self)
        kind = request_headers.get("x-amz-invocation-type", "RequestResponse")
        payload = body.encode() if isinstance(body, str) else body or b"{}"
        response_headers["x-amz-executed-version"] = "$LATEST"
        if kind == "DryRun":
            return b""
        if kind == "Event":
            lambdas.invoke_later(function, payload)
            return b""
        outcome = lambdas.invoke(function, payload)
        if outcome.error:
            response_headers["x-amz-function-error"] = outcome.error
        response_headers["x-amz-log-result"] = base64.b64encode(outcome.log_tail.encode()[-4096:]).decode()
        return outcome.payload

    delete = LambdaBackend.delete_function

    def delete_function(self: Any, function_name: str, *arguments: Any, **more: Any) -> Any:
        answer = delete(self, function_name, *arguments, **more)
        lambdas.forget(function_name.rpartition(":")[2])
        return answer

    LambdaFunction.invoke = invoke
    LambdaBackend.delete_function = delete_function


def describe(function: Any) -> Function:
    """Return what our workers must know of a function of moto's."""
    return Function(
        name=function.function_name,
        arn=function.function_arn,
        handler=function.handler or "",
        digest=f"{function.code_digest}:{json.dumps(function.environment_vars, sort_keys=True)}",
        code=lambda: function.code_bytes,
        environment=dict(function.environment_vars or {}),
        timeout=int(function.timeout or 3),
        memory_mb=int(function.memory_size or 128),
        region=function.region,
        role=str(function.role or ""),
    )
