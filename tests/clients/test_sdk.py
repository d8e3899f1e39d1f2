"""The SageMaker Python SDK, both major versions, unmodified: what its users' notebooks do, step by step.

Each script in `sdk_v2/` and `sdk_v3/` is one notebook; its asserts fail the test. They all run at the same time,
as several users' would, since the SDK mostly sleeps between two looks at a job.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from local.settings import Settings
from tests.clients.environment import library

pytestmark = [pytest.mark.local, pytest.mark.timeout(900)]

NOTEBOOKS = [
    "sdk_v2/builtin_xgboost.py",
    "sdk_v2/script_mode.py",
    "sdk_v2/tuner.py",
    "sdk_v3/train_and_serve.py",
    "sdk_v3/tuner.py",
    "sdk_v3/processing.py",
]


@pytest.fixture(scope="module")
def running(embedded_aws: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, "Future[str]"]]:
    libraries = {name: library(name) for name in ("sdk_v2", "sdk_v3")}
    with ThreadPoolExecutor(len(NOTEBOOKS)) as pool:
        yield {
            notebook: pool.submit(
                libraries[notebook.partition("/")[0]].run,
                notebook.partition("/")[2],
                embedded_aws,
                tmp_path_factory.mktemp("user"),
            )
            for notebook in NOTEBOOKS
        }


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_notebook_runs_to_its_end(running: dict[str, "Future[str]"], notebook: str) -> None:
    running[notebook].result(timeout=800)
