"""The snapshot's file: whole or not at all, and read only when it is safe to."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.persistence import snapshot
from local.persistence.errors import SnapshotUnusable
from local.persistence.snapshot import Header, Origin

pytestmark = pytest.mark.unit

HEADER = Header(origin=Origin.here(), port=4566, runtime="process", saved=1.5)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    snapshot.private_folder(folder)
    return folder / "snapshot"


def test_what_is_written_is_read(file: Path) -> None:
    assert snapshot.read(file) is None
    snapshot.write(file, HEADER, b"one\ntwo")
    snapshot.write(file, replace(HEADER, port=1), b"three\nfour")
    assert snapshot.read(file) == (replace(HEADER, port=1), b"three\nfour")


def test_only_the_user_can_read_it(file: Path) -> None:
    previous = os.umask(0)
    try:
        snapshot.private_folder(file.parent / "inner")
        snapshot.write(file, HEADER, b"")
    finally:
        os.umask(previous)
    assert (file.parent / "inner").stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_write_that_fails_leaves_the_old_one_and_no_rest(file: Path) -> None:
    snapshot.write(file, HEADER, b"old")
    file.with_suffix(".partial").mkdir()  # nothing can be written there, not even by root
    with pytest.raises(OSError, match="partial"):
        snapshot.write(file, HEADER, b"new")
    file.with_suffix(".partial").rmdir()
    assert snapshot.read(file) == (HEADER, b"old")
    assert [path.name for path in file.parent.iterdir()] == ["snapshot"]


@pytest.mark.parametrize("cut", [0, 1, 40, -1])
def test_a_damaged_one_is_unusable(file: Path, cut: int) -> None:
    snapshot.write(file, HEADER, b"content")
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(SnapshotUnusable, match="is damaged"):
        snapshot.read(file)


def test_a_changed_one_is_unusable(file: Path) -> None:
    snapshot.write(file, HEADER, b"content")
    file.write_bytes(file.read_bytes().replace(b"content", b"c0ntent"))
    with pytest.raises(SnapshotUnusable, match="checksum"):
        snapshot.read(file)


@pytest.mark.parametrize("member", ["format", "trainyard", "moto", "python"])
def test_another_versions_is_unusable_and_says_whose_it_is(file: Path, member: str) -> None:
    other: dict[str, Any] = {member: 99 if member == "format" else "99.1"}
    snapshot.write(file, replace(HEADER, origin=replace(Origin.here(), **other)), b"")
    with pytest.raises(SnapshotUnusable, match=f"was written by .*99.*; this is .*moto {Origin.here().moto}"):
        snapshot.read(file)


def test_one_that_others_may_write_is_unusable(file: Path) -> None:
    snapshot.write(file, HEADER, b"")
    file.chmod(0o620)
    with pytest.raises(SnapshotUnusable, match="may be changed by others"):
        snapshot.read(file)


def test_a_folder_that_others_may_write_is_unusable(file: Path) -> None:
    file.parent.chmod(0o777)
    with pytest.raises(SnapshotUnusable, match="chmod go-w"):
        snapshot.private_folder(file.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_users_is_unusable(file: Path) -> None:
    snapshot.write(file, HEADER, b"")
    os.chown(file, 12345, -1)
    with pytest.raises(SnapshotUnusable, match="belongs to another user"):
        snapshot.read(file)


def test_a_link_is_unusable(file: Path) -> None:
    snapshot.write(file, HEADER, b"")
    real = file.rename(file.with_name("real"))
    file.symlink_to(real)
    with pytest.raises(SnapshotUnusable, match="cannot be read"):
        snapshot.read(file)


def test_the_header_is_a_line_of_json(file: Path) -> None:
    snapshot.write(file, HEADER, b"\x80binary")
    first = json.loads(file.read_bytes().split(b"\n")[0])
    assert first["origin"]["moto"] == Origin.here().moto
    assert first["size"] == 7
