"""Runs testthat files and lintr where R is installed: one pytest test a file, its failures as testthat prints them."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

# Whatever the machine is set to; the image's entry point sets the same.
LOCALE = {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
FABLE = ("tsibble", "fable", "fabletools", "feasts")


def testthat_files(folder: Path) -> list[Path]:
    """Return the testthat files of a room."""
    return sorted((folder / "testthat").glob("test-*.R"))


def rscript(*arguments: str | Path, seconds: int = 120) -> "subprocess.CompletedProcess[str]":
    """Run Rscript; skip with the reason where there is none."""
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript not installed (bash .ci/r installs it)")
    return subprocess.run(
        ["Rscript", "--vanilla", *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env={**os.environ, **LOCALE},
    )


def has_packages(*names: str) -> bool:
    """Tell whether R packages are installed."""
    return not _missing(names)


def require_packages(*names: str) -> None:
    """Skip with the reason where an R package is missing."""
    if missing := _missing(names):
        pytest.skip(f"R packages not installed: {', '.join(missing)} (R_LIBS may name a library that has them)")


@cache
def _missing(names: tuple[str, ...]) -> list[str]:
    quoted = ", ".join(f"'{name}'" for name in names)
    code = f"cat(Filter(function(name) !nzchar(system.file(package = name)), c({quoted})))"
    return rscript("-e", code).stdout.split()


def check_testthat(file: Path) -> None:
    """Run one testthat file; its output explains a failure."""
    require_packages("testthat", "jsonlite")
    code = f"testthat::test_file('{file}', reporter = 'check', stop_on_failure = TRUE)"
    finished = rscript("-e", code)
    assert finished.returncode == 0, finished.stdout + finished.stderr
