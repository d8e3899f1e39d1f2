from collections.abc import Sequence
from pathlib import Path

import pytest

from spec.loader import load_workload
from spec.workload import Workload
from tests.spec.cases import VALID
from tests.stacks.synthesis import Assembly, image_folders, new_app, wire


@pytest.fixture(scope="session")
def workloads() -> Sequence[Workload]:
    return tuple(load_workload(path) for path in VALID)


@pytest.fixture(scope="session")
def containers(workloads: Sequence[Workload], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return image_folders(workloads, tmp_path_factory.mktemp("images") / "containers")


@pytest.fixture(scope="session")
def assembly(workloads: Sequence[Workload], containers: Path, tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    """Every valid workload through the whole app, once: Node takes seconds to start."""
    folder = tmp_path_factory.mktemp("assembly")
    app = new_app(folder)
    wire(app, workloads, containers)
    app.synth()
    return Assembly(folder)
