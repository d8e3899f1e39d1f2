"""The part of an image's file system that its Dockerfile copies, laid out in a folder."""

import os
import shutil
from pathlib import Path

from local.runtime.dockerfile import Copy, Definition, DockerfileProblem
from local.runtime.images import PublishedImage
from local.runtime.locks import file_lock

_COMPLETE = ".complete"


def inside(root: Path, path: str) -> Path:
    """Return where the image's absolute `path` lies below `root`."""
    return root / path.lstrip("/")


def ensure(image: PublishedImage, definition: Definition) -> Path:
    """Return the image's root folder, laying it out on first use."""
    root = image.folder / "root"
    with file_lock(image.folder / ".root.lock"):
        if not (root / _COMPLETE).exists():
            shutil.rmtree(root, ignore_errors=True)
            lay_out(root, image.context, definition)
            (root / _COMPLETE).touch()
    return root


def lay_out(root: Path, context: Path, definition: Definition) -> None:
    """Copy what the Dockerfile copies from `context` into `root`, and make the working folder."""
    inside(root, definition.workdir).mkdir(parents=True, exist_ok=True)
    for copy in definition.copies:
        _copy(root, context, copy)


def requirements(root: Path, definition: Definition) -> list[str]:
    """Return the texts of the requirements that the image installs, read from what it copied."""
    texts = [inside(root, path).read_text() for path in definition.requirement_files if _present(root, path)]
    return [*texts, "\n".join(definition.requirements)] if definition.requirements else texts


def _present(root: Path, path: str) -> bool:
    if inside(root, path).is_file():
        return True
    raise DockerfileProblem(f"pip install -r {path}: no earlier COPY puts that file into the image")


def _copy(root: Path, context: Path, copy: Copy) -> None:
    target = inside(root, copy.destination)
    for pattern in copy.sources:
        relative = os.path.normpath(pattern.lstrip("/") or ".")
        if relative.startswith(".."):
            raise DockerfileProblem(f"COPY {pattern}: outside the build context")
        found = [context / relative] if (context / relative).exists() else sorted(context.glob(relative))
        if not found:
            raise DockerfileProblem(f"COPY {pattern}: not in the build context")
        for source in found:
            _copy_one(source, target, into_folder=copy.into_folder or len(found) > 1)


def _copy_one(source: Path, target: Path, *, into_folder: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        return
    if into_folder or target.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        target = target / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
