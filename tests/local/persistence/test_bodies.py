"""S3's bodies as files."""

import copy
from pathlib import Path

import pytest

from local.persistence.bodies import Bodies

pytestmark = pytest.mark.unit


def files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_a_body_reads_like_a_file(tmp_path: Path) -> None:
    body = Bodies(tmp_path / "b").put(b"0123456789")
    assert (body.read(4), body.read(), body.read()) == (b"0123", b"456789", b"")
    body.seek(8)
    assert body.read(5) == b"89"
    assert body.size == 10
    assert copy.deepcopy(body).read() == b"0123456789"


def test_equal_contents_are_one_file(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "b")
    assert bodies.put(b"same").digest == bodies.put(b"same").digest
    assert files(tmp_path / "b") == 1


def test_another_server_finds_them(tmp_path: Path) -> None:
    digest = Bodies(tmp_path / "b").put(b"kept").digest
    assert Bodies(tmp_path / "b").restored(digest, 4).read() == b"kept"


def test_a_lost_one_is_told_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bodies = Bodies(tmp_path / "b")
    digest = bodies.put(b"cut off").digest
    bodies.path(digest).write_bytes(b"cut")
    bodies.restored(digest, 7)
    assert "is lost or cut off" in caplog.text


def test_what_cannot_be_written_stays_in_memory_and_is_written_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bodies = Bodies(tmp_path / "b")
    digest = Bodies(tmp_path / "other").put(b"no room").digest
    (tmp_path / "b" / digest[:2]).write_text("a file where the folder should be")
    body = bodies.put(b"no room")
    assert body.read() == b"no room"
    assert "kept in memory only" in caplog.text
    with pytest.raises(OSError, match=digest[:2]):
        body.stored()
    (tmp_path / "b" / digest[:2]).unlink()
    assert body.stored() == digest
    body.seek(0)
    assert body.read() == b"no room"


def test_the_unused_go_after_two_snapshots_and_the_fresh_stay(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "b")
    used, unused = bodies.put(b"used").digest, bodies.put(b"unused").digest
    bodies.begin()
    bodies.clean({used})
    assert bodies.path(unused).exists()
    fresh = bodies.put(b"fresh").digest
    bodies.clean({used})
    assert not bodies.path(unused).exists()
    assert bodies.path(fresh).exists()
    assert bodies.put(b"unused").read() == b"unused"


def test_a_content_that_is_used_again_meanwhile_stays(tmp_path: Path) -> None:
    bodies = Bodies(tmp_path / "b")
    bodies.put(b"again")
    bodies.begin()
    bodies.clean(set())
    again = bodies.put(b"again")
    bodies.clean(set())
    assert again.read() == b"again"
