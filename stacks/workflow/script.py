"""Script mode: the source that a framework's image unpacks, the same bytes for the same script."""

import gzip
import io
import tarfile
from pathlib import Path


def write_source(script: Path, target: Path) -> Path:
    """A sourcedir.tar.gz of one script (and requirements.txt beside it, if any) without times or owners."""
    files = [script, script.parent / "requirements.txt"]
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for file in sorted(file for file in files if file.is_file()):
            tar.addfile(_entry(file), io.BytesIO(file.read_bytes()))
    target.write_bytes(gzip.compress(archive.getvalue(), mtime=0))
    return target


def _entry(file: Path) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(file.name)
    entry.size = file.stat().st_size
    entry.mode = 0o644
    return entry
