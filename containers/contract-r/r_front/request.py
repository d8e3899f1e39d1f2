"""What clients ask: one by one, or several at once where that gives each of them the answer that it has alone.

Most of what a few rows take in R is the same for any number of rows. So requests that wait for a worker go to it as one
body, of the type that the image says may be joined. Its answer has a line for each line; where it has not, because one
of the bodies is refused, has a header or an empty line, each is asked alone and gets its own answer.
"""

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice

from serving import Answer

# Of all bodies that are joined: who comes first waits some milliseconds for the others, not more.
MOST_JOINED_BYTES = 32 * 1024


class Request:
    """What one client asks; `answer` is cancelled where the client has left.

    Args:
        joins: it may be joined, if nothing in the body is against it: between quotes an end of a line is none.
    """

    __slots__ = ("accept", "answer", "body", "content_type", "joins")

    def __init__(self, body: bytes, content_type: str, accept: str, *, joins: bool) -> None:
        self.body = body
        self.content_type = content_type
        self.accept = accept
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.joins = joins and len(body) <= MOST_JOINED_BYTES and b'"' not in body

    def answered(self, answer: Answer) -> None:
        """Give the client its answer, if it still waits."""
        if not self.answer.done():
            self.answer.set_result(answer)


class Joined:
    """Several requests as one.

    Args:
        requests: of one type, which is also the type of the answer.
        ask_alone: asks those that were not answered together.
    """

    def __init__(self, requests: Sequence[Request], ask_alone: Callable[[Sequence[Request]], None]) -> None:
        self._requests = requests
        self._ask_alone = ask_alone
        self.content_type = self.accept = requests[0].content_type
        bodies = [request.body if request.body.endswith(b"\n") else request.body + b"\n" for request in requests]
        self._lines = [body.count(b"\n") for body in bodies]
        self.body = b"".join(bodies)

    def answered(self, answer: Answer) -> None:
        """Give each client its lines."""
        if answer.status != 200 or answer.body.count(b"\n") != sum(self._lines):
            self._ask_alone(self._requests)
            return
        lines = iter(answer.body.splitlines(keepends=True))
        for request, count in zip(self._requests, self._lines, strict=True):
            request.answered(Answer(b"".join(islice(lines, count)), answer.media_type))
