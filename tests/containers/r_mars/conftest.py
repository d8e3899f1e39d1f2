import shutil
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.containers import runtimes
from tests.containers.r_mars import samples
from tests.containers.runtimes import Images, Processes, Runtime, Server
from tests.engine import require_engine


@pytest.fixture(
    scope="module",
    params=[pytest.param("process", marks=pytest.mark.local), pytest.param("image", marks=pytest.mark.image)],
)
def runtime(request: pytest.FixtureRequest) -> Iterator[Runtime]:
    if request.param == "process":
        if shutil.which("Rscript") is None:
            pytest.skip("Rscript not installed (bash .ci/r installs what the R images need)")
        yield Processes(runtimes.r_program("r-mars"))
        return
    require_engine()
    images = Images(docker.from_env(timeout=300), "r-mars")
    yield images
    images.close()


@pytest.fixture(scope="module")
def trained(runtime: Runtime, tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("mars")
    runtimes.channel(base, "train", samples.table(0))
    runtimes.channel(base, "validation", samples.table(1))
    runtimes.hyperparameters(base, task="regression", degree="2")
    finished = runtime.run("train", base)
    assert finished.code == 0, finished.output
    (base / "log").write_text(finished.output)
    return base


@pytest.fixture(scope="module")
def server(runtime: Runtime, trained: Path) -> Iterator[Server]:
    with runtime.serve(trained, {"MODEL_SERVER_WORKERS": "2"}) as started:
        yield started
