"""Heads of requests that were parsed before.

A client that keeps its connection sends the same head again and again, byte for byte. What was parsed once means the
same the next time, so a request that comes in one piece after the last one's end needs no parser if its head is known.
"""

from typing import NamedTuple

END = b"\r\n\r\n"
# Heads that are kept, and the largest of them.
_MOST = 256
_LARGEST = 4096


class Meaning(NamedTuple):
    """What the head of an invocation says: the length of its body, and two headers."""

    length: int
    content_type: str
    accept: str


class Known:
    """The heads that one worker knows."""

    __slots__ = ("_meanings", "get")

    def __init__(self) -> None:
        self._meanings: dict[bytes, Meaning] = {}
        self.get = self._meanings.get

    def learn(self, piece: bytes, meaning: Meaning) -> None:
        """Keep the head of an invocation if it and its body are all of this piece."""
        end = piece.find(END) + len(END)
        if len(piece) - end != meaning.length or end > _LARGEST:
            return
        if len(self._meanings) >= _MOST:
            self._meanings.clear()
        self._meanings[piece[:end]] = meaning
