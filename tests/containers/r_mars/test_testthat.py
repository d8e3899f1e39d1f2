"""The regression image, tested in R."""

from pathlib import Path

import pytest

from tests.containers import rscripts


@pytest.mark.local
@pytest.mark.parametrize("file", rscripts.testthat_files(Path(__file__).parent), ids=lambda file: file.stem)
def test_testthat(file: Path) -> None:
    rscripts.check_testthat(file)
