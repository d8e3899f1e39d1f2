"""The gateway's own errors in the shape of the API's: problem JSON (RFC 9457).

Templates know variables but no language, and the client's `Accept` chooses among them: there is one,
for `application/json`, which is also the default, and the header tells the truth about it.
"""

import json
from dataclasses import dataclass, field

from aws_cdk import aws_apigateway as apigateway

_VALIDATION = "$context.error.validationErrorString"
_ENVELOPE = (
    "Send {'instances': [{'feature': value, ...}, ...]} with at least one instance to predictions,"
    " {'inference_id': '...', 'actual': ...} to feedback, in JSON."
)


@dataclass(frozen=True)
class Problem:
    """One kind of gateway response; without a status the gateway's own is kept."""

    title: str
    detail: str
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


_NO_ROUTE = Problem("Not Found", "No such route. GET /v1/workloads lists what there is.", 404)
# Of what a client sends, only the gateway's own finding appears: it is escaped, a path would not be.
PROBLEMS: dict[str, Problem] = {
    "DEFAULT_4XX": Problem("Request refused", "The request was refused before it reached the workload."),
    "DEFAULT_5XX": Problem("Gateway error", "The gateway could not answer; try again."),
    "BAD_REQUEST_BODY": Problem("Bad Request", f"{_ENVELOPE} What is wrong: {_VALIDATION}", 400),
    "BAD_REQUEST_PARAMETERS": Problem("Bad Request", "A required parameter is missing.", 400),
    "ACCESS_DENIED": Problem("Forbidden", "Access denied.", 403),
    "INVALID_API_KEY": Problem("Forbidden", "Send a valid API key in the header x-api-key.", 403),
    "UNAUTHORIZED": Problem("Forbidden", "Send a valid API key in the header x-api-key.", 403),
    "WAF_FILTERED": Problem("Forbidden", "A firewall rule refused the request.", 403),
    "MISSING_AUTHENTICATION_TOKEN": _NO_ROUTE,  # what the gateway calls an unknown route
    "RESOURCE_NOT_FOUND": _NO_ROUTE,
    "REQUEST_TOO_LARGE": Problem(
        "Content Too Large", "Send at most 4 MB, 6 MB once quotes and line ends are escaped; split the instances.", 413
    ),
    "UNSUPPORTED_MEDIA_TYPE": Problem(
        "Unsupported Media Type", "Send application/json, or text/csv with a header.", 415
    ),
    "THROTTLED": Problem("Too Many Requests", "Too many requests at once; try again.", 429, {"Retry-After": "1"}),
    "QUOTA_EXCEEDED": Problem("Too Many Requests", "The API key's quota is used up.", 429),
    "INTEGRATION_FAILURE": Problem("Bad Gateway", "The workload's function failed.", 502),
    "INTEGRATION_TIMEOUT": Problem("Gateway Timeout", "No answer in time; send fewer instances.", 504),
}


def answer_with_problems(api: apigateway.RestApi, *, any_origin: bool) -> None:
    """Replace every gateway response of the API.

    `any_origin` lets pages read them wherever they come from: a gateway response knows one value for all, and
    what it says is no secret. Which origins may call is the preflight's and the function's to say.
    """
    allowed = {"Access-Control-Allow-Origin": "'*'"} if any_origin else {}
    for kind, problem in PROBLEMS.items():
        api.add_gateway_response(
            f"Problem-{kind}",
            type=apigateway.ResponseType.of(kind),
            status_code=None if problem.status is None else str(problem.status),
            response_headers={
                "Content-Type": "'application/problem+json'",
                **allowed,
                **{name: f"'{value}'" for name, value in problem.headers.items()},
            },
            templates={"application/json": _body(problem)},
        )


def _body(problem: Problem) -> str:
    members: dict[str, str | int] = {"type": "about:blank", "title": problem.title}
    if problem.status is not None:
        members["status"] = problem.status
    return json.dumps({**members, "detail": problem.detail, "request_id": "$context.requestId"})
