"""The head of a request: collected as it comes, bounded in size, and judged when it is whole.

What only some requests need is in methods beside the parser's: those run for every request.
"""

import asyncio
from abc import abstractmethod
from typing import TYPE_CHECKING

from httptools import HttpRequestParser

from serving.headers import ACCEPT, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, KNOWN, TRANSFER_ENCODING, unusual
from serving.heads import CLOSE, KEEP, KEEP_1_0
from serving.limits import A_HEADER, MOST_HEAD, MOST_TARGET
from serving.routes import Reply

if TYPE_CHECKING:
    from serving.worker import Worker

# What is being read: nothing of a request yet, its head, its body; NOTHING: no more of this client.
IDLE, HEAD, BODY, NOTHING = range(4)

# Headers that need a second look, as bits; only the first may leave the request as it is.
NAMED_CONNECTION, EXPECTS, TRANSFERRED = 1, 2, 4

_TOO_LONG = f"the request's target is longer than {MOST_TARGET} bytes"


class Refused(Exception):
    """Ends the parsing of a request that has its answer."""


class Head(asyncio.Protocol):
    """What a connection knows of the request that it reads."""

    __slots__ = (
        "_accept",
        "_again",
        "_content_type",
        "_expecting",
        "_fresh",
        "_keep",
        "_length",
        "_look",
        "_parser",
        "_reading",
        "_reply",
        "_room",
        "_since",
        "_target",
        "_worker",
    )

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._parser = HttpRequestParser(self)
        self._reading = IDLE
        # When what is being read began, by the worker's clock.
        self._since = worker.now
        # The head's first piece is not counted yet.
        self._fresh = False
        # The head of a request that is parsed once more.
        self._again = b""
        self._keep = KEEP
        self._reply: Reply | None = None
        self._clear()

    def _clear(self) -> None:
        self._target = self._length = b""
        self._content_type = self._accept = ""
        self._room = MOST_HEAD
        self._look = 0
        # The client waits for a word before it sends the body.
        self._expecting = False

    @abstractmethod
    def _refuse(self, status: int, reason: str) -> None:
        """No whole request: answer it in its turn, and read no more."""

    @abstractmethod
    def _continue(self) -> None:
        """The client waits for a word before it sends its body."""

    def on_message_begin(self) -> None:
        """Begin a request."""
        if self._reading == NOTHING:
            raise Refused
        self._reading = HEAD
        self._fresh = True
        self._since = self._worker.now

    def on_url(self, part: bytes) -> None:
        """Collect the target, which may come in pieces."""
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep what matters here."""
        self._room -= len(name) + len(value) + A_HEADER
        if self._room < 0:
            self._stop(431, f"the headers are larger than {MOST_HEAD} bytes, {A_HEADER} added for each")
        known = KNOWN.get(name)
        if known is None:
            known = unusual(name)
        if not known or self._reading == BODY:  # a trailer, after the body, changes nothing
            return
        if known == CONTENT_LENGTH:
            self._length = value
        elif known == CONTENT_TYPE:
            self._content_type = value.decode("latin-1")
        else:
            self._keep_header(known, value)

    def on_headers_complete(self) -> None:
        """Decide what the request gets before its body is read."""
        parser, worker, target = self._parser, self._worker, self._target
        if self._look & NAMED_CONNECTION and parser.should_upgrade() and (self._length or self._look & TRANSFERRED):
            self._again = self._head_again()
            return
        self._reading = BODY
        if target != b"/invocations" or parser.get_method() != b"POST":
            if len(target) > MOST_TARGET:
                self._stop(414, _TOO_LONG)
            self._reply = worker.routes.find(parser.get_method(), target)
        if not parser.should_keep_alive():
            self._keep = CLOSE
        if self._look or self._keep is CLOSE:
            self._look_again()
        if len(self._length) >= worker.digits and int(self._length) > worker.most_body:
            self._too_large()
        if self._expecting:
            self._continue()

    def _keep_header(self, known: int, value: bytes) -> None:
        if known == ACCEPT:
            accept = value.decode("latin-1")
            self._accept = f"{self._accept}, {accept}" if self._accept else accept
        elif known == CONNECTION:
            self._look |= NAMED_CONNECTION
        elif known == TRANSFER_ENCODING:
            self._look |= TRANSFERRED
        elif known == EXPECT and value.lower() == b"100-continue":
            self._look |= EXPECTS

    def _look_again(self) -> None:
        """HTTP/1.0 is kept where it asks for it; the parser lets other versions through."""
        version = self._parser.get_http_version()
        if version not in ("1.0", "1.1"):
            self._stop(400, f"this is not HTTP/1.1: version {version}")
        if version == "1.1":
            self._expecting = bool(self._look & EXPECTS)
        elif self._look & TRANSFERRED:
            self._stop(400, "Transfer-Encoding needs HTTP/1.1")
        elif self._keep is not CLOSE:
            self._keep = KEEP_1_0

    def _bound(self, received: int) -> None:
        """Count a head that does not end; how much of its first piece belongs to it is not known."""
        if self._fresh:
            self._fresh = False
        else:
            self._room -= received
        if len(self._target) > MOST_TARGET:
            self._refuse(414, _TOO_LONG)
        elif self._room < 0:
            self._refuse(431, f"the request's head is larger than {MOST_HEAD} bytes")

    def _head_again(self) -> bytes:
        """Return what is known of the request's head, without `Upgrade`."""
        parser, chunked = self._parser, self._look & TRANSFERRED
        headers = {
            b"Content-Length": b"" if chunked else self._length,
            b"Transfer-Encoding": b"chunked" if chunked else b"",
            b"Content-Type": self._content_type.encode("latin-1"),
            b"Accept": self._accept.encode("latin-1"),
            b"Expect": b"100-continue" if self._look & EXPECTS else b"",
            b"Connection": b"keep-alive" if parser.should_keep_alive() else b"close",
        }
        lines = b"".join(b"%b: %b\r\n" % line for line in headers.items() if line[1])
        version = parser.get_http_version().encode()
        return b"%b %b HTTP/%b\r\n%b\r\n" % (parser.get_method(), self._target, version, lines)

    def _too_large(self) -> None:
        self._stop(413, f"the body is larger than {self._worker.most_body} bytes")

    def _stop(self, status: int, reason: str) -> None:
        self._refuse(status, reason)
        raise Refused
