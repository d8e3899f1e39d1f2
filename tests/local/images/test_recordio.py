"""RecordIO-protobuf against messages that Google's protobuf wrote, and its own writing."""

import struct

import numpy as np
import pytest
from recordio import Record, RecordIOError, Tensor, read_matrix, read_records, write_records
from scipy.sparse import issparse

pytestmark = pytest.mark.unit

DENSE = bytes.fromhex("0a160a0676616c756573120c120a0a080000c03f000000c012120a0676616c756573120812060a040000803f1a0178")
SPARSE = bytes.fromhex(
    "0a1e0a0676616c75657312141a120a080000000000000a401202ac021a02e80712180a0676616c756573120e3a0c0a0affffffffffffffffff01"
)


def frame(record: bytes, flag: int = 0) -> bytes:
    return struct.pack("<II", 0xCED7230A, flag << 29 | len(record)) + record + b"\0" * (-len(record) % 4)


def test_a_dense_record_has_features_and_label() -> None:
    found = read_matrix(frame(DENSE) * 2)
    np.testing.assert_array_equal(np.asarray(found.features), [[1.5, -2.0]] * 2)
    assert found.labels is not None
    np.testing.assert_array_equal(found.labels, [1.0, 1.0])


def test_a_sparse_record_has_the_width_of_its_shape() -> None:
    found = read_matrix(frame(SPARSE))
    assert issparse(found.features)
    assert found.features.shape == (1, 1000)
    assert found.features[0, 300] == 3.25
    assert found.labels is not None
    assert found.labels.tolist() == [-1.0]


def test_a_record_cut_at_the_magic_number_is_joined_again() -> None:
    magic = struct.pack("<I", 0xCED7230A)
    value = DENSE.replace(bytes.fromhex("0000c03f"), magic)
    first, last = value.split(magic)
    (record,) = read_records(frame(first, 1) + frame(last, 3))
    assert record.features["values"].values[0] == np.frombuffer(magic, "<f4")[0]


def test_what_is_written_is_read_again() -> None:
    records = [
        Record({"values": Tensor(np.array([1.0, 2.0]))}, {"score": Tensor(np.array([0.5]))}),
        Record({"values": Tensor(np.array([7.0]), np.array([900]), (1000,))}),
    ]
    dense, sparse = read_records(write_records(records))
    assert dense.features["values"].values.tolist() == [1.0, 2.0]
    assert dense.label["score"].values.tolist() == [0.5]
    tensor = sparse.features["values"]
    assert tensor.keys is not None
    assert (tensor.values.tolist(), tensor.keys.tolist(), tensor.shape) == ([7.0], [900], (1000,))


def test_it_is_written_byte_by_byte_as_protobuf_does() -> None:
    record = Record({"values": Tensor(np.array([1.5, -2.0]))}, {"values": Tensor(np.array([1.0]))})
    assert write_records([record]) == frame(DENSE.removesuffix(bytes.fromhex("1a0178")))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no record"),
        (b"1,2,3\n4,5,6\n", "no RecordIO frame at byte 0"),
        (frame(DENSE)[:-9], "ends within the record"),
        (frame(DENSE[:20]), "ends within"),
        (frame(b"\xff" * 12), "too long"),
        (frame(DENSE, 3), "out of order"),
        (frame(DENSE) + write_records([Record({"values": Tensor(np.ones(3))})]), "2 and 3 features"),
        (write_records([Record({"values": Tensor(np.ones(1), np.array([5]), (3,))})]), "outside the 3 features"),
        (frame(DENSE) + write_records([Record({"values": Tensor(np.ones(2))})]), "one label"),
    ],
)
def test_other_bytes_are_refused_with_the_place(data: bytes, reason: str) -> None:
    with pytest.raises(RecordIOError, match=reason):
        read_matrix(data)
