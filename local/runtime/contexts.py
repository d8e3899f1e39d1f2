"""Build contexts: copied without what .dockerignore names, and named by a digest of what is in them."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from docker.utils.build import PatternMatcher


def copy_context(source: Path, target: Path, dockerfile_name: str) -> None:
    """Copy a build context, leaving out what its .dockerignore names."""
    ignored = _ignored(source)
    target.mkdir(parents=True)
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if relative.as_posix() != dockerfile_name and ignored(relative.as_posix()):
            continue
        place = target / relative
        if path.is_dir() and not path.is_symlink():
            place.mkdir(parents=True, exist_ok=True)
        elif path.is_file() or path.is_symlink():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place, follow_symlinks=False)


def _ignored(source: Path) -> Callable[[str], bool]:
    file = source / ".dockerignore"
    lines = file.read_text().splitlines() if file.is_file() else []
    patterns = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    matcher: Any = PatternMatcher(patterns)
    return lambda path: bool(matcher.matches(path))


def digest_of(context: Path, dockerfile: str, build_args: Mapping[str, str], target: str) -> str:
    """Return a digest over everything that decides what the image is."""
    digest = hashlib.sha256(repr((dockerfile, sorted(build_args.items()), target)).encode())
    for path in sorted(context.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(context)}\0{path.stat().st_mode & 0o111}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"sha256:{digest.hexdigest()}"
