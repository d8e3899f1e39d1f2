import io
import struct
from collections.abc import Callable

import pytest

from local.sagemaker.transform.splitting import Item, SplitProblem, batches, items

pytestmark = pytest.mark.unit

MAGIC = struct.pack("<I", 0xCED7230A)


def recordio(data: bytes, flag: int = 0) -> bytes:
    return MAGIC + struct.pack("<I", flag << 29 | len(data)) + data + bytes(-len(data) % 4)


def tfrecord(data: bytes) -> bytes:
    return struct.pack("<Q", len(data)) + b"CRC1" + data + b"CRC2"


def cut(data: bytes, split_type: str, most: int | None = 100) -> list[Item]:
    return list(items(io.BytesIO(data), split_type, most))


def test_lines_end_at_newlines_alone() -> None:
    found = cut(b"a,\x0bb\r\n\n \nc\x85d", "Line")
    assert [item.bare for item in found] == [b"a,\x0bb\r\n", b"c\x85d"]


def test_without_a_split_the_object_is_the_record() -> None:
    assert cut(b"a\nb\n", "None") == [Item(b"a\nb\n", b"a\nb\n")]


@pytest.mark.parametrize(("frame", "split_type"), [(recordio, "RecordIO"), (tfrecord, "TFRecord")])
def test_framed_records_carry_their_data(frame: Callable[[bytes], bytes], split_type: str) -> None:
    contents = [b"one", b"four", b"", b"seventeen"]
    found = cut(b"".join(map(frame, contents)), split_type)
    assert [item.bare for item in found] == contents
    assert [item.framed for item in found] == [frame(content) for content in contents]


def test_a_record_in_parts_is_put_together_around_the_magic_number() -> None:
    parts = recordio(b"ab", 1) + recordio(b"cd", 2) + recordio(b"ef", 3)
    [item] = cut(parts, "RecordIO")
    assert (item.bare, item.framed) == (b"ab" + MAGIC + b"cd" + MAGIC + b"ef", parts)


@pytest.mark.parametrize(
    ("data", "split_type"),
    [
        (b"no magic in here", "RecordIO"),
        (recordio(b"cut short")[:-4], "RecordIO"),
        (MAGIC, "RecordIO"),
        (recordio(b"ab", 1), "RecordIO"),
        (tfrecord(b"cut short")[:-4], "TFRecord"),
        (b"1234", "TFRecord"),
        (struct.pack("<Q", 1 << 62) + b"CRC1", "TFRecord"),
    ],
)
@pytest.mark.parametrize("most", [100, None])
def test_broken_frames_are_told_not_guessed(data: bytes, split_type: str, most: int | None) -> None:
    with pytest.raises(SplitProblem):
        cut(data, split_type, most)


@pytest.mark.parametrize(
    ("data", "split_type"),
    [
        (bytes(101), "None"),
        (b"x" * 101 + b"\n", "Line"),
        (recordio(bytes(101)), "RecordIO"),
        (recordio(bytes(60), 1) + recordio(bytes(60), 3), "RecordIO"),
        (tfrecord(bytes(101)), "TFRecord"),
    ],
)
def test_a_record_above_the_payload_is_refused_before_it_is_read_whole(data: bytes, split_type: str) -> None:
    stream = io.BytesIO(data + bytes(10**6))
    with pytest.raises(SplitProblem, match="MaxPayloadInMB"):
        list(items(stream, split_type, 100))
    assert stream.tell() < 1000


def test_batches_hold_as_many_records_as_fit_in_order() -> None:
    records = iter([Item(text, text) for text in (b"aaa", b"bb", b"cccccc", b"d", b"e")])
    found = [[item.bare for item in batch] for batch in batches(records, 5, lambda item: len(item.bare))]
    assert found == [[b"aaa", b"bb"], [b"cccccc"], [b"d", b"e"]]


def test_without_a_bound_one_batch_holds_all() -> None:
    records = iter([Item(b"x", b"x")] * 7)
    assert [len(batch) for batch in batches(records, None, lambda item: 10**9)] == [7]
