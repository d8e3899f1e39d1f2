"""Which versions were measured: what requirements files pin, and what R has."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

_PIN = re.compile(r"^([\w.-]+)==([^\s;]+)")
_NAME = re.compile(r"^[\w.-]+")


def pinned(folder: Path) -> dict[str, str]:
    """Return the versions of what `requirements.in` asks for by name."""
    asked = _matches(_NAME, folder / "requirements.in")
    pins = [(match[1], match[2]) for match in _matches(_PIN, folder / "requirements.txt").values()]
    found = dict(reversed(pins))  # the first of several is for the older Pythons, which this one is
    return {name: found[name] for name in asked if name in found}


def of_r(packages: Sequence[str]) -> dict[str, str]:
    """Return R's own version and those of packages."""
    names = ", ".join(f'"{name}"' for name in packages)
    code = (
        f"cat(R.version$major, '.', R.version$minor, sep=''); for (p in c({names})) cat('', format(packageVersion(p)))"
    )
    said = subprocess.run(["Rscript", "--vanilla", "-e", code], capture_output=True, text=True, check=True).stdout
    return dict(zip(["R", *packages], said.split(), strict=True))


def _matches(pattern: re.Pattern[str], file: Path) -> dict[str, re.Match[str]]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return {match[0]: match for line in lines if (match := pattern.match(line))}
