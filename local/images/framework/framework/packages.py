"""Packages that the user's code asks for, in an overlay of their own.

The image's environment may be shared by many jobs (without a container engine it is a cached one), so pip installs
into a second environment that sees the first: what is there already is not installed again, what is newer goes before
it on the search path, and nothing of the image changes.
"""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from framework.problems import CommandFailed, InstallModuleError, InstallRequirementsError

_SHOWN_LINES = 5


def install(code: Path, overlay: Path, *, module: bool) -> list[str]:
    """Install requirements.txt and, for a `module` with setup.py, the code itself.

    Returns:
        Folders to put first on the search path.

    Raises:
        CommandFailed: pip failed; the text has its last error lines.
    """
    wanted: list[str] = []
    failure: type[CommandFailed] = InstallRequirementsError
    if module and (code / "setup.py").exists():
        wanted, failure = ["."], InstallModuleError
    if (code / "requirements.txt").exists():
        wanted += ["-r", "requirements.txt"]
    if not wanted:
        return []
    site = _create(overlay)
    print(f"Installing {' '.join(wanted)}", flush=True)  # noqa: T201
    _pip([sys.executable, "-m", "pip", "--python", str(overlay / "bin" / "python"), "install", *wanted], code, failure)
    return [str(site)]


def _create(overlay: Path) -> Path:
    """Make an environment that sees this one's packages after its own."""
    venv.create(overlay, with_pip=False, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = overlay / "lib" / version / "site-packages"
    (site / "image.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return site


def _pip(command: list[str], folder: Path, failure: type[CommandFailed]) -> None:
    options = ["--disable-pip-version-check", "--no-input", "--no-cache-dir", "--root-user-action=ignore"]
    done = subprocess.run(
        [*command, *options], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(done.stdout, end="", flush=True)  # noqa: T201
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("ERROR")] or lines
        raise failure(" ".join(command), done.returncode, "\n".join(errors[-_SHOWN_LINES:]))
