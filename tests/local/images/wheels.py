"""A package that installs in no time and without network."""

import zipfile
from pathlib import Path

_FILES = {
    "shouter.py": "def shout(text):\n    return text.upper()\n",
    "shouter-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: shouter\nVersion: 1.0\n",
    "shouter-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


def shouter(folder: Path) -> Path:
    """Write a wheel of the package `shouter`."""
    wheel = folder / "shouter-1.0-py3-none-any.whl"
    record = "".join(f"{name},,\n" for name in [*_FILES, "shouter-1.0.dist-info/RECORD"])
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in {**_FILES, "shouter-1.0.dist-info/RECORD": record}.items():
            archive.writestr(name, text)
    return wheel
