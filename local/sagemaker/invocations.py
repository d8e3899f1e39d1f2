"""InvokeEndpoint: choose variant and instance, pass the body on, answer as SageMaker's runtime does."""

import re
import time
import uuid
from urllib.parse import unquote

from werkzeug import Request, Response

from local.sagemaker.endpoints import Endpoints
from local.sagemaker.errors import AwsError
from local.sagemaker.fleet import Fleet, Instance, Variant
from local.sagemaker.limits import INVOCATION_SECONDS, PAYLOAD_BYTES
from local.sagemaker.servers import Answer, ServerBroken, ServerTimedOut, ServerUnavailable
from local.settings import ACCOUNT, REGION

_PATH = re.compile(r"^/endpoints/([^/]+)/invocations$")
_X = "X-Amzn-SageMaker-"
_LONGEST_MESSAGE = 4096
_LATER = ("Target-Model", "Target-Container-Hostname", "Enable-Explanations", "Inference-Component")
_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container primary. Review the latency"
    " metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)


class Invocations:
    """The data plane."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def handle(self, request: Request) -> Response:
        """Answer POST /endpoints/{name}/invocations."""
        match = _PATH.match(request.path)
        if not match or request.method != "POST":
            raise AwsError("UnknownOperationException", f"{request.method} {request.path} is not covered", 404)
        for header in _LATER:
            if request.headers.get(_X + header):
                raise AwsError("ValidationError", f"{header} is not covered yet by the embedded SageMaker")
        body = _body(request)
        with self._endpoints.serving(unquote(match[1])) as fleet:
            variant = fleet.choose(request.headers.get(f"{_X}Target-Variant"))
            invocation = _Invocation(fleet, variant, unquote(match[1]))
            return _respond(invocation.ask(body, _passed_on(request)), variant, request)


class _Invocation:
    def __init__(self, fleet: Fleet, variant: Variant, endpoint: str) -> None:
        self._fleet = fleet
        self._variant = variant
        self._endpoint = endpoint

    def ask(self, body: bytes, headers: dict[str, str]) -> Answer:
        end = time.monotonic() + INVOCATION_SECONDS
        tried: set[Instance] = set()
        while (left := end - time.monotonic()) > 0:
            instance = self._fleet.instance(self._variant, tried)
            if instance is None:
                break
            tried.add(instance)
            try:
                answer = instance.server.post(body, headers, left)
            except ServerUnavailable:
                continue
            except ServerTimedOut as error:
                raise self._error(instance, 0, _TIMED_OUT) from error
            except ServerBroken as error:
                raise self._error(instance, 0, f"Connection to the container was lost: {error}") from error
            if 200 <= answer.status < 300:
                return answer
            raise self._error(instance, answer.status, answer.body.decode("utf-8", "replace"))
        raise AwsError(
            "ServiceUnavailable",
            f"No healthy instance of variant {self._variant.name} of {self._endpoint}.",
            503,
        )

    def _error(self, instance: Instance, status: int, message: str) -> AwsError:
        kind = "client" if 400 <= status < 500 else "server"
        message = message[:_LONGEST_MESSAGE]
        group = f"/aws/sagemaker/Endpoints/{self._endpoint}"
        return AwsError(
            "ModelError",
            f'Received {kind} error ({status}) from primary with message "{message}". See'
            f" https://{REGION}.console.aws.amazon.com/cloudwatch/home?region={REGION}#logEventViewer:group={group}"
            f" in account {ACCOUNT} for more information.",
            424,
            OriginalStatusCode=status or 500,
            OriginalMessage=message,
            LogStreamArn=f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:{instance.log.name}",
        )


def _body(request: Request) -> bytes:
    body = b"" if (request.content_length or 0) > PAYLOAD_BYTES else request.get_data(cache=False)
    if max(request.content_length or 0, len(body)) > PAYLOAD_BYTES:
        raise AwsError(
            "ValidationError",
            "1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have"
            f" length less than or equal to {PAYLOAD_BYTES}",
        )
    return body


def _passed_on(request: Request) -> dict[str, str]:
    headers = {"Content-Type": request.headers.get("Content-Type") or "application/octet-stream"}
    for name in ("Accept", f"{_X}Custom-Attributes", f"{_X}Inference-Id"):
        if value := request.headers.get(name):
            headers[name] = value
    return headers


def _respond(answer: Answer, variant: Variant, request: Request) -> Response:
    kept = {name.lower(): value for name, value in answer.headers.items()}
    response = Response(answer.body, 200, content_type=kept.get("content-type", "application/octet-stream"))
    response.headers["x-Amzn-Invoked-Production-Variant"] = variant.name
    if attributes := kept.get(f"{_X}Custom-Attributes".lower()):
        response.headers[f"{_X}Custom-Attributes"] = attributes
    if inference := request.headers.get(f"{_X}Inference-Id"):
        response.headers[f"{_X}Inference-Id"] = inference
    response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return response
