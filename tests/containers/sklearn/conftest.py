from collections.abc import Iterator
from pathlib import Path

import docker
import pytest
from docker.errors import DockerException
from threadpoolctl import threadpool_limits

from tests.containers import runtimes
from tests.containers.runtimes import Images, Processes, Runtime, Server
from tests.containers.sklearn import samples


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Let small models be fitted by one thread: several spend their time waiting for each other."""
    with threadpool_limits(1):
        yield


@pytest.fixture(
    scope="module",
    params=[pytest.param("process", marks=pytest.mark.local), pytest.param("image", marks=pytest.mark.image)],
)
def runtime(request: pytest.FixtureRequest) -> Iterator[Runtime]:
    if request.param == "process":
        yield Processes(runtimes.python_program("sklearn_image", "sklearn"))
        return
    try:
        client = docker.from_env(timeout=300)
        client.ping()
    except DockerException:
        pytest.skip("no container engine answers (DOCKER_HOST)")
    images = Images(client, "sklearn")
    yield images
    images.close()


@pytest.fixture(scope="module")
def trained(runtime: Runtime, tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("forest")
    runtimes.channel(base, "train", samples.table(0))
    runtimes.channel(base, "validation", samples.table(1))
    runtimes.hyperparameters(base, task="classification", n_estimators="10", seed="28")
    finished = runtime.run("train", base)
    assert finished.code == 0, finished.output
    (base / "log").write_text(finished.output)
    return base


@pytest.fixture(scope="module")
def server(runtime: Runtime, trained: Path) -> Iterator[Server]:
    with runtime.serve(trained) as started:
        yield started
