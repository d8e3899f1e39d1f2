"""Answers as bytes: everything before the body is built once a second for each kind of answer."""

import re
from email.utils import formatdate
from http import HTTPStatus

from serving.service import Answer

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# What a request's connection does after the answer, as the header that says so.
KEEP = b""
KEEP_1_0 = b"Connection: keep-alive\r\n"
CLOSE = b"Connection: close\r\n"

# RFC 9110, 15.3.5 and 15.4.5: they end with their headers, and 204 has no Content-Length.
_BODILESS = frozenset((204, 304))
# RFC 9110, 5.5: visible characters, space and tab. Anything else in a media type would be a header of its own.
_FIELD_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class Heads:
    """The heads of one worker's answers."""

    __slots__ = ("_date", "_known")

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, bytes], bytes] = {}
        self.tick()

    def tick(self) -> None:
        """Let the answers of the next second have its date."""
        self._date = formatdate(usegmt=True).encode()
        self._known.clear()

    def rendered(self, answer: Answer, extra: bytes) -> bytes:
        """Return the answer as it travels; `extra` are header lines.

        Raises:
            TypeError, ValueError: the service made something that is no answer.
        """
        body, media_type, status = answer
        head = self._known.get((status, media_type, extra)) or self._build(status, media_type, extra)
        if status in _BODILESS:
            return head + b"\r\n"
        return b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body)

    def without_body(self, answer: Answer, extra: bytes) -> bytes:
        """Return the answer to HEAD."""
        rendered = self.rendered(answer, extra)
        return rendered[: len(rendered) - len(answer.body)]

    def _build(self, status: int, media_type: str, extra: bytes) -> bytes:
        if not _FIELD_VALUE.fullmatch(media_type):
            raise ValueError(f"{media_type!r} is no media type")
        line = f"HTTP/1.1 {status} {_phrase(status)}".encode()
        type_line = f"Content-Type: {media_type}\r\n".encode("latin-1") if media_type else b""
        head = b"%b\r\nDate: %b\r\n%b%b" % (line, self._date, type_line, extra)
        self._known[status, media_type, extra] = head
        return head


def _phrase(status: int) -> str:
    if not 200 <= status <= 599:
        raise ValueError(f"{status!r} is no status of an answer")
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Other"
