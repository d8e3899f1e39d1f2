"""One HTTP request to a model's server.

Every request has its own connection: a kept one may be closed by the server in the moment it is used, and that
request would be lost.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.util import parse_url

_CHUNK = 256 * 1024
_CONNECT_SECONDS = 5


class ServerUnavailable(Exception):
    """Nobody listens; the request was not delivered and may go elsewhere."""


class ServerTimedOut(Exception):
    """The server took the request and did not answer in time."""


class ServerBroken(Exception):
    """The connection broke while the server worked on the request."""


class AnswerTooLarge(Exception):
    """The server answers with more bytes than the caller takes."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


@dataclass(frozen=True)
class Answer:
    """A server's response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value, whatever its case, or nothing."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


def call(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    seconds: float,
    most: int | None = None,
) -> Answer:
    """Send one request and read its answer.

    Args:
        method: of HTTP.
        url: whole.
        body: what is sent.
        headers: with it.
        seconds: how long all of it may take.
        most: bytes that an answer may have; None for any.

    Raises:
        ServerUnavailable, ServerTimedOut, ServerBroken, AnswerTooLarge: no answer.
    """
    end = time.monotonic() + seconds
    try:
        # A pool of its own: a server that is told to close may not say that it does, and a shared pool would keep that.
        with urllib3.connection_from_url(url) as connection:
            response = connection.request(
                method,
                parse_url(url).request_uri,
                body=body or None,
                headers={**(headers or {}), "Connection": "close"},
                timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=seconds),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                return Answer(response.status, dict(response.headers), _read(response, end, most))
            finally:
                response.close()
    except (NewConnectionError, ConnectTimeoutError) as error:
        raise ServerUnavailable from error
    except ReadTimeoutError as error:
        raise ServerTimedOut from error
    except HTTPError as error:
        raise ServerBroken(str(error)) from error


def _read(response: urllib3.BaseHTTPResponse, end: float, most: int | None) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.stream(_CHUNK):
        parts.append(part)
        size += len(part)
        if most is not None and size > most:
            raise AnswerTooLarge(response.status)
        if time.monotonic() > end:
            raise ServerTimedOut
    return b"".join(parts)
