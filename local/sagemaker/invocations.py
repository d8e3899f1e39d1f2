"""InvokeEndpoint: choose variant and instance, pass the body on, answer as SageMaker's runtime does."""

import re
import time
import uuid
from urllib.parse import unquote

from werkzeug import Request, Response

from local.sagemaker import invocationerrors as errors
from local.sagemaker.calls import Answer
from local.sagemaker.endpoints import Endpoints
from local.sagemaker.errors import AwsError
from local.sagemaker.hosting.fleet import Fleet
from local.sagemaker.hosting.instance import Question
from local.sagemaker.hosting.problems import ContainerProblem, NoInstance, Throttled
from local.sagemaker.hosting.variant import Variant
from local.sagemaker.invocationrequest import X, question

_PATH = re.compile(r"^/endpoints/([^/]+)/(invocations|async-invocations|invocations-response-stream)$")
_LATER = {
    "async-invocations": "InvokeEndpointAsync",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
}


class Invocations:
    """The data plane."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def handle(self, request: Request) -> Response:
        """Answer POST /endpoints/{name}/invocations."""
        began = time.monotonic()
        match = _PATH.match(request.path)
        if not match or request.method != "POST":
            raise AwsError("UnknownOperationException", f"{request.method} {request.path} is no operation", 404)
        if match[2] != "invocations":
            raise AwsError("ValidationError", f"{_LATER[match[2]]} is not covered by the embedded SageMaker")
        name = unquote(match[1])
        with self._endpoints.serving(name) as fleet:
            variant = fleet.choose(request.headers.get(f"{X}Target-Variant"))
            invocation = _Invocation(self._endpoints, fleet, variant, name, began)
            return invocation.run(request)


class _Invocation:
    def __init__(self, endpoints: Endpoints, fleet: Fleet, variant: Variant, endpoint: str, began: float) -> None:
        self._metrics = endpoints.metrics
        self._fleet = fleet
        self._variant = variant
        self._endpoint = endpoint
        self._began = began
        self._id = str(uuid.uuid4())

    def run(self, request: Request) -> Response:
        asked = question(request, self._variant, self._id)
        self._fleet.mirror(asked, self._variant)
        sent = time.monotonic()
        status = 0
        try:
            answer = self._variant.ask(asked)
            status = answer.status
        except ContainerProblem as problem:
            status = problem.status
            raise errors.model_error(self._endpoint, problem) from problem
        except NoInstance as problem:
            raise errors.no_instance(self._endpoint, self._variant.name, str(problem)) from problem
        except Throttled as problem:
            status = 429
            raise errors.throttled(self._variant.name) from problem
        finally:
            self._count(status, sent, time.monotonic())
        self._capture(asked, answer, request)
        return self._respond(answer, request)

    def _count(self, status: int, sent: float, answered: float) -> None:
        self._metrics.record(
            self._endpoint,
            self._variant.name,
            status=status,
            model_latency=answered - sent,
            overhead_latency=sent - self._began,
            instances=self._variant.count,
        )

    def _capture(self, asked: Question, answer: Answer, request: Request) -> None:
        self._fleet.capture.record(
            variant=self._variant.name,
            event_id=self._id,
            inference_id=request.headers.get(f"{X}Inference-Id", ""),
            sent=asked.body,
            sent_type=asked.content_type,
            received=answer.body,
            received_type=answer.header("Content-Type"),
            custom_attributes=request.headers.get(f"{X}Custom-Attributes", ""),
        )

    def _respond(self, answer: Answer, request: Request) -> Response:
        content_type = answer.header("Content-Type") or "application/octet-stream"
        response = Response(answer.body, 200, content_type=content_type)
        response.headers["x-Amzn-Invoked-Production-Variant"] = self._variant.name
        if attributes := answer.header(f"{X}Custom-Attributes"):
            response.headers[f"{X}Custom-Attributes"] = attributes
        if inference := request.headers.get(f"{X}Inference-Id"):
            response.headers[f"{X}Inference-Id"] = inference
        response.headers["x-amzn-RequestId"] = self._id
        return response
