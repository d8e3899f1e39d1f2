"""One R process and its two pipes: a frame of a request goes in, the frame of its answer comes out.

Pipes, since R reads them as plain files: a third of the time that a socket of R's own takes there and back.
"""

import asyncio
import ctypes
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Sequence
from typing import Protocol

from serving import Answer

# As server.R has them. A request: bytes of content type, accepted types and body, which follow.
# An answer: its status, bytes of media type and body, which follow.
FRAME = struct.Struct("=iii")
LOADED = 0  # the status of a worker's first frame

_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class Pool(Protocol):
    """Who hears of a worker."""

    def free(self, worker: "Worker") -> None:
        """Hear that it can take a request."""

    def lost(self, worker: "Worker", reason: str) -> None:
        """Hear that it answers no more."""


class Question(Protocol):
    """What a worker is asked."""

    content_type: str
    accept: str
    body: bytes

    def answered(self, answer: Answer) -> None:
        """Take the answer."""


class Worker(asyncio.Protocol):
    """Asks one R process, one request at a time.

    Args:
        pool: hears of it.
        command: starts R; the numbers of its two pipes are added.
    """

    def __init__(self, pool: Pool, command: Sequence[str]) -> None:
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._question: Question | None = None
        self._received = bytearray()
        self._asked = 0.0
        self._requests: asyncio.WriteTransport | None = None
        # The type whose requests may be joined (request.py): its first frame has it.
        self.joins = ""
        self.gone = asyncio.Event()
        inner_requests, self._outer_requests = os.pipe()
        self._outer_answers, inner_answers = os.pipe()
        try:
            self._process = _started(
                [*command, str(inner_requests), str(inner_answers)], (inner_requests, inner_answers)
            )
        finally:
            os.close(inner_requests)
            os.close(inner_answers)

    async def connect(self) -> None:
        """Take hold of the pipes."""
        requests, answers = os.fdopen(self._outer_requests, "wb", 0), os.fdopen(self._outer_answers, "rb", 0)
        self._requests, _ = await self._loop.connect_write_pipe(asyncio.BaseProtocol, requests)
        await self._loop.connect_read_pipe(lambda: self, answers)

    def ask(self, question: Question) -> None:
        """Send a question, which gets its answer when it comes."""
        requests = self._requests
        assert requests is not None  # noqa: S101 - it has told that it is free
        self._question = question
        self._asked = self._loop.time()
        content_type, accept = question.content_type.encode(), question.accept.encode()
        head = FRAME.pack(len(content_type), len(accept), len(question.body))
        requests.writelines((head + content_type + accept, question.body))

    def data_received(self, data: bytes) -> None:
        """Collect an answer, which comes in as many pieces as it takes."""
        received = self._received
        received += data
        if len(received) < FRAME.size:
            return
        status, type_bytes, body_bytes = FRAME.unpack_from(received)
        body = FRAME.size + type_bytes
        if len(received) == body + body_bytes:
            answer = Answer(bytes(received[body:]), received[FRAME.size : body].decode(), status)
            received.clear()
            self._answered(answer)

    def _answered(self, answer: Answer) -> None:
        question, self._question = self._question, None
        if question is None:
            self.joins = answer.media_type
        else:
            question.answered(answer)
        self._pool.free(self)

    def check(self, longest_seconds: float) -> None:
        """Tell where an answer takes longer."""
        if self._question and self._loop.time() - self._asked > longest_seconds:
            self._pool.lost(self, f"an R worker has not answered for {longest_seconds:g} seconds")

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that R has ended: nobody else holds the other end."""
        self.gone.set()
        try:
            code: object = self._process.wait(1)
        except subprocess.TimeoutExpired:
            code = "unknown: it only closed its pipe"
        self._pool.lost(self, f"an R worker ended by itself, exit code {code}")

    def close(self) -> None:
        """Let R end: its loop does when the pipe is closed."""
        if self._requests:
            self._requests.close()

    def kill(self) -> None:
        """End R at once."""
        self._process.kill()


def _started(command: list[str], pipes: tuple[int, int]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        pass_fds=pipes,
        process_group=0,  # a stop may be sent to our whole group, and R must not end in mid-answer
        preexec_fn=_in_child,  # noqa: PLW1509 - two calls of the system, without locks
    )


def _in_child() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
