"""One call of a REST API: what the gateway knows of it, and the `$context` that templates and logs see."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request

from local.settings import ACCOUNT


@dataclass
class Call:
    """Filled stage by stage: route, key, integration, answer."""

    request: Request
    api: Any
    stage: Any
    path: str
    body: bytes
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.time)
    resource: Any = None
    resource_path: str = ""
    method: Any = None
    parameters: dict[str, str] = field(default_factory=dict)
    key: Any = None
    integration_ms: int | None = None
    error_kind: str = ""

    @property
    def media_type(self) -> str:
        """The body's media type without parameters; a body without one counts as JSON."""
        return self.request.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()

    @property
    def binary(self) -> bool:
        """Whether the API takes the body for bytes."""
        return matches(self.media_type, self.api.binaryMediaTypes)

    def context(self) -> dict[str, Any]:
        """Return the request context, as a function's event and the access log name its members.

        Domain and path are as with a custom domain, whose base path is in the path: what the caller sees.
        """
        request, moment = self.request, time.gmtime(self.started)
        trace = f"1-{int(self.started):08x}-{self.request_id.replace('-', '')[:24]}"
        return {
            "accountId": ACCOUNT,
            "apiId": self.api.id,
            "deploymentId": self.stage.deployment_id,
            "domainName": request.host,
            "domainPrefix": self.api.id,
            "extendedRequestId": self.request_id.replace("-", "")[:16],
            "httpMethod": request.method,
            "identity": self._identity(),
            "path": request.path,
            "protocol": request.environ.get("SERVER_PROTOCOL", "HTTP/1.1"),
            "requestId": self.request_id,
            "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", moment),
            "requestTimeEpoch": int(self.started * 1000),
            "resourceId": self.resource.id if self.resource else None,
            "resourcePath": self.resource_path,
            "stage": self.stage.name,
            "xrayTraceId": trace,
        }

    def _identity(self) -> dict[str, Any]:
        unknown = (
            "accessKey", "accountId", "caller", "cognitoAuthenticationProvider", "cognitoAuthenticationType",
            "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId", "user", "userArn",
        )  # fmt: skip
        return {
            **dict.fromkeys(unknown),
            "apiKey": self.key.value if self.key else None,
            "apiKeyId": self.key.id if self.key else None,
            "sourceIp": self.request.remote_addr,
            "userAgent": self.request.headers.get("User-Agent"),
        }


def matches(media_type: str, patterns: list[str]) -> bool:
    """Whether a media type is one of the API's binary ones; `*/*` and `image/*` are patterns."""
    kind = media_type.partition("/")[0]
    return any(pattern in {"*/*", media_type, f"{kind}/*"} for pattern in patterns)
