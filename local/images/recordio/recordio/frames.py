"""RecordIO: a magic number, a length, the record, padding to four bytes.

The upper three bits of the length tell whether a frame is a whole record (0) or its first (1), a middle (2) or
its last part (3): a writer may cut a record where it contains the magic number, which is then left out.
"""

import struct
from collections.abc import Iterable, Iterator

from recordio.problems import RecordIOError

_HEAD = struct.Struct("<II")
_MAGIC = 0xCED7230A
_MAGIC_BYTES = struct.pack("<I", _MAGIC)
_LENGTH = (1 << 29) - 1
_WHOLE, _FIRST, _MIDDLE, _LAST = range(4)


def read_frames(data: bytes) -> Iterator[bytes]:
    """Yield every record.

    Raises:
        RecordIOError: a frame does not begin with the magic number, or the data ends within a record.
    """
    parts: list[bytes] = []
    for flag, part in _parts(data):
        if (flag in (_WHOLE, _FIRST)) == bool(parts) or flag > _LAST:
            raise RecordIOError("the parts of a record are out of order")
        parts.append(part)
        if flag in (_WHOLE, _LAST):
            yield _MAGIC_BYTES.join(parts)
            parts = []
    if parts:
        raise RecordIOError("the data ends within a record")


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    offset = 0
    while offset < len(data):
        if offset + _HEAD.size > len(data):
            raise RecordIOError("the data ends within a frame's head")
        magic, length = _HEAD.unpack_from(data, offset)
        if magic != _MAGIC:
            raise RecordIOError(f"no RecordIO frame at byte {offset}")
        start, size = offset + _HEAD.size, length & _LENGTH
        if start + size > len(data):
            raise RecordIOError(f"the data ends within the record at byte {offset}")
        yield length >> 29, data[start : start + size]
        offset = start + size + -size % 4


def write_frames(records: Iterable[bytes]) -> bytes:
    """Return the records as whole frames."""
    return b"".join(_HEAD.pack(_MAGIC, len(record)) + record + b"\0" * (-len(record) % 4) for record in records)
