"""model.tar.gz: written the same for the same files, and read as if an enemy had written it."""

import gzip
import shutil
import tarfile
from pathlib import Path

_MOST_MEMBERS = 100_000


class ArchiveProblem(Exception):
    """An archive that must not or cannot be unpacked."""


def pack(folder: Path, target: Path) -> None:
    """Write the files below `folder` as a tar.gz whose bytes depend on names, modes and contents only."""
    with (
        target.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=6) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                continue
            archive.add(path, path.relative_to(folder).as_posix(), recursive=False, filter=_plain)


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mtime = 0
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def unpack(archive: Path, folder: Path, limit: int) -> None:
    """Unpack files and folders of a tar.gz into `folder`, at most `limit` bytes.

    Raises:
        ArchiveProblem: not a tar.gz, or it holds a path out of the folder, a link, a device, or too much.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(archive, "r:gz") as source:
            size = 0
            for count, member in enumerate(source, 1):
                size += member.size
                if size > limit or count > _MOST_MEMBERS:
                    raise ArchiveProblem(f"it unpacks to more than {limit} bytes or {_MOST_MEMBERS} files")
                _check(member, folder)
                _write(source, member, folder)
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise ArchiveProblem(str(error)) from error


def _check(member: tarfile.TarInfo, folder: Path) -> None:
    if not (member.isfile() or member.isdir()):
        raise ArchiveProblem(f"{member.name!r} is a link or a device")
    if member.name.startswith("/") or not (folder / member.name).resolve().is_relative_to(folder.resolve()):
        raise ArchiveProblem(f"{member.name!r} leads out of the folder")


def _write(source: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write by hand what was checked: Python 3.11 has tarfile's own filters only from 3.11.4 on."""
    target = folder / member.name
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.extractfile(member)
    if content is not None:
        with target.open("wb") as file:
            shutil.copyfileobj(content, file)
        target.chmod(0o755 if member.mode & 0o100 else 0o644)
