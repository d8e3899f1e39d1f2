import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers import rscripts, runtimes
from tests.containers.r_fable import samples
from tests.containers.runtimes import Processes, Server


@pytest.fixture(scope="module")
def runtime() -> Processes:
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript not installed (bash .ci/r installs what the R images need)")
    return Processes(runtimes.r_program("r-fable"))


@pytest.fixture(scope="module")
def trained(runtime: Processes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of seasonal naive forecasts: all of the image but fable."""
    rscripts.require_packages("testthat", "withr")
    base = samples.place(tmp_path_factory.mktemp("fable"))
    finished = rscripts.rscript(Path(__file__).parent / "naive.R", base)
    assert finished.returncode == 0, finished.stderr
    (base / "log").write_text(finished.stdout)
    return base


@pytest.fixture(scope="module")
def server(runtime: Processes, trained: Path) -> Iterator[Server]:
    with runtime.serve(trained, {"MODEL_SERVER_WORKERS": "2"}) as started:
        yield started
