"""The message `Record`: tensors by name, of features and of labels, dense or sparse."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recordio import wire
from recordio.frames import read_frames, write_frames
from recordio.problems import RecordIOError

_FEATURES, _LABEL = 1, 2
_MAP_KEY, _MAP_VALUE = 1, 2
_VALUES, _KEYS, _SHAPE = 1, 2, 3
_FLOAT32, _FLOAT64, _INT32, _BYTES = 2, 3, 7, 9
_DTYPES: Mapping[int, Any] = {_FLOAT32: "<f4", _FLOAT64: "<f8"}


@dataclass(frozen=True)
class Tensor:
    """Numbers; sparse where `keys` tells the place of each."""

    values: NDArray[np.float64]
    keys: NDArray[np.int64] | None = None
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Record:
    """One row: its features and its label, each a tensor that usually goes by the name `values`."""

    features: Mapping[str, Tensor] = field(default_factory=dict)
    label: Mapping[str, Tensor] = field(default_factory=dict)


def read_records(data: bytes) -> Iterator[Record]:
    """Yield every record of a RecordIO-protobuf stream.

    Raises:
        RecordIOError: the data is something else, or a tensor holds bytes (images), which no algorithm here reads.
    """
    return map(_record, read_frames(data))


def _record(message: bytes) -> Record:
    maps: dict[int, dict[str, Tensor]] = {_FEATURES: {}, _LABEL: {}}
    for number, kind, content in wire.fields(message):
        if number in maps and kind == wire.BYTES:
            entry = {key: value for key, _, value in wire.fields(content)}
            maps[number][entry.get(_MAP_KEY, b"").decode("utf-8", "replace")] = _tensor(entry.get(_MAP_VALUE, b""))
    return Record(maps[_FEATURES], maps[_LABEL])


def _tensor(message: bytes) -> Tensor:
    for number, _, content in wire.fields(message):
        if number == _BYTES:
            raise RecordIOError("a record holds bytes where numbers are expected")
        if number in (_FLOAT32, _FLOAT64, _INT32):
            return _numbers(number, content)
    return Tensor(np.zeros(0))


def _numbers(number: int, content: bytes) -> Tensor:
    parts: dict[int, bytes] = {_VALUES: b"", _KEYS: b"", _SHAPE: b""}
    for part, _, packed in wire.fields(content):
        if part in parts:
            parts[part] += packed  # packed in one piece, or number by number
    keys, shape = wire.varints(parts[_KEYS]), wire.varints(parts[_SHAPE])
    values = _values(number, parts[_VALUES])
    if len(keys) and len(keys) != len(values):
        raise RecordIOError(f"a sparse tensor has {len(keys)} keys and {len(values)} values")
    return Tensor(values, keys if len(keys) else None, tuple(int(size) for size in shape))


def _values(number: int, packed: bytes) -> NDArray[np.float64]:
    if number == _INT32:
        return wire.varints(packed).astype(np.float64)
    dtype = np.dtype(_DTYPES[number])
    if len(packed) % dtype.itemsize:
        raise RecordIOError("a tensor ends within a number")
    return np.frombuffer(packed, dtype=dtype).astype(np.float64)


def write_records(records: Iterable[Record]) -> bytes:
    """Return a stream; every tensor is written as float32, as AWS's own writer does by default."""
    return write_frames(_message(record) for record in records)


def _message(record: Record) -> bytes:
    entries = [(_FEATURES, *item) for item in record.features.items()]
    entries += [(_LABEL, *item) for item in record.label.items()]
    return b"".join(
        wire.field(number, wire.field(_MAP_KEY, name.encode()) + wire.field(_MAP_VALUE, _value(tensor)))
        for number, name, tensor in entries
    )


def _value(tensor: Tensor) -> bytes:
    content = wire.field(_VALUES, np.asarray(tensor.values, dtype="<f4").tobytes())
    if tensor.keys is not None:
        content += wire.field(_KEYS, b"".join(wire.encoded(int(key)) for key in tensor.keys))
    if tensor.shape:
        content += wire.field(_SHAPE, b"".join(wire.encoded(size) for size in tensor.shape))
    return wire.field(_FLOAT32, content)
