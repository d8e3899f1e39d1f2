"""What a server has in memory: scikit-learn only where it answers, and what converts models never."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn_image import archive, model, portable

from tests.compiler import require_compiler
from tests.containers import runtimes
from tests.containers.sklearn.worlds import world

pytestmark = pytest.mark.local

PROGRAM = """
import sys
from contract.paths import Paths
from serving import Settings
from sklearn_image import __main__, serve
answer = serve.load(Paths.from_environment(), Settings()).invoke(b"1,2,3,4,5\\n" * 3, "text/csv", "application/json")
assert answer.status == 200 and answer.body.count(b"label") == 3, answer
print(*{name.partition(".")[0] for name in sys.modules} | {name for name in sys.modules if name.startswith("google.")})
"""
CONVERTERS = {"onnx", "skl2onnx", "ml_dtypes", "google.protobuf"}
LEARNERS = {"sklearn", "scipy", "joblib", "skops", "pandas"}


def loaded(base: Path) -> set[str]:
    """Return the packages that a server of the model below `base` has loaded once it has answered."""
    environment = {**os.environ, **runtimes.python_program("sklearn_image", "sklearn").environment}
    finished = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**environment, "SAGEMAKER_BASE_DIR": str(base)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(finished.stdout.split())


@pytest.fixture
def base(tmp_path: Path) -> Path:
    made = world(1, "random-forest", classes=3, n_estimators="5")
    model.save(made.model, tmp_path / "model")
    portable.save(made.model, made.rows(50), tmp_path / "model")
    return tmp_path


def test_a_server_of_compiled_code_loads_nothing_else_that_predicts(base: Path) -> None:
    require_compiler()
    packages = loaded(base)
    assert {"compiled", "numpy", "orjson"} <= packages
    assert packages & (LEARNERS | CONVERTERS | {"onnxruntime"}) == set()


def test_a_server_of_onnx_runtime_loads_neither_scikit_learn_nor_a_converter(base: Path) -> None:
    (base / "model" / archive.FOREST).unlink()
    packages = loaded(base)
    assert {"onnxruntime", "numpy", "orjson"} <= packages
    assert packages & (LEARNERS | CONVERTERS) == set()


def test_a_server_of_scikit_learn_loads_no_converter(base: Path) -> None:
    for name in (archive.FOREST, archive.ONNX):
        (base / "model" / name).unlink()
    packages = loaded(base)
    assert {"sklearn", "skops"} <= packages
    assert packages & CONVERTERS == set()
