"""Requests that wait for a worker, in the order in which they came."""

from collections import deque
from collections.abc import Sequence

from r_front.request import MOST_JOINED_BYTES, Request

# So much takes a worker hardly longer than a row: it is not worth two.
LITTLE_BYTES = 2 * 1024


class Full(Exception):
    """There is no room for another one; the text says how many wait."""


class Waiting:
    """A bounded queue; requests whose client has left count only until there is need of their room.

    Args:
        most: requests.
        most_bytes: of their bodies; a single one may have more.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._requests: deque[Request] = deque()
        self._bytes = 0

    def put(self, request: Request) -> None:
        """Let the request wait.

        Raises:
            Full: too many wait.
        """
        if not self._fits(request):
            self._forget_those_who_left()
        if not self._fits(request):
            raise Full(f"{len(self._requests)} requests wait already")
        self._requests.append(request)
        self._bytes += len(request.body)

    def next(self, workers: int) -> list[Request]:
        """Return who has waited longest, of those who still do, and may join: a worker's share, or a little more."""
        found: list[Request] = []
        room, share = MOST_JOINED_BYTES, -(-len(self._requests) // workers)
        while self._requests and (len(found) < share or room > MOST_JOINED_BYTES - LITTLE_BYTES):
            request = self._requests[0]
            if found and not (found[0].joins and request.joins and len(request.body) <= room):
                break
            self._requests.popleft()
            self._bytes -= len(request.body)
            if not request.answer.done():
                found.append(request)
                room -= len(request.body)
        return found

    def put_back(self, requests: Sequence[Request]) -> None:
        """Let them wait again, before all others, each for itself."""
        for request in reversed(requests):
            request.joins = False
            self._requests.appendleft(request)
            self._bytes += len(request.body)

    def _fits(self, request: Request) -> bool:
        room = self._bytes + len(request.body) <= self._most_bytes
        return not self._requests or (len(self._requests) < self._most and room)

    def _forget_those_who_left(self) -> None:
        self._requests = deque(request for request in self._requests if not request.answer.done())
        self._bytes = sum(len(request.body) for request in self._requests)
