"""The SageMaker Python SDK, both major versions, unmodified: what its users' notebooks do, step by step.

Each script in `sdk_v2/` and `sdk_v3/` is one notebook; its asserts fail the test.
"""

from pathlib import Path

import pytest

from local.settings import Settings
from tests.clients.environment import Library, library

pytestmark = [pytest.mark.local, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def sdk_v2() -> Library:
    return library("sdk_v2")


@pytest.fixture(scope="module")
def sdk_v3() -> Library:
    return library("sdk_v3")


@pytest.mark.parametrize("script", ["builtin_xgboost.py", "script_mode.py", "tuner.py"])
def test_notebook_of_sdk_v2_runs_to_its_end(
    sdk_v2: Library, embedded_aws: Settings, tmp_path: Path, script: str
) -> None:
    sdk_v2.run(script, embedded_aws, tmp_path)


@pytest.mark.parametrize("script", ["train_and_serve.py", "processing.py", "tuner.py"])
def test_notebook_of_sdk_v3_runs_to_its_end(
    sdk_v3: Library, embedded_aws: Settings, tmp_path: Path, script: str
) -> None:
    sdk_v3.run(script, embedded_aws, tmp_path)
