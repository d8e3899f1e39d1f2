"""R code of the images reads as one."""

import pytest

from tests.containers import rscripts
from tests.containers.runtimes import CONTAINERS


@pytest.mark.local
def test_r_code_of_every_image_is_lint_free() -> None:
    rscripts.require_packages("lintr")
    assert (CONTAINERS / ".lintr").is_file()
    finished = rscripts.rscript("-e", f"print(lintr::lint_dir('{CONTAINERS}'))")
    assert finished.returncode == 0, finished.stderr
    assert not finished.stdout.strip(), finished.stdout
