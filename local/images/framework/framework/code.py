"""The user's code in `/opt/ml/code`.

The embedded SageMaker has put it there when it lies in S3: this image knows no AWS. A folder or an archive of this
file system is placed here.
"""

import importlib
import importlib.util
import shutil
import sys
import tarfile
from collections.abc import Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from framework.problems import ScriptModeError

_ROOT = "/opt/ml"
# Packages of this image that are no library, so that a script may have modules of the same names.
_OURS = ("compiled", "framework", "recordio", "scikit_learn_image", "serving", "xgboost_image")


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


def load(name: str, folders: Sequence[Path]) -> Any:
    """Import the user's module by its name from `folders`; nothing where none is named.

    Raises:
        ScriptModeError: there is no such module.
    """
    sys.path[:0] = map(str, folders)
    _give_way(folders)
    if not name:
        return None
    try:
        found = importlib.util.find_spec(name)
    except ModuleNotFoundError:  # the package that a dotted name begins with
        found = None
    if found is None:
        raise ScriptModeError(f"there is no module {name}: check SAGEMAKER_PROGRAM and SAGEMAKER_SUBMIT_DIRECTORY")
    return importlib.import_module(name)


def _give_way(folders: Sequence[Path]) -> None:
    """Let `import serving` mean the user's own serving.py, as it does in AWS's images: ours is loaded already."""
    paths = [str(folder) for folder in folders]
    theirs = {name for name in _OURS if (found := PathFinder.find_spec(name, paths)) and found.loader}
    for name in list(sys.modules):
        if name.partition(".")[0] in theirs:
            del sys.modules[name]
