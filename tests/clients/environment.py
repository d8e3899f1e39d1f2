"""Environments of client libraries that do not install together: each has its own, made once from its lock."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from local.demo import ROOT
from local.environment import for_clients
from local.settings import Settings

_HERE = Path(__file__).parent
_CACHE = ROOT / ".trainyard" / "cache" / "clients"


@dataclass(frozen=True)
class Library:
    """A client library at its pins, and the scripts that use it as its users do."""

    folder: Path
    python: Path

    def run(self, script: str, settings: Settings, home: Path) -> str:
        """Run a script against the embedded AWS; its asserts are the test. `home` keeps the user's own settings out."""
        own = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "PYTHONPATH": str(_HERE)}
        done = subprocess.run(
            [self.python, self.folder / script], env={**own, **for_clients(settings)}, cwd=home,
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        said = f"{done.stdout[-5000:]}\n{done.stderr[-5000:]}"
        assert done.returncode == 0, f"{script} ended with {done.returncode}\n{said}"
        return done.stdout + done.stderr


def library(name: str) -> Library:
    """Return the library of `tests/clients/{name}`, installed if it is not yet."""
    lock = _HERE / name / "requirements.txt"
    key = hashlib.sha256((sys.version + lock.read_text()).encode()).hexdigest()[:16]
    folder = _CACHE / f"{name}-{key}"
    if not (folder / "complete").exists():
        _uv("venv", "--clear", "--python", sys.executable, folder)
        _uv("pip", "install", "--python", folder / "bin" / "python", "-r", lock)
        (folder / "complete").touch()
    return Library(_HERE / name, folder / "bin" / "python")


def _uv(*arguments: str | Path) -> None:
    # The machine's own certificates, as pip trusts them: a proxy may have added its own.
    subprocess.run([sys.executable, "-m", "uv", "--quiet", "--system-certs", *arguments], check=True)
