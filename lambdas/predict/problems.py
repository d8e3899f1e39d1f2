"""What can go wrong, in the API's own terms, each with its status (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class Problem(Exception):
    """An answer that is no prediction; its words are made for the caller and name nothing internal."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal Server Error"
    retry_after: ClassVar[int | None] = None

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.members = members
        self.headers = dict(headers or {})
        if self.retry_after is not None:
            self.headers["Retry-After"] = str(self.retry_after)

    def body(self) -> dict[str, Any]:
        """Return the members of the problem document."""
        document = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        return {**document, **self.members}


class BadRequest(Problem):
    """The request cannot be understood."""

    status, title = 400, "Bad Request"


class BadFields(BadRequest):
    """Rows do not fit the features: `errors` lists the first, `error_count` counts all."""

    def __init__(self, errors: Sequence[Mapping[str, Any]], count: int) -> None:
        shown = "" if count == len(errors) else f"; the first {len(errors)} are listed"
        plural = "field does" if count == 1 else "fields do"
        detail = f"{count} {plural} not fit the workload's features{shown}. Nothing was sent to the model."
        super().__init__(detail, errors=list(errors), error_count=count)


class NotFound(Problem):
    """No such workload or route."""

    status, title = 404, "Not Found"


class MethodNotAllowed(Problem):
    """The route exists, the method does not."""

    status, title = 405, "Method Not Allowed"


class Conflict(Problem):
    """The variant asked for is not live."""

    status, title = 409, "Conflict"


class TooLarge(Problem):
    """More than one call can carry."""

    status, title = 413, "Content Too Large"


class Unsupported(Problem):
    """A media type, charset or encoding that is not read here."""

    status, title = 415, "Unsupported Media Type"


class TooMany(Problem):
    """The endpoint is asked more often than it may be."""

    status, title, retry_after = 429, "Too Many Requests", 1


class BadGateway(Problem):
    """The model failed, or answered what cannot be read."""

    status, title = 502, "Bad Gateway"


class Unavailable(Problem):
    """No model is live, or not right now."""

    status, title, retry_after = 503, "Service Unavailable", 30


class Timeout(Problem):
    """The model took too long."""

    status, title = 504, "Gateway Timeout"
