"""Protocol buffers' wire format: fields by number, as much of it as `Record` needs."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from recordio.problems import RecordIOError

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_WIDTHS = {FIXED64: 8, FIXED32: 4}
_LONGEST_VARINT = 10

Field = tuple[int, int, bytes]


def fields(data: bytes) -> Iterator[Field]:
    """Yield number, wire type and content of every field; a varint's content is its own bytes.

    Raises:
        RecordIOError: it is no message.
    """
    offset = 0
    while offset < len(data):
        tag, offset = varint(data, offset)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            end = varint(data, offset)[1]
        elif kind == BYTES:
            size, offset = varint(data, offset)
            end = offset + size
        elif kind in _WIDTHS:
            end = offset + _WIDTHS[kind]
        else:
            raise RecordIOError(f"a record has a field of the unknown kind {kind}")
        if end > len(data):
            raise RecordIOError("a record ends within a field")
        yield number, kind, data[offset:end]
        offset = end


def varint(data: bytes, offset: int) -> tuple[int, int]:
    """Return the number at `offset` and where it ends."""
    value = 0
    for position in range(_LONGEST_VARINT):
        if offset + position >= len(data):
            raise RecordIOError("a record ends within a number")
        byte = data[offset + position]
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            return value, offset + position + 1
    raise RecordIOError("a number in a record is too long")


def varints(data: bytes) -> NDArray[np.int64]:
    """Return packed numbers, as protobuf's int32 and uint64 write them (negative ones in ten bytes)."""
    values: list[int] = []
    offset = 0
    while offset < len(data):
        value, offset = varint(data, offset)
        values.append(value)
    return np.array(values, dtype=np.uint64).astype(np.int64)


def field(number: int, content: bytes) -> bytes:
    """Return one length-delimited field."""
    return encoded(number << 3 | BYTES) + encoded(len(content)) + content


def encoded(value: int) -> bytes:
    """Return a number as a varint."""
    result = bytearray()
    while value > 0x7F:
        result.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*result, value])
