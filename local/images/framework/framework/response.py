"""The answer that a user's `output_fn` may give as a whole. Scripts import it: it needs nothing of the server."""

from typing import Any, NamedTuple


class Response(NamedTuple):
    """A body, its media type and a status."""

    body: bytes
    media_type: str
    status: int


def body_of(value: Any) -> bytes:
    """Return what a user's function gave as bytes."""
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else str(value).encode()
