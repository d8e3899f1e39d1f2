"""What a client gets: its requests are answered one after another, here or by the thread or by a task."""

from asyncio import Future, Transport, ensure_future
from collections import deque
from typing import TYPE_CHECKING, Any, cast

from serving.head import BODY, NOTHING
from serving.heads import CLOSE, CONTINUE, KEEP
from serving.incoming import Incoming
from serving.limits import MOST_WAITING
from serving.routes import Reply
from serving.service import Answer, failed, refused

if TYPE_CHECKING:
    from serving.worker import Worker

# What `_take` got.
Waiting = tuple[Reply | None, bytes, str, str, bytes]


class Answering(Incoming):
    """The writing half of a connection."""

    __slots__ = (
        "_asked",
        "_busy",
        "_ending",
        "_left",
        "_paused",
        "_stuck",
        "_task",
        "_transport",
        "_waiting",
        "gone",
    )

    def __init__(self, worker: "Worker") -> None:
        super().__init__(worker)
        self._transport: Transport
        self._waiting: deque[Waiting] = deque()
        # The thread or a task makes an answer, since `_asked`; what the connection does after it.
        self._busy = False
        self._asked = 0.0
        self._ending = KEEP
        self._task: Future[Answer] | None = None
        # Since when the client has not taken its answers, and what was left of them; 0: it takes them.
        self._stuck = 0.0
        self._left = 0
        self._paused = self.gone = False

    def _take(self, reply: Reply | None, body: bytes, content_type: str, accept: str, keep: bytes) -> None:
        if self._busy or self._stuck:
            self._wait(reply, body, content_type, accept, keep)
        else:
            self._answer(reply, body, content_type, accept, keep)

    def _wait(self, *request: Any) -> None:
        self._waiting.append(cast(Waiting, request))
        if len(self._waiting) >= MOST_WAITING:
            self._pause()

    def _refuse(self, status: int, reason: str) -> None:
        self._reading = NOTHING
        self._take(Reply(refused(self._worker.service, status, reason), linger=True), b"", "", "", CLOSE)

    def _continue(self) -> None:
        if not self._busy and not self._waiting:
            self._expecting = False
            self._transport.write(CONTINUE)

    def _answer(self, reply: Reply | None, body: bytes, content_type: str, accept: str, keep: bytes) -> None:
        if reply is not None:
            self._send(reply.answer, keep, reply)
            return
        worker = self._worker
        if len(body) > worker.inline_bytes:
            self._begin(keep)
            worker.thread.put(self, body, content_type, accept)
            return
        try:
            answer = worker.invoke(body, content_type, accept)
        except (Exception, SystemExit) as error:  # whatever a user's code raises
            answer = failed(worker.service, error)
        if type(answer) is Answer:
            self._send(answer, keep)
        else:
            self._begin(keep)
            self.answered(answer)

    def _begin(self, keep: bytes) -> None:
        self._busy, self._ending, self._asked = True, keep, self._worker.now

    def answered(self, answer: Any) -> None:
        """Send what the thread or a task has made; an awaitable is awaited first, as long as the client waits."""
        if not isinstance(answer, Answer):
            try:
                self._task = ensure_future(answer)
            except TypeError as error:
                answer = failed(self._worker.service, error)
            else:
                self._task.add_done_callback(self._awaited)
                if self.gone:
                    self._task.cancel()
                return
        waited, self._busy = self._busy, False
        if waited and not self._transport.is_closing():  # else the client is gone, or was answered in its stead
            self._since = self._worker.now
            self._send(answer, self._ending)
            self._next()

    def _awaited(self, task: "Future[Answer]") -> None:
        self._task = None
        if self.gone and task.cancelled():
            return
        error = TimeoutError("it was cancelled") if task.cancelled() else task.exception()
        self.answered(failed(self._worker.service, error) if error else task.result())

    def _send(self, answer: Answer, keep: bytes, reply: Reply | None = None) -> None:
        worker = self._worker
        heads = worker.heads
        ending = CLOSE if worker.draining and not self._waiting else keep
        try:
            if reply is None:
                data = heads.rendered(answer, ending)
            else:
                data = (heads.without_body if reply.head else heads.rendered)(answer, reply.extra + ending)
        except (TypeError, ValueError) as error:
            data = heads.rendered(failed(worker.service, error), ending)
        self._transport.write(data)
        if ending is CLOSE:
            self._end(linger=keep is not CLOSE or (reply is not None and reply.linger))

    def _end(self, *, linger: bool) -> None:
        """End after the last answer; where the client may still be sending, let it see that answer first."""
        self._waiting.clear()
        self._reading = NOTHING
        self._since = self._worker.now
        if linger:
            self._transport.write_eof()
        else:
            self._transport.close()

    def _next(self) -> None:
        """Take up what waits."""
        while self._waiting and not self._busy and not self._stuck:
            self._answer(*self._waiting.popleft())
        if self._busy or self._stuck or self._transport.is_closing():
            return
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        if self._expecting and self._reading == BODY:
            self._continue()

    def _pause(self) -> None:
        if not self._paused and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()
