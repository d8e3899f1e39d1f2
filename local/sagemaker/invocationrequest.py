"""An InvokeEndpoint request, checked against the service model and the variant, as its containers get it."""

from typing import Any

import botocore.session
from werkzeug import Request

from local.sagemaker import containers, validation
from local.sagemaker.errors import AwsError
from local.sagemaker.hosting.instance import Question
from local.sagemaker.hosting.serverless import ServerlessVariant
from local.sagemaker.hosting.variant import Variant
from local.sagemaker.limits import PAYLOAD_BYTES, SERVERLESS_PAYLOAD_BYTES

X = "X-Amzn-SageMaker-"
_LATER = ("Target-Model", "Enable-Explanations", "Inference-Component", "Session-Id", "Prefix-Aware-Id")
_INPUT: Any = (
    botocore.session.get_session().get_service_model("sagemaker-runtime").operation_model("InvokeEndpoint").input_shape
)
_HEADERS = {
    member.serialization["name"]: (name, member)
    for name, member in _INPUT.members.items()
    if member.serialization.get("location") == "header"
}


def question(request: Request, variant: Variant, request_id: str) -> Question:
    """Return what the variant's containers are asked.

    Raises:
        AwsError: a member that the model does not allow or that is not covered, a body that is too large, a target
            container that is not there.
    """
    _check_headers(request)
    serverless = isinstance(variant, ServerlessVariant)
    passed_on = ((name, request.headers.get(name)) for name in (f"{X}Custom-Attributes", f"{X}Inference-Id"))
    return Question(
        body=_body(request, request_id, serverless),
        content_type=request.headers.get("Content-Type") or "application/octet-stream",
        accept=request.headers.get("Accept") or "",
        passed_on=tuple((name, value) for name, value in passed_on if value),
        target=_target(request, variant),
        most=SERVERLESS_PAYLOAD_BYTES if serverless else PAYLOAD_BYTES,
    )


def _check_headers(request: Request) -> None:
    for header in _LATER:
        if request.headers.get(X + header):
            raise AwsError("ValidationError", f"{header} is not covered by the embedded SageMaker")
    for header, (name, member) in _HEADERS.items():
        value = request.headers.get(header)
        if value is not None and (failures := validation.failures(member, value, name[:1].lower() + name[1:])):
            raise AwsError("ValidationError", validation.told(failures))


def _body(request: Request, request_id: str, serverless: bool) -> bytes:
    most = SERVERLESS_PAYLOAD_BYTES if serverless else PAYLOAD_BYTES
    length = request.content_length or 0
    body = b"" if length > most else request.get_data(cache=False)
    if max(length, len(body)) <= most:
        return body
    if serverless:
        raise AwsError("ValidationError", f"Request {request_id} has oversize body.")
    raise AwsError(
        "ValidationError",
        f"1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less"
        f" than or equal to {PAYLOAD_BYTES}",
    )


def _target(request: Request, variant: Variant) -> str:
    target = request.headers.get(f"{X}Target-Container-Hostname") or ""
    names = [container["ContainerHostname"] for container in containers.containers_of(variant.model)]
    if not containers.is_direct(variant.model):
        if target:
            raise AwsError(
                "ValidationError",
                f"TargetContainerHostname {target} is not allowed: variant {variant.name} is not configured for direct"
                " invocation.",
            )
        return ""
    if not target:
        raise AwsError(
            "ValidationError",
            f"TargetContainerHostname is required: variant {variant.name} is configured for direct invocation of its"
            f" containers {', '.join(names)}.",
        )
    if target not in names:
        raise AwsError("ValidationError", f"Container {target} not found in variant {variant.name}.")
    return target
