"""The user's code in `/opt/ml/code`.

The embedded SageMaker has put it there when it lies in S3: this image knows no AWS. A folder or an archive of this
file system is placed here.
"""

import shutil
import tarfile
from pathlib import Path

from framework.problems import ScriptModeError

_ROOT = "/opt/ml"


def place(source: str, target: Path) -> None:
    """Fill `target`, which is `/opt/ml/code`, from a folder, a tar.gz or a file; a filled one stays as it is.

    Raises:
        ScriptModeError: there is nothing to fill it from, or the archive leads out of it.
    """
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        return
    if source.startswith("s3://"):
        raise ScriptModeError(f"{source} was not put into {target}: a stand-in image does not reach S3 itself")
    found = _located(source.removeprefix("file://"), target.parent)
    if found.is_dir():
        if found.resolve() != target.resolve():
            shutil.copytree(found, target, dirs_exist_ok=True)
    elif not found.is_file():
        raise ScriptModeError(f"no code at {source}")
    elif tarfile.is_tarfile(found):
        _extract(found, target)
    else:
        shutil.copy2(found, target)


def _located(path: str, base: Path) -> Path:
    """A path below /opt/ml is below `base`, wherever that is."""
    return base / path.removeprefix(_ROOT + "/") if path.startswith(_ROOT + "/") else Path(path)


def _extract(archive: Path, target: Path) -> None:
    try:
        with tarfile.open(archive) as members:
            for member in members:
                _write(members, member, target)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ScriptModeError(f"cannot extract {archive}: {error}") from error


def _write(members: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Write a file or folder by hand: Python 3.11 has tarfile's own filters only from 3.11.4 on."""
    place = target / member.name
    if not (member.isfile() or member.isdir()) or not place.resolve().is_relative_to(target.resolve()):
        raise ScriptModeError(f"cannot extract {member.name!r}: it is a link, a device or leads out of the folder")
    (place if member.isdir() else place.parent).mkdir(parents=True, exist_ok=True)
    content = members.extractfile(member)
    if content is not None:
        with place.open("wb") as file:
            shutil.copyfileobj(content, file)
        place.chmod(0o755 if member.mode & 0o100 else 0o644)
