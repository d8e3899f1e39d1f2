"""An R image as a process on a machine without R: a reason that says what to install."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.local

RUN = Path(__file__).parents[3] / "containers/contract-r/run"


@pytest.mark.parametrize("word", ["train", "serve"])
def test_missing_r_is_the_reason_of_the_failure(tmp_path: Path, word: str) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for program in ("bash", "dirname", "mkdir"):
        (programs / program).symlink_to(shutil.which(program) or os.devnull)
    environment = {"PATH": str(programs), "IMAGE_FOLDER": "/x/r-mars", "SAGEMAKER_BASE_DIR": str(tmp_path / "ml")}
    ended = subprocess.run(
        ["bash", RUN, word], env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 1
    assert "R is not installed here" in ended.stderr
    assert "r-mars" in ended.stderr
    assert (tmp_path / "ml/output/failure").read_text() == ended.stderr
