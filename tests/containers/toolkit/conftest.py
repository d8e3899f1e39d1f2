"""A processing job of the toolkit in a temporary folder, run in this process."""

from pathlib import Path

import pytest

from tests.containers.toolkit.jobs import Job


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)
