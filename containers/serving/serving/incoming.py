"""What a client sends: requests are parsed as they come, bounded in size, and handed on when they are whole.

Every line from `data_received` to `on_message_complete` runs for every request: what only some requests need is in
methods beside it.
"""

import asyncio
import logging
from abc import abstractmethod
from typing import TYPE_CHECKING

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpRequestParser

from serving.headers import ACCEPT, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, KNOWN, TRANSFER_ENCODING, unusual
from serving.heads import CLOSE, KEEP, KEEP_1_0
from serving.known import END, Meaning
from serving.limits import A_HEADER, MOST_HEAD, MOST_TARGET
from serving.routes import Reply
from serving.service import FAILED

if TYPE_CHECKING:
    from serving.worker import Worker

log = logging.getLogger(__name__)

# What is being read: nothing of a request yet, its head, its body; NOTHING: no more of this client.
IDLE, HEAD, BODY, NOTHING = range(4)

# Headers that need a second look, as bits; only the first may leave the request as it is.
_NAMED_CONNECTION, _EXPECTS, _TRANSFERRED = 1, 2, 4

_TOO_LONG = f"the request's target is longer than {MOST_TARGET} bytes"


class _Refused(Exception):
    """Ends the parsing of a request that has its answer."""


class Incoming(asyncio.Protocol):
    """The reading half of a connection."""

    __slots__ = (
        "_accept",
        "_again",
        "_body",
        "_content_type",
        "_expecting",
        "_fresh",
        "_keep",
        "_length",
        "_look",
        "_more",
        "_parser",
        "_piece",
        "_reading",
        "_reply",
        "_room",
        "_since",
        "_size",
        "_target",
        "_worker",
    )

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._parser = HttpRequestParser(self)
        self._reading = IDLE
        # When what is being read began, by the worker's clock.
        self._since = worker.now
        # What came when nothing of a request had come.
        self._piece = b""
        # The head's first piece is not counted yet.
        self._fresh = False
        # The head of a request that is parsed once more.
        self._again = b""
        # The body after its first piece, and how long all of it is.
        self._more: list[bytes] = []
        self._size = 0
        self._keep = KEEP
        self._reply: Reply | None = None
        self._clear()

    def _clear(self) -> None:
        self._target = self._body = self._length = b""
        self._content_type = self._accept = ""
        self._room = MOST_HEAD
        self._look = 0
        # The client waits for a word before it sends the body.
        self._expecting = False

    @abstractmethod
    def _take(self, reply: Reply | None, body: bytes, content_type: str, accept: str, keep: bytes) -> None:
        """A whole request: answer it, `reply` where that is known, or keep it until it is its turn."""

    @abstractmethod
    def _refuse(self, status: int, reason: str) -> None:
        """No whole request: answer it in its turn, and read no more."""

    @abstractmethod
    def _continue(self) -> None:
        """The client waits for a word before it sends its body."""

    def data_received(self, data: bytes) -> None:
        """Parse; whole requests are answered on the way."""
        if self._reading == IDLE:
            end = data.find(END) + len(END)
            known = self._worker.known.get(data[:end])
            if known is not None and len(data) - end == known.length:
                self._since = self._worker.now
                self._take(None, data[end:], known.content_type, known.accept, KEEP)
                return
            self._piece = data
        elif self._reading == NOTHING:
            return
        try:
            try:
                self._parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                self._go_on(data[upgrade.args[0] :])
        except HttpParserCallbackError:
            if self._reading != NOTHING:  # else it was refused
                log.exception("a request failed")
                self._refuse(500, FAILED)
        except HttpParserError as error:
            if self._reading != NOTHING:
                self._refuse(400, f"this is not HTTP/1.1: {error}")
        if self._reading == HEAD:
            self._bound(len(data))
        self._piece = b""

    def on_message_begin(self) -> None:
        """Begin a request."""
        if self._reading == NOTHING:
            raise _Refused
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
        if self._look & _NAMED_CONNECTION and parser.should_upgrade() and (self._length or self._look & _TRANSFERRED):
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

    def on_body(self, part: bytes) -> None:
        """Collect the body."""
        if not self._body:
            self._body = part
            if len(part) > self._worker.most_body:
                self._too_large()
        else:
            self._collect(part)

    def on_message_complete(self) -> None:
        """Hand the request on."""
        if self._again:
            return
        reply, body, content_type, accept, keep = self._reply, self._body, self._content_type, self._accept, self._keep
        if self._more:
            body = b"".join((body, *self._more))
            self._more = []
            self._size = 0
        if keep is KEEP:
            self._reading = IDLE
            if reply is None and self._piece and self._look <= _NAMED_CONNECTION:
                self._worker.known.learn(self._piece, Meaning(len(body), content_type, accept))
        else:
            self._reading = IDLE if keep is KEEP_1_0 else NOTHING
            self._keep = KEEP
        self._since = self._worker.now
        self._reply = None
        self._clear()
        self._take(reply, body, content_type, accept, keep)

    def _keep_header(self, known: int, value: bytes) -> None:
        if known == ACCEPT:
            accept = value.decode("latin-1")
            self._accept = f"{self._accept}, {accept}" if self._accept else accept
        elif known == CONNECTION:
            self._look |= _NAMED_CONNECTION
        elif known == TRANSFER_ENCODING:
            self._look |= _TRANSFERRED
        elif known == EXPECT and value.lower() == b"100-continue":
            self._look |= _EXPECTS

    def _look_again(self) -> None:
        """HTTP/1.0 is kept where it asks for it; the parser lets other versions through."""
        version = self._parser.get_http_version()
        if version not in ("1.0", "1.1"):
            self._stop(400, f"this is not HTTP/1.1: version {version}")
        if version == "1.1":
            self._expecting = bool(self._look & _EXPECTS)
        elif self._look & _TRANSFERRED:
            self._stop(400, "Transfer-Encoding needs HTTP/1.1")
        elif self._keep is not CLOSE:
            self._keep = KEEP_1_0

    def _collect(self, part: bytes) -> None:
        self._size = (self._size or len(self._body)) + len(part)
        if self._size > self._worker.most_body:
            self._too_large()
        if self._reply is None:
            self._more.append(part)

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

    def _go_on(self, data: bytes) -> None:
        """A wish for another protocol is not granted (RFC 9110, 7.8); what follows it is HTTP/1.1 as before.

        The parser takes a body for the first bytes of the other protocol, so the request is told once more to a new
        one, without the wish.
        """
        while data or self._again:
            if self._again:
                data, self._again = self._again + data, b""
                self._clear()
                self._parser = HttpRequestParser(self)
            try:
                self._parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
            else:
                return

    def _head_again(self) -> bytes:
        """Return what is known of the request's head, without `Upgrade`."""
        parser, chunked = self._parser, self._look & _TRANSFERRED
        headers = {
            b"Content-Length": b"" if chunked else self._length,
            b"Transfer-Encoding": b"chunked" if chunked else b"",
            b"Content-Type": self._content_type.encode("latin-1"),
            b"Accept": self._accept.encode("latin-1"),
            b"Expect": b"100-continue" if self._look & _EXPECTS else b"",
            b"Connection": b"keep-alive" if parser.should_keep_alive() else b"close",
        }
        lines = b"".join(b"%b: %b\r\n" % line for line in headers.items() if line[1])
        version = parser.get_http_version().encode()
        return b"%b %b HTTP/%b\r\n%b\r\n" % (parser.get_method(), self._target, version, lines)

    def _too_large(self) -> None:
        self._stop(413, f"the body is larger than {self._worker.most_body} bytes")

    def _stop(self, status: int, reason: str) -> None:
        self._refuse(status, reason)
        raise _Refused
