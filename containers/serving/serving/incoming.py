"""What a client sends: requests are parsed as they come, bounded in size, and handed on when they are whole."""

import asyncio
import logging
from abc import abstractmethod
from typing import TYPE_CHECKING

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpRequestParser

from serving.heads import CLOSE, KEEP, KEEP_1_0
from serving.limits import A_HEADER, MOST_HEAD, MOST_TARGET
from serving.routes import Reply
from serving.service import FAILED

if TYPE_CHECKING:
    from serving.worker import Worker

log = logging.getLogger(__name__)

# What is being read: nothing of a request yet, its head, its body; NOTHING: no more of this client.
IDLE, HEAD, BODY, NOTHING = range(4)

_CONTENT_LENGTH, _CONTENT_TYPE, _ACCEPT, _CONNECTION, _EXPECT, _TRANSFER_ENCODING = range(1, 7)
_NAMES = {
    b"content-length": _CONTENT_LENGTH,
    b"content-type": _CONTENT_TYPE,
    b"accept": _ACCEPT,
    b"connection": _CONNECTION,
    b"expect": _EXPECT,
    b"transfer-encoding": _TRANSFER_ENCODING,
}
_KNOWN = _NAMES | {name.title(): known for name, known in _NAMES.items()}


class _Refused(Exception):
    """Ends the parsing of a request that has its answer."""


class Incoming(asyncio.Protocol):
    """The reading half of a connection."""

    __slots__ = (
        "_accept",
        "_again",
        "_chunks",
        "_content_type",
        "_expects",
        "_fresh",
        "_keep",
        "_length",
        "_named_connection",
        "_parser",
        "_reading",
        "_reply",
        "_room",
        "_since",
        "_size",
        "_target",
        "_transferred",
        "_worker",
    )

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._parser = HttpRequestParser(self)
        self._reading = IDLE
        # When what is being read began, by the worker's clock.
        self._since = worker.now
        self._fresh = False
        self._clear()

    def _clear(self) -> None:
        self._target = self._again = b""
        self._chunks: list[bytes] = []
        self._content_type = self._accept = ""
        self._room = MOST_HEAD
        self._length = self._size = 0
        self._named_connection = self._expects = self._transferred = False
        self._keep = KEEP
        self._reply: Reply | None = None

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
        if self._reading == NOTHING:
            return
        try:
            self._feed(data)
        except HttpParserCallbackError:
            if self._reading != NOTHING:  # else it was refused
                log.exception("a request failed")
                self._refuse(500, FAILED)
        except HttpParserError as error:
            if self._reading != NOTHING:
                self._refuse(400, f"this is not HTTP/1.1: {error}")
        if self._reading == HEAD:
            self._bound(len(data))

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self._parser.feed_data(data)
                return
            except HttpParserUpgrade as upgrade:
                data = self._not_upgraded() + data[upgrade.args[0] :]

    def _not_upgraded(self) -> bytes:
        """A wish for another protocol is not granted (RFC 9110, 7.8); what follows it is HTTP/1.1 as before.

        The parser takes a body for the first bytes of the other protocol, so the request is told once more to a new
        one, without the wish.
        """
        if not self._again:
            return b""
        again = self._again
        self._clear()
        self._parser = HttpRequestParser(self)
        return again

    def _bound(self, received: int) -> None:
        """Count a head that does not end; how much of its first piece belongs to it is not known."""
        if self._fresh:
            self._fresh = False
            return
        self._room -= received
        if self._room < 0:
            self._refuse(431, f"the request's head is larger than {MOST_HEAD} bytes")

    def on_message_begin(self) -> None:
        """Start the clock of the head."""
        if self._reading == NOTHING:
            raise _Refused
        self._reading = HEAD
        self._fresh = True
        self._since = self._worker.now

    def on_url(self, part: bytes) -> None:
        """Collect the target, which may come in pieces."""
        self._target += part
        if len(self._target) > MOST_TARGET:
            self._stop(414, f"the request's target is longer than {MOST_TARGET} bytes")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the few headers that matter here."""
        self._room -= len(name) + len(value) + A_HEADER
        if self._room < 0:
            self._stop(431, f"the headers are larger than {MOST_HEAD} bytes, {A_HEADER} added for each")
        known = _KNOWN.get(name) or _KNOWN.get(name.lower())
        if known is None or self._reading == BODY:  # a trailer, after the body, changes nothing
            return
        if known == _CONTENT_LENGTH:
            self._length = int(value)  # the parser has seen that these are digits
        elif known == _CONTENT_TYPE:
            self._content_type = value.decode("latin-1")
        elif known == _ACCEPT:
            accept = value.decode("latin-1")
            self._accept = f"{self._accept}, {accept}" if self._accept else accept
        elif known == _CONNECTION:
            self._named_connection = True
        elif known == _EXPECT:
            self._expects = value.lower() == b"100-continue"
        else:
            self._transferred = True

    def on_headers_complete(self) -> None:
        """Decide what the request gets before its body is read."""
        parser, worker = self._parser, self._worker
        self._since = worker.now
        if self._named_connection and parser.should_upgrade() and (self._length or self._transferred):
            self._again = self._head_again()
            return
        self._reading = BODY
        self._reply = worker.routes.find(parser.get_method(), self._target)
        if not parser.should_keep_alive():
            self._keep = CLOSE
        if self._keep is CLOSE or self._named_connection:
            self._look_at_version(parser.get_http_version())
        if self._length > worker.most_body:
            self._too_large()
        if self._expects:
            self._continue()

    def _look_at_version(self, version: str) -> None:
        """HTTP/1.0 is kept where it asks for it; the parser lets other versions through."""
        if version not in ("1.0", "1.1"):
            self._stop(400, f"this is not HTTP/1.1: version {version}")
        if version == "1.0" and self._transferred:
            self._stop(400, "Transfer-Encoding needs HTTP/1.1")
        if version == "1.0" and self._keep is not CLOSE:
            self._keep = KEEP_1_0

    def _head_again(self) -> bytes:
        """Return what is known of the request's head, without `Upgrade`."""
        parser = self._parser
        headers = {
            "Content-Length": "" if self._transferred else str(self._length),
            "Transfer-Encoding": "chunked" if self._transferred else "",
            "Content-Type": self._content_type,
            "Accept": self._accept,
            "Expect": "100-continue" if self._expects else "",
            "Connection": "keep-alive" if parser.should_keep_alive() else "close",
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        first = b"%b %b HTTP/%b\r\n" % (parser.get_method(), self._target, parser.get_http_version().encode())
        return first + lines.encode("latin-1") + b"\r\n"

    def on_body(self, part: bytes) -> None:
        """Collect the body."""
        self._size += len(part)
        if self._size > self._worker.most_body:
            self._too_large()
        if self._reply is None:
            self._chunks.append(part)

    def on_message_complete(self) -> None:
        """Hand the request on."""
        if self._again:
            return
        self._reading = NOTHING if self._keep is CLOSE else IDLE
        self._since = self._worker.now
        chunks = self._chunks
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        reply, content_type, accept, keep = self._reply, self._content_type, self._accept, self._keep
        self._clear()
        self._take(reply, body, content_type, accept, keep)

    def _too_large(self) -> None:
        self._stop(413, f"the body is larger than {self._worker.most_body} bytes")

    def _stop(self, status: int, reason: str) -> None:
        self._refuse(status, reason)
        raise _Refused
