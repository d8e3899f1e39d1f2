"""An input object cut into records, and records into requests, without reading more than a request at a time.

Formats: a line; MXNet's RecordIO (magic, flag and length, data, padding to 4 bytes); TensorFlow's TFRecord
(length, its checksum, data, its checksum). Checksums are not verified.
"""

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple

_RECORDIO_MAGIC = 0xCED7230A
_RECORDIO_LENGTH = (1 << 29) - 1


class SplitProblem(Exception):
    """The object cannot be cut; the message is for the data log."""


class Item(NamedTuple):
    """A record as it lies in the object, and what it carries (the same for lines)."""

    framed: bytes
    bare: bytes


def items(stream: BinaryIO, split_type: str, most: int | None) -> Iterator[Item]:
    """Yield the records of an object.

    Args:
        stream: the object, decompressed.
        split_type: `None`, `Line`, `RecordIO` or `TFRecord`.
        most: bytes that a record may have; None for any.

    Raises:
        SplitProblem: a record is too large or broken.
    """
    cut = _CUTS[split_type]
    for item in cut(stream, -1 if most is None else most + 1):
        if most is not None and len(item.bare) > most:
            raise SplitProblem(f"The payload is larger than MaxPayloadInMB, which allows {most} bytes")
        yield item


def batches(records: Iterator[Item], most: int | None, size: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Gather as many records as fit into `most` bytes, at least one."""
    batch: list[Item] = []
    total = 0
    for record in records:
        length = size(record)
        if batch and most is not None and total + length > most:
            yield batch
            batch, total = [], 0
        batch.append(record)
        total += length
    if batch:
        yield batch


def _whole(stream: BinaryIO, most: int) -> Iterator[Item]:
    data = stream.read(most)
    yield Item(data, data)


def _lines(stream: BinaryIO, most: int) -> Iterator[Item]:
    while line := stream.readline(most):
        if line.strip():
            yield Item(line, line)


def _recordio(stream: BinaryIO, most: int) -> Iterator[Item]:
    while first := _part(stream, most):
        flag, framed, data = first
        while flag in (1, 2):  # a record that holds the magic number itself lies there in parts
            following = _part(stream, most)
            if following is None:
                raise SplitProblem("The RecordIO data ends within a record")
            flag, more, tail = following
            framed, data = framed + more, data + struct.pack("<I", _RECORDIO_MAGIC) + tail
            if 0 <= most < len(data):
                break
        yield Item(framed, data)


def _part(stream: BinaryIO, most: int) -> tuple[int, bytes, bytes] | None:
    header = stream.read(8)
    if not header:
        return None
    if len(header) < 8 or struct.unpack_from("<I", header)[0] != _RECORDIO_MAGIC:
        raise SplitProblem("The data is not in RecordIO format")
    flag_and_length = struct.unpack_from("<I", header, 4)[0]
    length = flag_and_length & _RECORDIO_LENGTH
    padded = _exactly(stream, length + -length % 4, most, "RecordIO")
    return flag_and_length >> 29, header + padded, padded[:length]


def _tfrecord(stream: BinaryIO, most: int) -> Iterator[Item]:
    while header := stream.read(12):
        if len(header) < 12:
            raise SplitProblem("The TFRecord data ends within a record")
        length = struct.unpack_from("<Q", header)[0]
        body = _exactly(stream, length + 4, most, "TFRecord")
        yield Item(header + body, body[:length])


def _exactly(stream: BinaryIO, length: int, most: int, what: str) -> bytes:
    """Read `length` bytes; a length beyond the bound is not even read, it may come from a broken header."""
    if most >= 0 and length > most + 8:
        raise SplitProblem(f"The payload is larger than MaxPayloadInMB, which allows {most - 1} bytes")
    data = b"".join(_pieces(stream, length))
    if len(data) < length:
        raise SplitProblem(f"The {what} data ends within a record")
    return data


def _pieces(stream: BinaryIO, length: int) -> Iterator[bytes]:
    """Yield what is there, a megabyte at a time: a broken header may claim exabytes."""
    while length and (piece := stream.read(min(length, 1 << 20))):
        length -= len(piece)
        yield piece


_CUTS: dict[str, Callable[[BinaryIO, int], Iterator[Item]]] = {
    "None": _whole,
    "Line": _lines,
    "RecordIO": _recordio,
    "TFRecord": _tfrecord,
}
