"""One client: requests are parsed as they come, answered in their order, and bounded in size and time.

The connection asks nothing of the clock: `worker.now` moves once a second, when `sweep` looks at all connections.
"""

import asyncio
import logging
from asyncio import Transport, ensure_future
from collections import deque
from typing import TYPE_CHECKING, Any, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from serving.heads import CLOSE, CONTINUE, KEEP, KEEP_1_0
from serving.routes import Reply
from serving.service import Answer, failed, invoked, refused

if TYPE_CHECKING:
    from serving.worker import Worker

log = logging.getLogger(__name__)

# Bytes of a request's head, each header counted with the cost of a short one.
MOST_HEAD = 64 * 1024
A_HEADER = 128
MOST_TARGET = 8 * 1024
# Requests of one client that wait for their turn; more are left in the network.
MOST_WAITING = 32
# Bytes a second: a body that takes longer than its time and this rate allow is slow.
SLOWEST = 10_000
# How long a client may go on sending what nobody reads, so that it sees its answer and no reset.
LINGER_SECONDS = 3

# What is being read.
IDLE, HEAD, BODY, NOTHING = range(4)

_CONTENT_LENGTH, _CONTENT_TYPE, _ACCEPT, _CONNECTION, _EXPECT, _TRANSFER = range(1, 7)
_NAMES = {
    b"content-length": _CONTENT_LENGTH,
    b"content-type": _CONTENT_TYPE,
    b"accept": _ACCEPT,
    b"connection": _CONNECTION,
    b"expect": _EXPECT,
    b"transfer-encoding": _TRANSFER,
}
_KNOWN = _NAMES | {name.title(): known for name, known in _NAMES.items()}

# A request that waits: what is known already or None, the body, its type, the wished type, what the connection does.
Waiting = tuple[Reply | None, bytes, str, str, bytes]


class _Stop(Exception):
    """Ends the parsing of a request that was refused."""


class Connection(asyncio.Protocol):
    """A client of one worker."""

    __slots__ = (
        "_accept",
        "_busy",
        "_chunks",
        "_content_type",
        "_ending",
        "_expects",
        "_fresh",
        "_keep",
        "_length",
        "_named_connection",
        "_parser",
        "_paused",
        "_queue",
        "_read",
        "_reply",
        "_room",
        "_since",
        "_size",
        "_stuck",
        "_target",
        "_transfer",
        "_transport",
        "_worker",
        "gone",
    )

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._queue: deque[Waiting] = deque()
        self._read = IDLE
        self._since = worker.now
        self._busy = self._paused = self._fresh = self.gone = False
        self._stuck = 0.0
        self._ending = KEEP
        self._parser = HttpRequestParser(self)
        self._clear()

    def _clear(self) -> None:
        self._target = b""
        self._chunks: list[bytes] = []
        self._content_type = self._accept = ""
        self._room = MOST_HEAD
        self._length = self._size = 0
        self._named_connection = self._expects = self._transfer = False
        self._keep = KEEP
        self._reply: Reply | None = None

    # -- what the transport says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(Transport, transport)
        self._worker.connections.add(self)

    def data_received(self, data: bytes) -> None:
        """Parse; whole requests are answered on the way."""
        if self._read == NOTHING:
            return
        try:
            self._feed(data)
        except HttpParserError as error:
            if self._read != NOTHING:
                self._refuse(400, f"this is not HTTP/1.1: {error}")
        if self._read == HEAD:
            self._count_head(len(data))

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self._parser.feed_data(data)
                return
            except HttpParserUpgrade as upgrade:
                # A wish, which this server does not grant: what follows is the next request.
                data = data[upgrade.args[0] :]

    def _count_head(self, received: int) -> None:
        """Bound a head that does not end; how much of the first piece belongs to it is not known."""
        if self._fresh:
            self._fresh = False
            return
        self._room -= received
        if self._room < 0:
            self._refuse(431, f"the request's head is larger than {MOST_HEAD} bytes")

    def eof_received(self) -> bool:
        """Let a client that has sent all it wants read its answers."""
        waits = self._busy or bool(self._queue)
        if waits:
            self._read = NOTHING
        return waits

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self.gone = True
        self._read = NOTHING
        self._queue.clear()
        self._clear()
        del self._parser  # it holds this object
        self._worker.lost(self)

    def pause_writing(self) -> None:
        """Read nothing from a client that does not take its answers."""
        self._stuck = self._worker.now
        self._pause()

    def resume_writing(self) -> None:
        """Go on where pause_writing stopped."""
        self._stuck = 0.0
        self._next()

    # -- what the parser says

    def on_message_begin(self) -> None:
        """Start the clock of the head."""
        self._read = HEAD
        self._fresh = True
        self._since = self._worker.now

    def on_url(self, part: bytes) -> None:
        """Collect the target, which may come in pieces."""
        self._target += part
        if len(self._target) > MOST_TARGET:
            self._refuse(414, f"the request's target is longer than {MOST_TARGET} bytes")
            raise _Stop

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the few headers that matter here."""
        self._room -= len(name) + len(value) + A_HEADER
        if self._room < 0:
            self._refuse(431, f"the request's head is larger than {MOST_HEAD} bytes, {A_HEADER} added for each header")
            raise _Stop
        known = _KNOWN.get(name) or _KNOWN.get(name.lower())
        if known is None or self._read == BODY:  # trailers say nothing that matters
            return
        if known == _CONTENT_TYPE:
            self._content_type = value.decode("latin-1")
        elif known == _ACCEPT:
            accept = value.decode("latin-1")
            self._accept = f"{self._accept}, {accept}" if self._accept else accept
        elif known == _CONTENT_LENGTH:
            self._length = int(value)  # the parser has seen that these are digits
        elif known == _CONNECTION:
            self._named_connection = True
        elif known == _EXPECT:
            self._expects = value.lower() == b"100-continue"
        else:
            self._transfer = True

    def on_headers_complete(self) -> None:
        """Decide what the request gets before its body is read."""
        parser, worker = self._parser, self._worker
        self._read = BODY
        self._since = worker.now
        self._reply = worker.routes.find(parser.get_method(), self._target)
        if not parser.should_keep_alive():
            self._keep = CLOSE
        elif self._named_connection and parser.get_http_version() == "1.0":
            self._keep = KEEP_1_0
        if self._length > worker.settings.max_body_bytes:
            self._too_large()
        if self._transfer and parser.get_http_version() == "1.0":
            self._refuse(400, "Transfer-Encoding needs HTTP/1.1")
            raise _Stop
        if self._expects:
            self._continue()

    def on_body(self, part: bytes) -> None:
        """Collect the body."""
        self._size += len(part)
        if self._size > self._worker.settings.max_body_bytes:
            self._too_large()
        if self._reply is None:
            self._chunks.append(part)

    def on_message_complete(self) -> None:
        """Answer now, or later where others come first."""
        self._read = IDLE if self._keep is not CLOSE else NOTHING
        self._since = self._worker.now
        chunks = self._chunks
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        request = (self._reply, body, self._content_type, self._accept, self._keep)
        self._clear()
        if self._busy or self._stuck or self._queue:
            self._queue.append(request)
            if len(self._queue) >= MOST_WAITING:
                self._pause()
        else:
            self._answer(request)

    def _too_large(self) -> None:
        most = self._worker.settings.max_body_bytes
        self._refuse(413, f"the body is larger than {most} bytes")
        raise _Stop

    def _continue(self) -> None:
        """Tell the client to send its body, once nothing else is to be said first."""
        if self._busy or self._queue or self._parser.get_http_version() != "1.1":
            return
        self._expects = False
        self._transport.write(CONTINUE)

    # -- answers

    def _refuse(self, status: int, reason: str) -> None:
        """Answer what is no whole request, after the requests before it, and read no more."""
        self._read = NOTHING
        request = (Reply(refused(self._worker.service, status, reason)), b"", "", "", CLOSE)
        if self._busy or self._queue:
            self._queue.append(request)
        else:
            self._answer(request, linger=True)

    def _answer(self, request: Waiting, *, linger: bool = False) -> None:
        reply, body, content_type, accept, keep = request
        if reply is not None:
            self._send(reply.answer, keep, reply.extra, head=reply.head, linger=linger)
            return
        worker = self._worker
        if len(body) > worker.inline_bytes:
            self._busy, self._ending = True, keep
            worker.thread.put(self, body, content_type, accept)
            return
        answer = invoked(worker.service, body, content_type, accept)
        if type(answer) is Answer:
            self._send(answer, keep)
        else:
            self._busy, self._ending = True, keep
            self.answered(answer)

    def answered(self, answer: Any) -> None:
        """Send what the thread or a task has made; wait for it first where it is to be awaited."""
        if self.gone:
            return
        if not isinstance(answer, Answer):
            try:
                task = ensure_future(answer)
            except TypeError as error:
                answer = failed(self._worker.service, error)
            else:
                task.add_done_callback(self._awaited)
                return
        self._busy = False
        self._send(answer, self._ending)
        self._next()

    def _awaited(self, task: "asyncio.Future[Answer]") -> None:
        if task.cancelled():
            self.answered(failed(self._worker.service, asyncio.CancelledError()))
            return
        error = task.exception()
        self.answered(failed(self._worker.service, error) if error else task.result())

    def _send(
        self, answer: Answer, keep: bytes, extra: bytes = b"", *, head: bool = False, linger: bool = False
    ) -> None:
        worker = self._worker
        if worker.draining and keep is not CLOSE:
            keep, linger = CLOSE, True
        heads = worker.heads
        try:
            data = (heads.without_body if head else heads.rendered)(answer, extra + keep)
        except (TypeError, ValueError) as error:
            data = heads.rendered(failed(worker.service, error), keep)
        self._transport.write(data)
        if keep is CLOSE:
            self._queue.clear()
            self._read = NOTHING
            if linger:
                self._since = worker.now
                self._transport.write_eof()
                self._transport.resume_reading()
            else:
                self._transport.close()

    def _next(self) -> None:
        """Take up what waits."""
        while self._queue and not self._busy and not self._stuck and not self.gone:
            self._answer(self._queue.popleft(), linger=True)
        if self._paused and not self._stuck and len(self._queue) < MOST_WAITING:
            self._paused = False
            self._since = self._worker.now
            self._transport.resume_reading()
        if self._expects and self._read == BODY:
            self._continue()

    def _pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._transport.pause_reading()

    # -- time

    def sweep(self) -> None:
        """Look at the clock: once a second."""
        settings, now = self._worker.settings, self._worker.now
        waited = now - self._since
        if self._stuck:
            if now - self._stuck > settings.body_seconds:
                self._transport.abort()
        elif self._paused or self._busy:
            return
        elif self._read == NOTHING:
            if waited > LINGER_SECONDS:
                self._transport.abort()
        elif self._read == IDLE:
            if waited > settings.idle_seconds:
                self._transport.close()
        elif self._read == HEAD:
            if waited > settings.header_seconds:
                self._refuse(408, f"the request's head took longer than {settings.header_seconds:g} seconds")
        elif waited > settings.body_seconds + self._size / SLOWEST:
            self._refuse(408, f"the request's body took longer than {settings.body_seconds:g} seconds")

    def stop(self) -> None:
        """End if nothing of a request has come and nothing is being answered."""
        if self._read == IDLE and not self._busy and not self._queue:
            self._read = NOTHING
            self._since = self._worker.now
            self._transport.write_eof()

    def abort(self) -> None:
        """End at once."""
        self._transport.abort()
