"""What a client sends: pieces become whole requests, which are handed on.

What only some requests need is in methods beside the parser's: those run for every request.
"""

import logging
from abc import abstractmethod
from typing import TYPE_CHECKING

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpRequestParser

from serving.head import HEAD, IDLE, NAMED_CONNECTION, NOTHING, Head
from serving.heads import KEEP, KEEP_1_0
from serving.known import END, Meaning
from serving.routes import Reply
from serving.service import FAILED

if TYPE_CHECKING:
    from serving.worker import Worker

log = logging.getLogger(__name__)


class Incoming(Head):
    """The reading half of a connection."""

    __slots__ = ("_body", "_more", "_piece", "_size")

    def __init__(self, worker: "Worker") -> None:
        super().__init__(worker)
        # What came when nothing of a request had come.
        self._piece = b""
        # The first piece of the body, the others, and how long all of it is where there are others.
        self._body = b""
        self._more: list[bytes] = []
        self._size = 0

    @abstractmethod
    def _take(self, reply: Reply | None, body: bytes, content_type: str, accept: str, keep: bytes) -> None:
        """A whole request: answer it, `reply` where that is known, or keep it until it is its turn."""

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
            if reply is None and self._piece and self._look <= NAMED_CONNECTION:
                self._worker.known.learn(self._piece, Meaning(len(body), content_type, accept))
        else:
            self._reading = IDLE if keep is KEEP_1_0 else NOTHING
            self._keep = KEEP
        self._since = self._worker.now
        self._reply = None
        self._body = b""
        self._clear()
        self._take(reply, body, content_type, accept, keep)

    def _collect(self, part: bytes) -> None:
        self._size = (self._size or len(self._body)) + len(part)
        if self._size > self._worker.most_body:
            self._too_large()
        if self._reply is None:
            self._more.append(part)

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
