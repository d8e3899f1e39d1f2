"""The answer that `output_fn` may return as a whole."""

from typing import Any

from framework.handlers import Answer, body_of


def Response(
    response: Any = None,
    accept: str | None = None,
    status: int = 200,
    headers: Any = None,
    mimetype: str | None = None,
    direct_passthrough: bool = False,
) -> Answer:
    """Return an answer; headers but the media type are not sent on, as SageMaker does not send them on either."""
    return Answer(status, mimetype or accept or "application/json", body_of("" if response is None else response))
