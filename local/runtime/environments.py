"""Virtual environments of Python images, cached by the hash of their requirements and the Python version.

An environment is built where it stays, because its scripts name its path; it counts only once the file
`complete` is in it, which is written last. A build that was cut off is thrown away by the next one, under a
lock.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from local.runtime.interface import RuntimeProblem
from local.runtime.locks import file_lock

_NETWORK_SIGNS = (
    "NewConnectionError",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "Failed to establish a new connection",
    "Read timed out",
    "ConnectTimeoutError",
)
_COMPLETE = "complete"


def environment_key(requirements: Sequence[str]) -> str:
    """Return the name of the environment that `requirements` need."""
    text = "\n".join([sys.version, *requirements])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def ensure(cache: Path, requirements: Sequence[str], progress: Callable[[str], None]) -> Path:
    """Return a virtual environment in which `requirements` (texts of requirements files) are installed.

    Raises:
        RuntimeProblem: pip failed; the message says whether the network is missing.
    """
    home = cache / "environments"
    folder = home / environment_key(requirements)
    if (folder / _COMPLETE).exists():
        return folder
    with file_lock(home / f"{folder.name}.lock"):
        if not (folder / _COMPLETE).exists():
            _build(folder, requirements, progress)
    return folder


def _build(folder: Path, requirements: Sequence[str], progress: Callable[[str], None]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    bare = [] if _count(requirements) else ["--without-pip"]
    _run([sys.executable, "-m", "venv", *bare, str(folder)], "cannot make a virtual environment")
    if not bare:
        file = folder / "requirements.txt"
        file.write_text("\n".join(requirements))
        progress(f"installing {_count(requirements)} requirements into {folder} (once)")
        pip = [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-input",
            "--no-compile",  # what is imported is compiled then; all of it would take three times as long
            "-r",
            str(file),
        ]
        _run(pip, "cannot install the image's requirements")
    (folder / _COMPLETE).touch()


def _run(command: list[str], what: str) -> None:
    dropped = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    environment = {key: value for key, value in os.environ.items() if key not in dropped}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise RuntimeProblem(f"{what}: {_reason(done.stdout + done.stderr)}")


def _reason(output: str) -> str:
    if any(sign in output for sign in _NETWORK_SIGNS):
        return "no network: pip cannot reach the package index. Connect, or set PIP_INDEX_URL to a mirror"
    lines = [line for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")] or lines[-3:]
    return " ".join(errors)[:800]


def _count(requirements: Sequence[str]) -> int:
    lines = "\n".join(requirements).splitlines()
    return sum(1 for line in lines if line.strip() and not line.lstrip().startswith(("#", "--")))
