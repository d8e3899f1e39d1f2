"""One kept connection to one host: a TLS handshake costs several round trips, a kept connection none."""

import http.client
import select
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from predict.aws.errors import BrokenOff, TimedOut, Unreachable

_CONNECT_SECONDS = 2.0


@dataclass(frozen=True)
class Answer:
    """An answer whole; names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """Sends one request at a time; an idle connection that the other side has closed is replaced first."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no http or https address")
        self.host = parts.netloc
        self.path = parts.path.rstrip("/")
        self._secure = parts.scheme == "https"
        self._open: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes, seconds: float) -> Answer:
        """Send and read one answer, at most `seconds` between two bytes of it.

        Raises:
            Unreachable: nothing was sent, or it was cut before any answer.
            TimedOut: no answer in time.
            BrokenOff: the answer did not end.
        """
        connection = self._connected()
        try:
            if connection.sock is not None:
                connection.sock.settimeout(seconds)
            connection.request(method, path, body or None, dict(headers))
            return self._read(connection)
        except TimeoutError as error:
            self.close()
            raise TimedOut(self.host) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(self.host) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close it; the next request opens another."""
        if self._open is not None:
            self._open.close()
        self._open = None

    def _read(self, connection: http.client.HTTPConnection) -> Answer:
        response = connection.getresponse()
        try:
            body = response.read()
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise BrokenOff(self.host) from error
        if response.will_close:
            self.close()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    def _connected(self) -> http.client.HTTPConnection:
        if self._open is not None and _dropped(self._open):
            self.close()
        if self._open is None:
            self._open = self._connect()
        return self._open

    def _connect(self) -> http.client.HTTPConnection:
        if self._secure:
            made: http.client.HTTPConnection = http.client.HTTPSConnection(
                self.host, timeout=_CONNECT_SECONDS, context=_tls()
            )
        else:
            made = http.client.HTTPConnection(self.host, timeout=_CONNECT_SECONDS)
        try:
            made.connect()
        except OSError as error:
            raise Unreachable(self.host) from error
        return made


def _dropped(connection: http.client.HTTPConnection) -> bool:
    """An idle connection has nothing to say; if it has, that is its end."""
    return connection.sock is None or bool(select.select([connection.sock], [], [], 0)[0])


@cache
def _tls() -> ssl.SSLContext:
    """One for all hosts: reading the certificates of the system takes some 30 ms."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
