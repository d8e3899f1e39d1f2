"""The answer that `output_fn` may return as a whole."""

from typing import Any

from framework import response as own


def Response(
    response: Any = None,
    accept: str | None = None,
    status: int = 200,
    headers: Any = None,
    mimetype: str | None = None,
    direct_passthrough: bool = False,
) -> own.Response:
    """Return an answer; headers but the media type are not sent on, as SageMaker does not send them on either."""
    body = own.body_of("" if response is None else response)
    return own.Response(body, mimetype or accept or "application/json", status)
